import { Command } from 'commander';
import { addCommonOptions, addSystemOptions, type CommonOptions, type SystemOptions } from './options.js';

/** What the command `apply` parses. */
export interface ApplyOptions extends Omit<SystemOptions, 'acceleratorConfig'>, CommonOptions {
  readonly acceleratorConfig?: string;
  readonly design?: string;
  readonly substitutions?: string;
  readonly widths?: string;
  readonly output?: string;
  readonly outputDir?: string;
}

const HELP = `
Operators are numbered as in the model, like the sites of a sweep. Weights of changed layers are worked out from the
model's own; everything else in the file is kept. How much of the weights remains is a proxy, not accuracy:
drop-in (at least 0.95), fine-tune (at least 0.8), or retrain. A design id may be copied from ranking.csv; a system
in it, such as @u55-128, says which figures to show, unless --accelerator-config does.

Examples:
  paretou apply model.tflite --design 1s.4s2@u55-128
  paretou apply model.tflite --substitutions '1:separable;4:separable*2' --output smaller.tflite
  paretou apply model.tflite --widths '0=24' --accelerator-config u55,u65 --json`;

/** The command `apply`. */
export function applyCommand(): Command {
  const command = new Command('apply')
    .description('Writes the .tflite of a given design, and says what it changes.')
    .argument('<model>', 'a .tflite file, or example:NAME for a network that comes with the program')
    .option('--design <id>', 'design id, as in the design column of ranking.csv')
    .option('--substitutions <list>', 'what operators become, <operator>:<option> joined with ;')
    .option('--widths <list>', 'channels of width groups, <operator>=<channels> joined with ;')
    .option('--output <file>', 'file to write (default: <model>-<design>.tflite in --output-dir)')
    .option('--output-dir <folder>', 'where the file goes (default: results/<name of the model>)');
  addSystemOptions(command, null);
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action(async (model: string, options: ApplyOptions) => {
      const { runApply } = await import('./run-apply.js');
      await runApply(model, options);
    });
}
