import { join } from 'node:path';
import { createEstimator } from '../estimate/estimate.js';
import type { Estimate } from '../estimate/types.js';
import { fileNamePart } from '../files.js';
import type { System } from '../npu/system.js';
import { consoleReport } from '../report/console.js';
import { writeReports } from '../report/files.js';
import { estimateJson } from '../report/json.js';
import type { Json } from '../report/json-value.js';
import type { EstimateOptions } from './estimate.js';
import { loadModel } from './model.js';
import { optimiseOf, systemsOf } from './options.js';
import { note, print, printJson } from './streams.js';

/** Version of the shape in which `--json` reports several estimates. */
export const ESTIMATES_SCHEMA = 'paretou/estimates@1';

/**
 * Estimates a model on the systems that the options describe, writes the files of each and prints the reports.
 * @throws usage and input errors
 */
export async function runEstimate(model: string, options: EstimateOptions): Promise<void> {
  const say = options.quiet ? () => undefined : note;
  const systems = systemsOf(options, (message) => say(`warning: ${message}`));
  const { network } = await loadModel(model);
  const optimise = optimiseOf(options);
  const estimator = createEstimator();
  const results = systems.map((system) => {
    const result = estimator.estimate(network, system, { optimise, file: model });
    return { result, files: writeReports(result, folderOf(system, systems, options), systems.length > 1) };
  });

  if (options.json) {
    printJson(asJson(results));
  } else if (!options.quiet) {
    print(results.map(({ result }) => report(result, options)).join('\n'));
  }
  for (const { files } of results) for (const file of files) say(`wrote ${file}`);
}

/** Where the files of a system go: in a folder of their own where an accelerator has several systems. */
const folderOf = (
  { systemConfig, memoryMode }: System,
  systems: readonly System[],
  { outputDir }: EstimateOptions,
): string =>
  new Set(systems.map(({ accelerator }) => accelerator)).size === systems.length
    ? outputDir
    : join(outputDir, fileNamePart(`${systemConfig}_${memoryMode}`));

const report = (result: Estimate, options: EstimateOptions): string =>
  consoleReport(result, {
    performance: options.verbosePerformance === true,
    weights: options.verboseWeights === true,
    cycles: options.verboseCycleEstimate === true,
  });

function asJson(results: readonly { result: Estimate; files: readonly string[] }[]): Json {
  const objects = results.map(({ result, files }) => ({ ...estimateJson(result), files }));
  return objects.length === 1 ? objects[0]! : { schema: ESTIMATES_SCHEMA, estimates: objects };
}
