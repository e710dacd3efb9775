import { Command } from 'commander';
import { addCommonOptions, addSystemOptions } from './options.js';
import { addSearchOptions, number, type SearchOptions } from './search-options.js';

/** What the command `pick` parses. */
export interface PickOptions extends SearchOptions {
  readonly prefer: string;
  /** In percent. */
  readonly minGain: number;
  readonly output?: string;
  readonly outputDir?: string;
}

const HELP = `
Searches like sweep, then picks from the designs that meet the constraints and are cheaper than the unchanged network
on the same system: fewer cycles, or with --prefer bandwidth fewer bytes. Preferences:

  cycles     fewest cycles, then fewest bytes through SRAM, then most retained weights
  bandwidth  fewest bytes through SRAM, DRAM and flash, then fewest cycles
  retained   most retained weights, then fewest cycles
  knee       on the front, the farthest from the plane through its extremes

Every choice of the pick is tried again with the full estimator: what it changes pays, what it leaves would not. Each
change (a layer's, or a width's) has to save --min-gain percent of the unchanged network's cycles, or bytes: less is not
worth training for. Each layer gets a sentence that says why. Retained weights is a proxy, not accuracy: drop-in from
0.95, fine-tune from 0.8, else retrain, with the written weights as a start.

Writes <model>-<design>.tflite and pick.json. Where no design meets the constraints and is cheaper, it names the nearest
one on each side and ends with exit code 4.

Examples:
  paretou pick model.tflite --accelerator-config ethos-u55-128
  paretou pick model.tflite --options all --widths 0.5,0.75,1 --min-retained 0.8
  paretou pick model.tflite --accelerator-config ethos-u65-256 --prefer knee --max-sram 256 --json`;

/** The command `pick`. */
export function pickCommand(): Command {
  const command = new Command('pick')
    .description('Chooses one design under constraints, writes its .tflite and says why.')
    .argument('<model>', 'a .tflite file, or example:NAME for a network that comes with the program')
    .option('--prefer <what>', 'cycles, bandwidth, retained or knee', 'cycles')
    .option(
      '--min-gain <percent>',
      'least share of the cycles (bytes with --prefer bandwidth) that each change has to save; 0 for any',
      number('--min-gain', 'a percentage from 0 to 100, such as 1', 0, 100),
      1,
    )
    .option('--output <file>', 'file of the design (default: <model>-<design>.tflite in --output-dir)')
    .option('--output-dir <folder>', 'where the files go (default: results/<name of the model>)');
  addSystemOptions(command);
  addSearchOptions(command);
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action(async (model: string, options: PickOptions) => {
      const { runPick } = await import('./run-pick.js');
      await runPick(model, options);
    });
}
