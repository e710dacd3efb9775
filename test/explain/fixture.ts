import { createEstimator } from '../../src/estimate/estimate.js';
import { explain } from '../../src/explain/explain.js';
import type { Explanation } from '../../src/explain/types.js';
import { buildExample, exampleModel } from '../../src/graph/examples.js';
import { parseExample } from '../../src/graph/example-file.js';
import { importNetwork } from '../../src/graph/import.js';
import type { Network } from '../../src/graph/network.js';
import { resolveSystem } from '../../src/npu/resolve.js';

/** A network from the layers of an example description. */
export function networkOf(shape: readonly number[], layers: readonly string[]): Network {
  const text = [
    'description: test',
    'seed: 3',
    `input: { name: input, shape: [${shape.join(', ')}] }`,
    'layers:',
    ...layers.map((layer) => `  - { ${layer} }`),
  ].join('\n');
  return importNetwork(buildExample(parseExample(text, 'test.yaml'), 'test.yaml'), 'test');
}

/** An example network that comes with the program. */
export const exampleNetwork = (name: string): Network => exampleModel(name).network;

/** Explains a network on an accelerator with its default system. */
export function explained(
  network: Network,
  accelerator = 'ethos-u55-128',
  arenaCacheSize?: number,
): Explanation {
  const system = resolveSystem({ accelerator, ...(arenaCacheSize !== undefined && { arenaCacheSize }) });
  const estimator = createEstimator();
  const program = estimator.compile(network, system.accelerator);
  return explain(estimator.evaluate(program, system, { optimise: 'Performance' }));
}
