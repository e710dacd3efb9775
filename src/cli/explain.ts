import { Command } from 'commander';
import { usageError } from '../errors.js';
import { addCommonOptions, addSystemOptions, type CommonOptions, type SystemOptions } from './options.js';

/** What the command `explain` parses. */
export interface ExplainOptions extends SystemOptions, CommonOptions {
  /** Operators of the original model. */
  readonly layers?: readonly number[];
}

const HELP = `
For each layer: where its cycles go, its utilisation as a product of named factors, what bounds it, and the changes that
would save cycles according to the cost model. Layers with most cycles come first; layers with less than 0.5% are only
counted. Operators are numbered as in the model, like the sites of a sweep.

Examples:
  paretou explain model.tflite --accelerator-config ethos-u55-128
  paretou explain model.tflite --layers 4,7 --json
  paretou explain example:story_separable_linear --accelerator-config ethos-u55-128`;

function parseOperators(text: string): readonly number[] {
  const numbers = text.split(',').map((part) => part.trim());
  if (numbers.every((part) => /^\d{1,9}$/.test(part))) return numbers.map(Number);
  throw usageError(
    `--layers is "${text}", expected numbers of the model's operators, separated by commas, such as 0,4`,
  );
}

/** The command `explain`. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description('Explains where the cycles of each layer go and which change would help.')
    .argument('<model>', 'a .tflite file, or example:NAME for a network that comes with the program');
  addSystemOptions(command).option(
    '--layers <list>',
    'only the layers of these operators, small ones too',
    parseOperators,
  );
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action(async (model: string, options: ExplainOptions) => {
      const { runExplain } = await import('./run-explain.js');
      await runExplain(model, options);
    });
}
