import { Command } from 'commander';
import { addCommonOptions, addSystemOptions, type CommonOptions, type SystemOptions } from './options.js';

/** What the command `estimate` parses. */
export interface EstimateOptions extends SystemOptions, CommonOptions {
  readonly outputDir: string;
  readonly verbosePerformance?: boolean;
  readonly verboseWeights?: boolean;
  readonly verboseCycleEstimate?: boolean;
}

const HELP = `
Writes <name>_summary_<system>.csv and <name>_per-layer.csv to the output folder. With several accelerators, the file
names also contain the accelerator. Without --config, --system-config and --memory-mode default to what the reference
compiler uses for the accelerator; with --config, both are needed.

Examples:
  paretou estimate model.tflite --accelerator-config ethos-u55-128 --verbose-performance
  paretou estimate model.tflite --accelerator-config ethos-u65-256 --system-config Ethos_U65_High_End \\
    --memory-mode Dedicated_Sram --output-dir results/u65
  paretou estimate example:story_standard --json`;

/** The command `estimate`. */
export function estimateCommand(): Command {
  const command = new Command('estimate')
    .description('Estimates what the reference compiler would report for a model: cycles, bytes and memory.')
    .argument('<model>', 'a .tflite file, or example:NAME for a network that comes with the program');
  addSystemOptions(command)
    .option('--output-dir <folder>', 'where the two CSV files go', 'output')
    .option('--verbose-performance', 'show the figures of each layer')
    .option('--verbose-weights', 'show the size of the weights before and after encoding')
    .option('--verbose-cycle-estimate', 'show cycle totals and inferences per second');
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action(async (model: string, options: EstimateOptions) => {
      const { runEstimate } = await import('./run-estimate.js');
      await runEstimate(model, options);
    });
}
