import { Command } from 'commander';
import { addCommonOptions, addSystemOptions, type CommonOptions, type SystemOptions } from './options.js';

/** What the command `compare` parses. */
export interface CompareOptions extends SystemOptions, CommonOptions {}

const HELP = `
Layers are paired in order by what they do: the layers of B that replace an operator of A stand beside it. Each difference
comes with its reason: a different number of MACs, another utilisation of the MAC array, another bound, more passes over
the weights, or an operator more or less.

Examples:
  paretou compare before.tflite after.tflite --accelerator-config ethos-u55-128
  paretou compare example:story_standard example:story_separable_linear --accelerator-config ethos-u55-128`;

/** The command `compare`. */
export function compareCommand(): Command {
  const command = new Command('compare')
    .description('Shows two models side by side, layer by layer, with the reason for each difference.')
    .argument('<a>', 'a .tflite file, or example:NAME for a network that comes with the program')
    .argument('<b>', 'the model to compare it with, in the same form');
  addSystemOptions(command);
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action(async (a: string, b: string, options: CompareOptions) => {
      const { runCompare } = await import('./run-compare.js');
      await runCompare(a, b, options);
    });
}
