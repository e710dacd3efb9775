import { Command } from 'commander';
import { join } from 'node:path';
import { knownCount } from '../../search/evaluate/session.js';
import { writeSweep } from '../../search/report/ranking-csv.js';
import { runRecord, SWEEP_SCHEMA } from '../../search/report/sweep-json.js';
import { DEFAULT_OPTIONS, SUBSTITUTIONS } from '../../search/substitute/index.js';
import { requireWritable } from '../files.js';
import { addHtmlOptions, writeReport, type HtmlOptions } from './html.js';
import type { Stopped } from '../../search/explore/explorer.js';
import { withCrew, type Crew } from './crew.js';
import { withRun, type Run } from './interrupt.js';
import {
  addSampledOptions,
  requireSamples,
  withSamples,
  withUsualChoices,
  type SampledOptions,
} from './sampled.js';
import { addCommonOptions, addSystemOptions } from './options.js';
import { addPartOptions, searchOnPart, type PartOptions } from './parts.js';
import { addPlotOption, type PlotOptions } from './plot.js';
import { addSearchOptions } from './search-options.js';
import {
  announce,
  constraintsWithFlags,
  dryRun,
  objectiveNotes,
  prepareSearch,
  searchOnce,
  type PreparedSearch,
} from './search.js';
import { speaker } from './streams.js';
import { reportSweep } from './sweep-report.js';
import { version } from './version.js';

/** What the command `sweep` parses. */
export interface SweepOptions extends SampledOptions, PartOptions, HtmlOptions, PlotOptions {
  readonly outputDir?: string;
}

const HELP = `
A site is an operator with constant weights that some option can replace. By default it is one of ${DEFAULT_OPTIONS.join(', ')},
where standard is the operator as it is. --options adds others; all adds those whose retained weights are known, with a
few numbers that suit each site:
${SUBSTITUTIONS.flatMap(({ forms }) => forms.map(([form, what]) => `  ${form.padEnd(22)}  ${what}`)).join('\n')}
Channel counts vary as --widths or the space file says.

Designs are ranked by Pareto rank over the objectives: columns of ranking.csv, each with an optional :min or :max.
Default: cycles_total,sram_total_bytes,retained_energy:max; on several systems inference_ms_fvp takes the place of
cycles_total, since compiler cycles of different systems cannot be compared. Retained weights is the share of the
squared weights that a design keeps: the product over its changed layers. It is a proxy, not accuracy. Drop-in from 0.95,
fine-tune from 0.8, else retrain. Where it is not known (:relu), parameters:max takes its place, a crude stand-in for
capacity.

Methods: exact compares all designs by sums of costs and evaluates those on and near the front of the sums;
exhaustive evaluates all designs; evolve searches with NSGA-II; sample takes a stratified sample of --limit designs.
auto takes exhaustive for small spaces, exact for larger ones, evolve for objectives that do not add up over the
operators, and says why.

Prints designs that stand for the front of each system: the unchanged network (base), the best drop-in, fine-tune and
retrain (best), the knee, and those that add most to the hypervolume. A tie has FVP-like cycles within 15 % of the
fewest on its system. Ids can be given to apply as they are.

With --samples the noise that a design adds to the outputs takes the place of retained weights: that of every choice is
measured alone, and --measure designs along the front are fitted and measured as a whole.

Several models are ranked separately. Writes ranking.csv, front.csv (Pareto rank 1), run.json and report.json, and with
--html report.html. After Ctrl-C or SIGTERM the designs evaluated so far are written.

Examples:
  paretou sweep model.tflite --accelerator-config u55,u65
  paretou sweep model.tflite --options separable:relu --objectives cycles_total,external_total_bytes
  paretou sweep model.tflite --options all --widths 0.5,0.75,1 --min-retained 0.8
  paretou sweep model.tflite --space space.yaml --max-sram 256 --dry-run
  paretou sweep example:story_standard --accelerator-config ethos-u55-128`;

/**
 * Runs a sweep from the command line: prints, writes the files and sets the exit code.
 * @throws usage and input errors, before any file is written
 */
const runSweep = (paths: readonly string[], given: SweepOptions): Promise<void> =>
  withRun({ seconds: given.seconds, say: speaker(given) }, async (run) => {
    const options = withUsualChoices(await searchOnPart(given));
    const unsampled = await prepareSearch(paths, options);
    requireSamples(options, unsampled);
    if (options.dryRun) {
      dryRun(unsampled.planned, SWEEP_SCHEMA, options);
      return;
    }
    const directory =
      options.outputDir ?? join('results', unsampled.planned.map(({ name }) => name).join('+'));
    requireWritable(directory);
    announce(unsampled, options);
    await withCrew({ directory, name: 'sweep' }, unsampled, options, run, (crew) =>
      sweepWithin(run, unsampled, { directory, crew, options }),
    );
  });

/** Where the results of a sweep go, and who does the work. */
interface Errand {
  readonly directory: string;
  readonly crew: Crew;
  readonly options: SweepOptions;
}

/** Sweeps and writes; returns what ended the search early, if anything did. */
const sweepWithin = async (
  run: Run,
  unsampled: PreparedSearch,
  { directory, crew, options }: Errand,
): Promise<Stopped | undefined> => {
  const { workers, counts } = crew;
  const evaluating = performance.now();
  const { prepared, record: samples, close } = await withSamples(unsampled, options, run, workers);
  const { planned, constraints, objectives, named, method, sources, placements } = prepared;
  const result = await searchOnce(prepared, options, run, crew).finally(close);
  const seconds = {
    reading_seconds: (evaluating - run.started) / 1000,
    evaluating_and_ranking_seconds: (performance.now() - evaluating) / 1000,
  };
  const facts = runRecord(result, {
    version: version(),
    sources,
    models: planned,
    objectives,
    objectivesChosen: named ? 'by the user' : 'by default',
    constraints,
    seed: options.seed,
    method,
    limit: options.limit,
    timeBudget: options.seconds,
    jobs: workers.jobs,
    seconds,
    notes: objectiveNotes(prepared),
  });
  const record = {
    ...facts,
    ...(samples && { samples }),
    workers: counts(),
    constraints: constraintsWithFlags(constraints),
  };
  const written = Object.values(writeSweep(directory, result.rankings, record));
  const models = result.rankings.map((ranking, i) => ({
    source: { path: sources[i]!.path, sha256: sources[i]!.sha256 },
    network: planned[i]!.space.network,
    ranking,
    evaluated: knownCount(result.studies[i]!.results),
  }));
  written.push(...(await writeReport(directory, models, options, run)));
  reportSweep(result, { options, constraints, record, written, placements });
  return result.stopped;
};

/** The command `sweep`. */
export function sweepCommand(): Command {
  const command = new Command('sweep')
    .description('Evaluates variants of models on accelerators and ranks them by cycles and bandwidth.')
    .argument('<model...>', '.tflite files, or example:NAME for networks that come with the program');
  addPartOptions(addSystemOptions(command));
  addSampledOptions(command);
  addSearchOptions(command).option(
    '--output-dir <folder>',
    'where the files go (default: results/<name of the model>)',
  );
  addPlotOption(addHtmlOptions(command));
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action((models: string[], options: SweepOptions) => runSweep(models, options));
}
