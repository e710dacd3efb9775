import { Command } from 'commander';
import { compare } from '../explain/compare.js';
import { explain } from '../explain/explain.js';
import type { Explanation } from '../explain/types.js';
import type { LoadedNetwork } from '../graph/load.js';
import type { System } from '../npu/system.js';
import { comparisonJson } from '../report/compare-json.js';
import { comparisonText } from '../report/compare.js';
import { estimatingOf, printResults, type EstimatingOptions } from './estimating.js';
import { loadModel } from './model.js';
import {
  addCommonOptions,
  addFvpOptions,
  addSystemOptions,
  addWhyOption,
  MODEL_ARGUMENT,
  moreOf,
  type WhyOptions,
} from './options.js';

/** What the command `compare` parses. */
export interface CompareOptions extends EstimatingOptions, WhyOptions {}

const HELP = `
Layers are paired in order by what they do: the layers of B that replace an operator of A stand beside it. Each difference
comes with its reason: a different number of MACs, another utilisation of the MAC array, another bound, more passes over
the weights, or an operator more or less: in few words, and for the three largest in full; with --why for all.

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
  const { systems, fvp, evaluate } = estimatingOf(options);
  const [first, second] = [await loadModel(a), await loadModel(b)];
  const explained = (loaded: LoadedNetwork, system: System): Explanation =>
    explain(evaluate(loaded.network, system), undefined, undefined, fvp(loaded));
  const results = systems.map((system) => compare(explained(first, system), explained(second, system)));
  const names = { a, b };
  printResults(results, options, {
    json: (result) => comparisonJson(result, names),
    name: 'comparisons',
    schema: COMPARISONS_SCHEMA,
    text: (result) => comparisonText(result, names, moreOf(options)),
  });
}

/** The command `compare`. */
export function compareCommand(): Command {
  const command = new Command('compare')
    .description('Shows two models side by side, layer by layer, with the reason for each difference.')
    .argument('<a>', MODEL_ARGUMENT)
    .argument('<b>', 'the model to compare it with, in the same form');
  addSystemOptions(command);
  return addCommonOptions(addFvpOptions(addWhyOption(command)))
    .addHelpText('after', HELP)
    .action((a: string, b: string, options: CompareOptions) => runCompare(a, b, options));
}
