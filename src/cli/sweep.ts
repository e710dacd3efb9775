import { Command } from 'commander';
import { usageError } from '../errors.js';
import { addCommonOptions, addSystemOptions, type CommonOptions, type SystemOptions } from './options.js';

/** What the command `sweep` parses. */
export interface SweepOptions extends SystemOptions, CommonOptions {
  readonly space?: string;
  readonly options?: string;
  readonly objectives?: string;
  readonly maxCycles?: number;
  readonly maxTime?: number;
  readonly maxSram?: number;
  readonly maxExternal?: number;
  readonly minEnergy?: number;
  readonly method: string;
  readonly jobs?: number;
  readonly seed: number;
  readonly limit: number;
  readonly seconds?: number;
  readonly dryRun?: boolean;
  readonly outputDir?: string;
}

const HELP = `
Every convolution with a kernel larger than 1x1 and constant weights is a site. It may stay (standard), become
a depthwise and a 1x1 convolution (separable), or the same with a ReLU on the depthwise (separable:relu, only
if named in --options). Channel counts vary if the space file says so. Designs are ranked by Pareto rank over
the objectives: columns of ranking.csv, each with an optional :min or :max. Default:
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
  paretou sweep model.tflite --space space.yaml --max-sram 256 --dry-run
  paretou sweep example:story_standard --accelerator-config ethos-u55-128`;

const number =
  (option: string, what: string, least: number, most: number) =>
  (text: string): number => {
    const value = /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw usageError(`${option} is "${text}", expected ${what}`);
  };

const whole =
  (option: string, what: string, least: number, most: number) =>
  (text: string): number => {
    const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw usageError(`${option} is "${text}", expected a whole number ${what}`);
  };

const positive = (option: string, unit: string, example: string): ((text: string) => number) =>
  number(option, `a number of ${unit} from 0, such as ${example}`, 0, Number.MAX_VALUE);

/** The command `sweep`. */
export function sweepCommand(): Command {
  const command = new Command('sweep')
    .description('Evaluates variants of models on accelerators and ranks them by cycles and bandwidth.')
    .argument('<model...>', '.tflite files, or example:NAME for networks that come with the program');
  addSystemOptions(command)
    .option('--space <file.yaml>', 'what may vary (default: each site standard or separable)')
    .option('--options <list>', 'further options for the sites, such as separable:relu')
    .option('--objectives <list>', 'columns of ranking.csv to rank by')
    .option('--max-cycles <n>', 'most cycles per inference', positive('--max-cycles', 'cycles', '500000'))
    .option(
      '--max-time <ms>',
      'most milliseconds per inference',
      positive('--max-time', 'milliseconds', '2.5'),
    )
    .option('--max-sram <KiB>', 'most SRAM that may be used', positive('--max-sram', 'KiB', '256'))
    .option(
      '--max-external <KiB>',
      'most bytes moved to and from DRAM and flash per inference',
      positive('--max-external', 'KiB', '100'),
    )
    .option(
      '--min-energy <ratio>',
      'least retained energy of the weights, 0 to 1',
      number('--min-energy', 'a ratio from 0 to 1, such as 0.8', 0, 1),
    )
    .option('--method <name>', 'auto, exact, exhaustive, sample or evolve', 'auto')
    .option(
      '--jobs <n>',
      'worker threads; 1 uses none (default: one per processor)',
      whole('--jobs', 'from 1 to 512', 1, 512),
    )
    .option(
      '--seed <n>',
      'seed of the sample or the evolutionary search',
      whole('--seed', 'of at most 32 bits, such as 1', -(2 ** 31), 2 ** 32 - 1),
      1,
    )
    .option(
      '--limit <n>',
      'most designs to evaluate',
      whole('--limit', 'from 1 to 10000000, such as 100000', 1, 1e7),
      100_000,
    )
    .option(
      '--seconds <n>',
      'time budget; a search that it ends cannot be repeated exactly (default: none)',
      positive('--seconds', 'seconds', '60'),
    )
    .option('--dry-run', 'show the space and the number of its designs, and stop')
    .option('--output-dir <folder>', 'where the files go (default: results/<name of the model>)');
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action(async (models: string[], options: SweepOptions) => {
      const { runSweep } = await import('./run-sweep.js');
      await runSweep(models, options);
    });
}
