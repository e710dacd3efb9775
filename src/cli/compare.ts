import { Command } from 'commander';
import { createEstimator } from '../estimate/estimate.js';
import { compare } from '../explain/compare.js';
import { explain, type Explanation } from '../explain/explain.js';
import type { Network } from '../graph/network.js';
import type { System } from '../npu/system.js';
import { comparisonJson } from '../report/compare-json.js';
import { comparisonText } from '../report/compare.js';
import { loadModel } from './model.js';
import {
  addCommonOptions,
  addSystemOptions,
  type CommonOptions,
  optimiseOf,
  type SystemOptions,
  systemsOf,
} from './options.js';
import { note, print, printJson } from './streams.js';

/** What the command `compare` parses. */
export interface CompareOptions extends SystemOptions, CommonOptions {}

const HELP = `
Layers are paired in order by what they do: the layers of B that replace an operator of A stand beside it. Each difference
comes with its reason: a different number of MACs, another utilisation of the MAC array, another bound, more passes over
the weights, or an operator more or less.

Examples:
  paretou compare before.tflite after.tflite --accelerator-config ethos-u55-128
  paretou compare example:story_standard example:story_separable_linear --accelerator-config ethos-u55-128`;

/** Version of the shape in which `--json` reports several comparisons. */
export const COMPARISONS_SCHEMA = 'paretou/comparisons@1';

/**
 * Compares two models on the systems that the options describe.
 * @throws usage and input errors
 */
async function runCompare(a: string, b: string, options: CompareOptions): Promise<void> {
  const say = options.quiet ? () => undefined : note;
  const systems = systemsOf(options, (message) => say(`warning: ${message}`));
  const [first, second] = [await loadModel(a), await loadModel(b)];
  const optimise = optimiseOf(options);
  const estimator = createEstimator();
  const explained = (network: Network, system: System): Explanation =>
    explain(estimator.evaluate(estimator.compile(network, system.accelerator), system, { optimise }));
  const results = systems.map((system) =>
    compare(explained(first.network, system), explained(second.network, system)),
  );
  const names = { a, b };
  if (options.json) {
    const objects = results.map((result) => comparisonJson(result, names));
    printJson(objects.length === 1 ? objects[0] : { schema: COMPARISONS_SCHEMA, comparisons: objects });
  } else if (!options.quiet) {
    print(results.map((result) => comparisonText(result, names)).join('\n'));
  }
}

/** The command `compare`. */
export function compareCommand(): Command {
  const command = new Command('compare')
    .description('Shows two models side by side, layer by layer, with the reason for each difference.')
    .argument('<a>', 'a .tflite file, or example:NAME for a network that comes with the program')
    .argument('<b>', 'the model to compare it with, in the same form');
  addSystemOptions(command);
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action((a: string, b: string, options: CompareOptions) => runCompare(a, b, options));
}
