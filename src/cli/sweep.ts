import { Command } from 'commander';
import { addCommonOptions, addSystemOptions } from './options.js';
import { addSearchOptions, type SearchOptions } from './search-options.js';

/** What the command `sweep` parses. */
export interface SweepOptions extends SearchOptions {
  readonly outputDir?: string;
}

const HELP = `
Every convolution with a kernel larger than 1x1 and constant weights is a site. It may stay (standard) or become a
depthwise and a 1x1 convolution (separable); --options adds others, and all adds every option whose retained weights
is known, with a few R that suit each site:
  separable*T             T depthwise convolutions side by side, then a 1x1 over all of them (T 2 to 4)
  ...:shifted-relu        the same function with a ReLU between the two, which the cost model may find cheaper
  ...:relu                a ReLU that changes the function: for training, its retained weights is not known
  lowrank*R               a 1x1 down to R channels, then the kernel
  lowrank*R:spatial       the kernel's height down to R channels, then its width
Channel counts vary as --widths or the space file says.

Designs are ranked by Pareto rank over the objectives: columns of ranking.csv, each with an optional :min or :max.
Default: cycles_total,sram_total_bytes,retained_energy:max. Retained weights is the share of the squared weights that
a design keeps: the product over its changed layers. It is a proxy, not accuracy. Drop-in from 0.95, fine-tune from
0.8, else retrain. Where it is not known (:relu), parameters:max takes its place, a crude stand-in for capacity.

Methods: exact computes the front of the whole space from sums of costs and evaluates what is on it and near it;
exhaustive evaluates all designs; evolve searches with NSGA-II; sample takes a stratified sample of --limit designs.
auto takes exhaustive for small spaces, exact for larger ones, evolve for objectives that do not add up over the
operators, and says why.

Several models are ranked each on its own. Writes ranking.csv, front.csv (Pareto rank 1) and run.json. Ctrl-C and
SIGTERM keep what was finished.

Examples:
  paretou sweep model.tflite --accelerator-config u55,u65
  paretou sweep model.tflite --options separable:relu --objectives cycles_total,external_total_bytes
  paretou sweep model.tflite --options all --widths 0.5,0.75,1 --min-retained 0.8
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
