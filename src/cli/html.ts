import type { Command } from 'commander';
import { join } from 'node:path';
import { shellLine } from '../../report-html/apply-command.js';
import type { ReportData } from '../../report-html/contract.js';
import { fittedLayers } from '../../search/report/html/layers.js';
import { partsOf, type ModelParts } from '../../search/report/html/model-parts.js';
import { reportPage } from '../../search/report/html/page.js';
import { DEFAULT_ROWS, reportData, type ReportModel } from '../../search/report/html/report-data.js';
import type { Network } from '../graph/network.js';
import { writeWhole } from '../files.js';
import { withoutCredentials } from '../safe-text.js';
import type { Run } from './interrupt.js';
import { whole } from './numbers.js';
import { optimiseOf, type SystemOptions } from './options.js';
import type { SampleOptions } from './samples.js';
import { version } from './version.js';

/** What {@link addHtmlOptions} parses. */
export interface HtmlOptions {
  readonly html?: boolean;
  readonly htmlRows: number;
}

/** Adds the options that say whether a search writes a page, and how much is in it. */
export const addHtmlOptions = (command: Command): Command =>
  command
    .option(
      '--html',
      'also write report.html: one page with charts and tables, which opens without a network',
    )
    .option(
      '--html-rows <n>',
      'designs that a report holds besides those on the fronts, best first',
      whole('--html-rows', 'from 0, such as 20000', 0, 1e6),
      DEFAULT_ROWS,
    );

/** Options of a search that `apply` needs too, to come to the same figures. */
const applyArguments = (options: SystemOptions & SampleOptions): string[] => [
  ...options.config.flatMap((file) => ['--config', file]),
  ...(options.arenaCacheSize === undefined ? [] : ['--arena-cache-size', String(options.arenaCacheSize)]),
  ...(optimiseOf(options) === 'Size' ? ['--optimise', 'Size'] : []),
  ...(options.samples === undefined ? [] : ['--samples', options.samples]),
  ...(options.samplesLimit === undefined ? [] : ['--samples-limit', String(options.samplesLimit)]),
  ...(options.samplesSeed === 1 ? [] : ['--samples-seed', String(options.samplesSeed)]),
  ...(options.fitSamples === undefined ? [] : ['--fit-samples', String(options.fitSamples)]),
];

/** Writes the page of a report. @returns its path */
export const writePage = async (
  path: string,
  report: ReportData,
  parts: readonly ModelParts[],
): Promise<string> => {
  writeWhole(path, await reportPage(report, parts));
  return path;
};

/** What the report of a model is made from; the weights of the pick, where they are fitted to samples. */
export interface WrittenModel extends ReportModel {
  readonly network: Network;
  readonly fitted?: Network | undefined;
}

/** The layers of a pick with fitted weights become part of a report: they cannot be computed from the model. */
const withFitted = async (report: ReportData, models: readonly WrittenModel[]): Promise<ReportData> => {
  const added = report.models.map(async (model, i) => {
    const { network, fitted } = models[i]!;
    const layers = fitted && (await fittedLayers(network, model, fitted));
    return layers === undefined ? model : { ...model, fitted: layers };
  });
  return { ...report, models: await Promise.all(added) };
};

/**
 * Writes the report of a search: `report.json`, from which `paretou report` makes a page at any time, and with `--html`
 * the page at once. Models without a ranked design are left out.
 * @returns the paths of what was written
 */
export const writeReport = async (
  directory: string,
  models: readonly WrittenModel[],
  options: HtmlOptions & SystemOptions & SampleOptions,
  { end, signal }: Pick<Run, 'end' | 'signal'>,
): Promise<string[]> => {
  const shown = models.filter(({ ranking, further = [] }) => ranking.table.count + further.length > 0);
  if (shown.length === 0) return [];
  const designs = reportData(shown, {
    version: version(),
    command: withoutCredentials(shellLine(['paretou', ...process.argv.slice(2)])),
    applyArguments: applyArguments(options),
    rows: options.htmlRows,
  });
  const report = await withFitted(designs, shown);
  const data = join(directory, 'report.json');
  writeWhole(data, `${JSON.stringify(report)}\n`);
  if (options.html !== true) return [data];
  const parts: ModelParts[] = [];
  for (const [i, { network }] of shown.entries())
    parts.push(await partsOf(network, report.models[i]!, { until: end, signal }));
  return [data, await writePage(join(directory, 'report.html'), report, parts)];
};
