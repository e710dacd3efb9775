import { describe, expect, test } from 'vitest';
import { createEstimator } from '../../src/estimate/estimate.js';
import type { Evaluation } from '../../src/estimate/evaluation.js';
import type { Network } from '../../src/graph/network.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import { describe as report } from '../../src/estimate/describe.js';
import { NetworkDraft } from '../lowering/networks.js';

const system = resolveSystem({ accelerator: 'ethos-u55-128' });

function evaluate(network: Network): Evaluation {
  const estimator = createEstimator();
  return estimator.evaluate(estimator.compile(network, system.accelerator), system, {
    optimise: 'Performance',
  });
}

const usage = (network: Network): number[] => report(evaluate(network)).layers.map((l) => l.stagingUsage);

describe('operators on the CPU', () => {
  test('a state that only an SVDF names takes no memory', () => {
    const n = new NetworkDraft();
    const x = n.operator('ABS', [n.input([1, 64])], [n.tensor([1, 64])]);
    const state = n.tensor([1, 4096], { variable: true });
    const weights = [n.weights([16, 64]), n.weights([16, 8])];
    const y = n.operator('SVDF', [x, ...weights, -1, state], [n.tensor([1, 16])]);
    const z = n.operator('ABS', [y], [n.tensor([1, 16])]);
    expect(usage(n.network([z]))).toEqual([64, 0, 16]);
  });

  test('a computed parameter lives until it is made, a computed feature map until it is read', () => {
    const staged = (kind: string): number => {
      const n = new NetworkDraft();
      const size = [1, 4, 4, 64];
      const made = n.operator('ABS', [n.input(size)], [n.tensor(size)]);
      const other = n.operator('ABS', [n.input([1, 4, 4, 16])], [n.tensor([1, 4, 4, 16])]);
      const y = n.operator(kind, [other, made], [n.tensor([1, 4, 4, 16])]);
      return evaluate(n.network([y])).memory.featureMaps;
    };
    expect(staged('SEGMENT_SUM')).toBeLessThan(staged('FLOOR_DIV'));
  });

  test('tensors without a shape take no memory', () => {
    const n = new NetworkDraft();
    const shape = [1, 4, 4, 16];
    const x = n.operator('ABS', [n.input(shape)], [n.tensor(shape)]);
    const scalar = n.operator('CUSTOM', [x], [n.tensor(undefined, { type: 'int32' })]);
    const y = n.operator('CUSTOM', [x, scalar], [n.tensor(shape)]);
    const { program } = evaluate(n.network([n.operator('ABS', [y], [n.tensor(shape)])]));
    const { bytes } = program.tensors.find(({ type }) => type === 'int32')!;
    expect(bytes).toBe(0);
  });

  test('tensors without a name are called <unnamed>', () => {
    const n = new NetworkDraft();
    const y = n.operator('ABS', [n.input([1, 8])], [n.tensor([1, 8], { name: '' })]);
    expect(report(evaluate(n.network([y]))).layers.map(({ name }) => name)).toEqual(['<unnamed>']);
  });
});

describe('several graphs', () => {
  const graph = (name: string): Network['graphs'][0] => {
    const n = new NetworkDraft();
    const y = n.conv(n.input([1, 16, 16, 32]), [1, 16, 16, 32], [3, 3], {}, { name });
    return n.network([y]).graphs[0];
  };

  test('run on their own: totals add up, memory does not, equal constants are one, the last one is shown', () => {
    const one = report(evaluate({ name: 'one', graphs: [graph('first')] }));
    const two = report(evaluate({ name: 'two', graphs: [graph('first'), graph('second')] }));
    expect(two.layers.map(({ name }) => name)).toEqual(['second']);
    expect(two.layers[0]).toMatchObject({
      cycles: one.layers[0]!.cycles,
      stagingUsage: one.layers[0]!.stagingUsage,
    });
    expect(two.memoryUsed).toEqual(one.memoryUsed);
    expect(two.cycles).toBe(2 * one.cycles);
    expect(two.macs).toBe(2 * one.macs);
    expect(two.originalWeightBytes).toBe(2 * one.originalWeightBytes);
    expect(two.passesAfterFusing).toBe(2);
    expect(two.traffic.sram.total).toBe(2 * one.traffic.sram.total);
  });
});
