import { expect, test } from 'vitest';
import { ParetouError } from '../../src/errors.js';
import { createEstimator } from '../../src/estimate/estimate.js';
import { importNetwork } from '../../src/graph/import.js';
import type { Network } from '../../src/graph/network.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import { readModel, writeModel } from '../../src/tflite/model.js';
import { operatorModels } from './operator-models.js';

const systems = ['ethos-u55-128', 'ethos-u85-256'].map((accelerator) => resolveSystem({ accelerator }));
const networks = operatorModels().map(
  ([kind, model]) => [kind, importNetwork(readModel(writeModel(model), kind), kind)] as const,
);

const withAxes = (network: Network, lead: readonly number[], inputs: boolean, outputs: boolean): Network => {
  const [graph] = network.graphs;
  const touched = new Set([...(inputs ? graph.inputs : []), ...(outputs ? graph.outputs : [])]);
  const tensors = graph.tensors.map((tensor, i) =>
    touched.has(i) && tensor.shape ? { ...tensor, shape: [...lead, ...tensor.shape] } : tensor,
  );
  return { ...network, graphs: [{ ...graph, tensors }] };
};

test('further axes in front of feature maps give an estimate or a sentence', () => {
  const estimator = createEstimator();
  let [estimates, refusals] = [0, 0];
  for (const [, network] of networks) {
    for (const lead of [[1], [2], [1, 2]]) {
      for (const [inputs, outputs] of [
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        for (const system of systems) {
          try {
            estimator.estimate(withAxes(network, lead, inputs, outputs), system, { optimise: 'Performance' });
            estimates++;
          } catch (error) {
            if (!(error instanceof ParetouError) || error.kind !== 'input') throw error;
            refusals++;
          }
        }
      }
    }
  }
  expect(estimates).toBeGreaterThan(100);
  expect(refusals).toBeGreaterThan(100);
});

test('a transposed convolution of five axes is refused on every accelerator', () => {
  const [, network] = networks.find(([kind]) => kind === 'TRANSPOSE_CONV')!;
  for (const system of systems) {
    expect(() =>
      createEstimator().estimate(withAxes(network, [1], false, true), system, { optimise: 'Performance' }),
    ).toThrow(/operator 0 \(TRANSPOSE_CONV, .*\) is not consistent: its feature maps have more than 4 axes/);
  }
});
