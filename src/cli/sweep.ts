import { Command } from 'commander';
import { addCommonOptions, addSystemOptions } from './options.js';
import { addSearchOptions, type SearchOptions } from './search-options.js';

/** What the command `sweep` parses. */
export interface SweepOptions extends SearchOptions {
  readonly outputDir?: string;
}

const HELP = `
Every convolution with a kernel larger than 1x1 and constant weights is a site. It may stay (standard), become
a depthwise and a 1x1 convolution (separable), or the same with a ReLU on the depthwise (separable:relu, only
if named in --options). Channel counts vary as --widths or the space file says. Designs are ranked by Pareto
rank over the objectives: columns of ranking.csv, each with an optional :min or :max. Default:
cycles_total,sram_total_bytes,retained_energy:max.

Retained energy is the share of the squared weights that a design keeps: the product over its changed layers.
It is a proxy, not accuracy. Drop-in from 0.95, fine-tune from 0.8, else retrain. Where it is not known
(separable:relu), parameters:max takes its place, a crude stand-in for capacity.

Methods: exhaustive evaluates all designs; sample a stratified sample of --limit designs; evolve searches with
NSGA-II. auto evaluates all designs of small spaces and says what it does with others, and why.

Writes ranking.csv, front.csv (Pareto rank 1) and run.json. Ctrl-C keeps what was finished.

Examples:
  paretou sweep model.tflite --accelerator-config u55,u65
  paretou sweep model.tflite --options separable:relu --objectives cycles_total,external_total_bytes
  paretou sweep model.tflite --options all --widths 0.5,0.75,1 --min-energy 0.8
  paretou sweep model.tflite --space space.yaml --max-sram 256 --dry-run
  paretou sweep example:story_standard --accelerator-config ethos-u55-128`;

/** The command `sweep`. */
export function sweepCommand(): Command {
  const command = new Command('sweep')
    .description('Evaluates variants of models on accelerators and ranks them by cycles and bandwidth.')
    .argument('<model...>', '.tflite files, or example:NAME for networks that come with the program');
  addSystemOptions(command);
  addSearchOptions(command).option(
    '--output-dir <folder>',
    'where the files go (default: results/<name of the model>)',
  );
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action(async (models: string[], options: SweepOptions) => {
      const { runSweep } = await import('./run-sweep.js');
      await runSweep(models, options);
    });
}
