import { loadNetwork, type LoadedNetwork } from '../graph/load.js';

const EXAMPLE = 'example:';

/**
 * Reads the model that a command line names: a path, or `example:NAME` for a network that comes with the program.
 * @throws an input error for a file that is absent or no model, or an unknown example
 */
export async function loadModel(spec: string): Promise<LoadedNetwork> {
  if (!spec.startsWith(EXAMPLE)) return loadNetwork(spec);
  const { exampleModel } = await import('../graph/examples.js');
  return exampleModel(spec.slice(EXAMPLE.length));
}
