import { Command } from 'commander';
import { join } from 'node:path';
import { budgetFigures } from '../budget/figures.js';
import { fitOf, type Fit } from '../budget/fit.js';
import { describe } from '../estimate/describe.js';
import type { Estimate } from '../estimate/types.js';
import { fvpEstimate, type FvpResult } from '../fvp/fvp.js';
import { fileNamePart } from '../files.js';
import type { System } from '../npu/system.js';
import { consoleReport } from '../report/console.js';
import { writeReports } from '../report/files.js';
import { fitJson, fitLines } from '../report/fit.js';
import { estimateJson } from '../report/json.js';
import { estimatingOf, printResults, type EstimatingOptions } from './estimating.js';
import { loadModel } from './model.js';
import { addPartOptions, onPart, partOf, type PartOptions } from './parts.js';
import { addCommonOptions, addFvpOptions, addSystemOptions, MODEL_ARGUMENT } from './options.js';

/** What the command `estimate` parses. */
export interface EstimateOptions extends EstimatingOptions, PartOptions {
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

/** Version of the shape in which `--json` reports several estimates. */
export const ESTIMATES_SCHEMA = 'paretou/estimates@1';

/**
 * Estimates a model on the systems that the options describe, writes the files of each and prints the reports.
 * @throws usage and input errors
 */
async function runEstimate(model: string, given: EstimateOptions): Promise<void> {
  const part = await partOf(given);
  const options = onPart(given, part);
  const { systems, fvp: fvpOptions, evaluate, say } = estimatingOf(options);
  const loaded = await loadModel(model);
  const { network } = loaded;
  const results = systems.map((system) => {
    const evaluation = evaluate(network, system, model);
    const result = describe(evaluation);
    const fvp = fvpEstimate(evaluation, fvpOptions(loaded));
    return {
      result,
      fvp,
      fit: part && fitOf(part, budgetFigures(result, evaluation, fvp)),
      files: writeReports(result, folderOf(system, systems, options), systems.length > 1),
    };
  });

  printResults(results, options, {
    json: ({ result, fvp, fit, files }) => ({
      ...estimateJson(result, fvp),
      ...(fit && { fit: fitJson(fit) }),
      files,
    }),
    name: 'estimates',
    schema: ESTIMATES_SCHEMA,
    text: ({ result, fvp, fit }) => report(result, fvp, fit, options),
  });
  for (const { files } of results) for (const file of files) say(`wrote ${file}`);
}

/** Where the files of a system go: in one folder each where an accelerator has several systems. */
const folderOf = (
  { systemConfig, memoryMode }: System,
  systems: readonly System[],
  { outputDir }: EstimateOptions,
): string =>
  new Set(systems.map(({ accelerator }) => accelerator)).size === systems.length
    ? outputDir
    : join(outputDir, fileNamePart(`${systemConfig}_${memoryMode}`));

const report = (result: Estimate, fvp: FvpResult, fit: Fit | undefined, options: EstimateOptions): string =>
  consoleReport(
    result,
    {
      performance: options.verbosePerformance === true,
      weights: options.verboseWeights === true,
      cycles: options.verboseCycleEstimate === true,
    },
    fvp,
  ) + (fit === undefined ? '' : `\n${fitLines(fit).join('\n')}\n`);

/** The command `estimate`. */
export function estimateCommand(): Command {
  const command = new Command('estimate')
    .description('Estimates what the reference compiler would report for a model: cycles, bytes and memory.')
    .argument('<model>', MODEL_ARGUMENT);
  addSystemOptions(command)
    .option('--output-dir <folder>', 'where the two CSV files go', 'output')
    .option('--verbose-performance', 'show the figures of each layer')
    .option('--verbose-weights', 'show the size of the weights before and after encoding')
    .option('--verbose-cycle-estimate', 'show cycle totals and inferences per second');
  return addCommonOptions(addPartOptions(addFvpOptions(command)))
    .addHelpText('after', HELP)
    .action((model: string, options: EstimateOptions) => runEstimate(model, options));
}
