import { Command } from 'commander';
import { join } from 'node:path';
import type { ModelReport } from '../../report-html/contract.js';
import { plotOfReport } from '../../search/report/front-plot.js';
import { frontSketch } from '../../search/report/front-sketch.js';
import { noParts, partsOf, type ModelParts } from '../../search/report/html/model-parts.js';
import { parseReport } from '../../search/report/html/read-report.js';
import { unpacked } from '../../search/report/html/reported.js';
import { inputError, ParetouError } from '../errors.js';
import { READ_FAULTS, readFault, readRegular } from '../files.js';
import { writePage } from './html.js';
import { loadModel } from './model.js';
import { addCommonOptions, type CommonOptions } from './options.js';
import { addPlotOption, plotted, type PlotOptions } from './plot.js';
import { print, printJson, speaker } from './streams.js';
import { sha256 } from './texts.js';

/** What the command `report` parses. */
interface ReportOptions extends CommonOptions, PlotOptions {
  readonly output?: string;
}

const HELP = `
RUN_FOLDER is the folder of a sweep, or of a pick with --html: it holds report.json. The page is one file that opens from
the disk and loads nothing from anywhere: designs, choices, layers, accelerators, cliffs, accuracy where it was measured,
and a table. Layers and cliffs are computed from the model, which has to be where it was; without it, all else is shown.

Examples:
  paretou report results/model
  paretou report results/model --output front.html`;

/** Version of the shape in which `--json` says what was written. */
const REPORT_RESULT_SCHEMA = 'paretou/report-result@1';

/** Largest file that is read. */
const MOST_BYTES = 2 ** 29;

const readReport = (path: string): string => {
  try {
    return Buffer.from(readRegular(path, MOST_BYTES)).toString('utf8');
  } catch (error) {
    const code = readFault(error);
    if (code === undefined) throw error;
    const why = READ_FAULTS[code] ?? `it cannot be read (${code})`;
    throw inputError(`${path}: ${why}; sweep writes it, and pick with --html`, error);
  }
};

/** What a page shows of a model itself, or why it cannot. */
const partsNow = async (model: ModelReport, say: (text: string) => void): Promise<ModelParts> => {
  const without = (why: string): ModelParts => {
    say(`note: layers and cliffs are not shown: ${why}`);
    return noParts(why);
  };
  try {
    const { model: file, network } = await loadModel(model.path);
    if (sha256(file.source) !== model.sha256) return without(`${model.path} has changed since the search`);
    return await partsOf(network, model);
  } catch (error) {
    if (error instanceof ParetouError) return without(error.message);
    throw error;
  }
};

/** The fronts as the options ask for them. */
const sketches = async (models: readonly ModelReport[], options: PlotOptions): Promise<string[]> => {
  if (options.plot === undefined) return [];
  const data = await Promise.all(models.map(unpacked));
  return [...plotted(options, data, (each, axes) => frontSketch(plotOfReport(each, axes))).slice(1), ''];
};

/**
 * Writes the page of a search that was made before.
 * @throws usage and input errors
 */
async function runReport(folder: string, options: ReportOptions): Promise<void> {
  const source = join(folder, 'report.json');
  const report = parseReport(readReport(source), source);
  const parts: ModelParts[] = [];
  for (const model of report.models) parts.push(await partsNow(model, speaker(options)));
  const path = await writePage(options.output ?? join(folder, 'report.html'), report, parts);
  if (options.json)
    printJson({
      schema: REPORT_RESULT_SCHEMA,
      file: path,
      models: report.models.map(({ name, designs }) => ({ name, designs })),
    });
  else if (!options.quiet) print([...(await sketches(report.models, options)), `wrote ${path}`].join('\n'));
}

/** The command `report`. */
export function reportCommand(): Command {
  const command = new Command('report')
    .description('Writes one HTML page that shows the designs of a search.')
    .argument('<run-folder>', 'where sweep or pick wrote report.json')
    .option('--output <file>', 'the page (default: report.html in the folder)');
  return addCommonOptions(addPlotOption(command))
    .addHelpText('after', HELP)
    .action((folder: string, options: ReportOptions) => runReport(folder, options));
}
