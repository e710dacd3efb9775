import { Command } from 'commander';
import { dirname, join } from 'node:path';
import { designFileName, emitDesign } from '../../search/emit/design-file.js';
import { AGREES_TUNED, FINE_TUNE } from '../../search/emit/retained-weights.js';
import type { Network } from '../graph/network.js';
import { fittedEvaluators } from '../../search/evaluate/trial/fitted-evaluators.js';
import { knownCount } from '../../search/evaluate/session.js';
import { beforeMeasuring, constraintSettings, type Constraint } from '../../search/rank/constraints.js';
import { accountOf, type PickAccount } from '../../search/report/account/account.js';
import type { Wish } from '../../search/pick/candidates.js';
import { pick, type Picked } from '../../search/pick/pick.js';
import {
  noiseObjectives,
  objectivesFor,
  parsePreference,
  type Preference,
} from '../../search/pick/preference.js';
import { plotOfRanking } from '../../search/report/front-plot.js';
import { frontSketch } from '../../search/report/front-sketch.js';
import { PICK_SCHEMA, pickRecord } from '../../search/report/pick-json.js';
import { nothingDetails, nothingText, pickText } from '../../search/report/pick-text.js';
import { EXIT_CODES, inputError, ParetouError, usageError } from '../errors.js';
import { LONGEST_MESSAGE } from '../safe-text.js';
import { createEstimator } from '../estimate/estimate.js';
import { isSameFile, requireWritable, writeWhole } from '../files.js';
import { wrap } from '../text.js';
import { addHtmlOptions, type HtmlOptions, writeReport } from './html.js';
import type { WorkerCount } from '../../search/evaluate/counts.js';
import type { Stopped } from '../../search/explore/explorer.js';
import { withCrew, type Crew } from './crew.js';
import { type Run, withRun } from './interrupt.js';
import {
  addCommonOptions,
  addSystemOptions,
  addWhyOption,
  MODEL_ARGUMENT,
  moreOf,
  type WhyOptions,
} from './options.js';
import { addPartOptions, searchOnPart, type PartOptions } from './parts.js';
import { placementLines, placementsJson } from './placements.js';
import { number } from './numbers.js';
import { addPlotOption, plotted, type PlotOptions } from './plot.js';
import {
  addSampledOptions,
  requireSamples,
  withSamples,
  withUsualChoices,
  type Sampled,
  type SampledOptions,
  type SamplesRecord,
} from './sampled.js';
import { addSearchOptions } from './search-options.js';
import {
  announce,
  constraintsWithFlags,
  dryRun,
  type PreparedSearch,
  prepareSearch,
  objectiveNotes,
} from './search.js';
import { messageWithFlags, withFlags } from './setting-flags.js';
import { note, print, printJson, speaker } from './streams.js';
import { failureLines } from './sweep-report.js';
import { version } from './version.js';

/** What the command `pick` parses. */
export interface PickOptions extends SampledOptions, PartOptions, HtmlOptions, WhyOptions, PlotOptions {
  readonly prefer: string;
  /** In percent. */
  readonly minGain: number;
  readonly acceptRetrain?: boolean;
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

On several systems FVP-like time takes the place of cycles, and of designs within 15 % of the fastest the one with the
most retained weights is taken.

Every choice of the pick is tried again with the full estimator, to confirm that each change pays and that no other would.
Each changed site or width has to save --min-gain percent of the unchanged network's cycles (or bytes): less is not worth
training for. The report gives a reason for each layer in few words, and for the most costly in full; with --why for all in
full. Retained weights are a proxy, not accuracy: drop-in from
0.95, fine-tune from 0.8, else retrain, with the written weights as a start. Designs that have to be trained again are
picked only with --accept-retrain; without, the report names the one that it would be.

With --samples the loss of every choice is measured, and designs along the front are fitted and measured, the most wanted
first, until one meets --min-agreement and --max-accuracy-drop; without these, one that agrees with the original on 0.85 of
the samples. docs/accuracy.md describes it.

Writes <model>-<design>.tflite and pick.json, and with --html report.html and report.json. Where no design meets the
constraints and is cheaper, it names the nearest one on each side and ends with exit code 4.

Examples:
  paretou pick model.tflite --accelerator-config ethos-u55-128
  paretou pick model.tflite --options all --widths 0.5,0.75,1 --min-retained 0.8
  paretou pick model.tflite --accelerator-config ethos-u65-256 --prefer knee --max-sram 256 --json
  paretou pick model.tflite --samples images.npz --max-accuracy-drop 3`;

/** Shares of the time after which the search, and that for what comes near, have to end. */
const SEARCH_SHARE = 0.6;
const NEAR_SHARE = 0.8;
/** Share of the time after which refining has to end: the reasons take the rest. */
const ALL_SHARE = 0.85;

/** What keeps a pick from needing training, unless something else was asked for. */
const safety = (options: PickOptions, { record, givesClasses }: Sampled): readonly Constraint[] => {
  const { acceptRetrain, minRetained, minAgreement, maxAccuracyDrop } = options;
  if (acceptRetrain === true || minRetained !== undefined) return [];
  if (record === undefined) return [{ column: 'retained_energy', kind: 'least', bound: FINE_TUNE }];
  return minAgreement !== undefined || maxAccuracyDrop !== undefined || !givesClasses
    ? []
    : [{ column: 'agreement', kind: 'least', bound: AGREES_TUNED }];
};

/** Constraints of the search: where it keeps the designs that retain most, safety is left to the choice. */
const searchedConstraints = (
  { constraints, objectives }: PreparedSearch,
  wish: Wish,
): readonly Constraint[] =>
  objectives.some(({ column }) => column === 'retained_energy') ? constraints : wish.constraints;

const searched = (
  prepared: PreparedSearch,
  wish: Wish,
  options: PickOptions,
  run: Run,
  { workers, progress }: Crew,
): Promise<Picked> => {
  const [model] = prepared.planned as [PreparedSearch['planned'][number]];
  const after = (share: number): number => run.started + share * (run.end - run.started);
  return pick({
    model,
    wish,
    method: prepared.method,
    ...(model.measuring && { measuring: model.measuring }),
    searched: searchedConstraints(prepared, wish),
    limit: options.limit,
    seed: options.seed,
    workers,
    ends: { search: after(SEARCH_SHARE), near: after(NEAR_SHARE), all: after(ALL_SHARE) },
    onSearch: progress,
    ...(!options.quiet && { onStage: note }),
  });
};

/** Without figures of the unchanged network nothing can be said to be cheaper: says why there are none. */
const requireBaseline = ({ study }: Picked, path: string): void => {
  if (study.baselines.some((baseline) => baseline !== undefined)) return;
  const { network, systems, optimise } = study.space;
  createEstimator().estimate(network, systems[0]!.system, { optimise, file: path });
  throw inputError(
    `${path}: the unchanged network could not be evaluated, so no design can be compared with it`,
  );
};

const exitKind = ({ stopped, sweeps, refined }: Picked): keyof typeof EXIT_CODES | undefined => {
  if (stopped === 'interrupted') return 'interrupted';
  if (sweeps.some(({ studies }) => studies.some(({ results }) => results.failures.size > 0)))
    return 'partial';
  return refined === undefined ? 'unmet' : undefined;
};

/** The design's file, or why there is none: weights that are not known cannot be written. */
const emitted = (
  { files: [file], planned: [model] }: PreparedSearch,
  { candidate }: PickAccount,
  fitted: Network | undefined,
): Uint8Array | string => {
  try {
    return emitDesign(file!, model!.space, candidate.digits, fitted);
  } catch (error) {
    if (error instanceof ParetouError) return error.message;
    throw error;
  }
};

/** All that there is to write and to print. */
interface Outcome {
  readonly prepared: PreparedSearch;
  readonly wish: Wish;
  readonly picked: Picked;
  /** Of the pick, or of the unchanged network where there is none. */
  readonly account: PickAccount | undefined;
  /** The pick with weights that are fitted to samples. */
  readonly fitted: Network | undefined;
  /** The pick's file, or why there is none. */
  readonly file: Uint8Array | string | undefined;
  readonly error: ParetouError | undefined;
  readonly samples: SamplesRecord | undefined;
  /** What the worker processes did, where there were any. */
  readonly workers: readonly WorkerCount[] | undefined;
  readonly notes: readonly string[];
}

const nothingError = (
  picked: Picked,
  wish: Wish,
  options: PickOptions,
  safe: readonly Constraint[],
): ParetouError => {
  const { space, widths } = options;
  const narrow = space === undefined && options.options === undefined && widths === undefined;
  const interrupted = picked.stopped === 'interrupted';
  const text = nothingText(picked, wish);
  const advice = `${text}; --options all and --widths let more vary`;
  const settings = [
    ...constraintSettings(wish.constraints.slice(0, wish.constraints.length - safe.length)),
    ...(wish.minGain > 0 ? (['minGain'] as const) : []),
    ...(safe.length > 0 ? (['acceptRetrain'] as const) : []),
  ];
  const fits = narrow && !interrupted && withFlags(advice, settings).length < LONGEST_MESSAGE;
  return new ParetouError(interrupted ? 'interrupted' : 'unmet', fits ? advice : text, { settings });
};

/** Paths of what was written, and the record. */
interface Written {
  readonly paths: readonly string[];
  readonly record: Record<string, unknown>;
}

/** Writes the design's file, if there is one, and the record. */
const write = (outcome: Outcome, directory: string, { output, seed }: PickOptions): Written => {
  const { prepared, wish, picked, account, file, error, notes, samples, workers } = outcome;
  const { path, sha256 } = prepared.sources[0]!;
  const { name } = picked.study.space.network;
  const design =
    file instanceof Uint8Array
      ? (output ?? join(directory, designFileName(name, account!.candidate.id)))
      : undefined;
  if (design !== undefined) writeWhole(design, file as Uint8Array);
  const record = {
    ...pickRecord({ version: version(), path, sha256, seed, notes }, wish, picked, account),
    constraints: constraintsWithFlags(wish.constraints),
    ...(samples && { samples }),
    ...(workers && { workers }),
    ...placementsJson(prepared.placements[0]!),
    file: design ?? null,
    ...(file instanceof Uint8Array ? { bytes: file.length } : file !== undefined && { no_file: file }),
    ...(error && {
      error: { kind: error.kind, message: messageWithFlags(error), exit_code: error.exitCode },
    }),
  };
  const recordPath = join(directory, 'pick.json');
  writeWhole(recordPath, `${JSON.stringify(record, undefined, 2)}\n`);
  return { paths: [...(design === undefined ? [] : [design]), recordPath], record };
};

/** Writes the report of the first search with what is known of the pick and of the designs that were measured. */
const writePicked = (
  { prepared, picked: { sweeps, refined, walk }, fitted }: Outcome,
  directory: string,
  options: PickOptions,
  run: Run,
): Promise<string[]> => {
  const [{ rankings, studies }] = sweeps;
  const pick = refined?.candidate;
  const model = {
    source: prepared.sources[0]!,
    network: studies[0]!.space.network,
    ranking: rankings[0]!,
    evaluated: knownCount(studies[0]!.results),
    further: [...(walk?.measured ?? []), ...(pick === undefined ? [] : [pick])],
    ...(pick && { pick }),
    fitted,
  };
  return writeReport(directory, [model], options, run);
};

/** Prints what came of it and sets the exit code. */
const report = (outcome: Outcome, { paths, record }: Written, options: PickOptions): void => {
  const { wish, picked, account, file, error, notes } = outcome;
  if (options.json) {
    printJson(record);
  } else if (!options.quiet) {
    const text =
      account === undefined || picked.refined === undefined
        ? nothingDetails(picked, wish, account, moreOf(options))
        : pickText(picked, wish, account, moreOf(options));
    print(
      [
        text,
        ...plotted(options, picked.sweeps[0].rankings, (ranking, axes) =>
          frontSketch(plotOfRanking(ranking, axes, picked.refined?.candidate.numbers)),
        ),
        ...placementLines(outcome.prepared.placements[0]!),
        ...notes.map((each) => wrap(`note: ${each}`)),
        ...(typeof file === 'string' ? [wrap(`no .tflite is written: ${file}`)] : []),
        '',
        ...paths.map((path) => `wrote ${path}`),
      ].join('\n'),
    );
  }
  picked.sweeps.flatMap((sweep) => failureLines(sweep)).forEach((line) => note(line));
  if (error !== undefined) note(`error: ${messageWithFlags(error)}`);
  const kind = exitKind(picked);
  if (kind === 'interrupted' && error === undefined) note('interrupted: picked from what was finished');
  if (kind !== undefined) process.exitCode = EXIT_CODES[kind];
};

/**
 * Picks a design of a model, prints why, writes its file and `pick.json`, and sets the exit code.
 * @throws usage and input errors, before anything is written
 */
async function runPick(path: string, options: PickOptions): Promise<void> {
  const say = speaker(options);
  await withRun({ seconds: options.seconds, say }, (run) => pickWithin(run, path, options));
}

const pickWithin = async (run: Run, path: string, given: PickOptions): Promise<void> => {
  const options = withUsualChoices(await searchOnPart(given));
  const preference = parsePreference(options.prefer);
  if (options.output !== undefined && isSameFile(options.output, path))
    throw usageError(`${options.output} is the model itself; name another file with --output`);
  const unsampled = await prepareSearch([path], options, (known, speed) =>
    objectivesFor(preference, known, speed),
  );
  requireSamples(options, unsampled);
  if (options.dryRun) {
    dryRun(unsampled.planned, PICK_SCHEMA, options);
    return;
  }
  const directory = options.outputDir ?? join('results', unsampled.planned[0]!.name);
  requireWritable(directory);
  if (options.output !== undefined) requireWritable(dirname(options.output));
  announce(unsampled, options);
  await withCrew({ directory, name: 'pick' }, unsampled, options, run, async (crew) => {
    const sampled = await withSamples(
      unsampled,
      options,
      run,
      crew.workers,
      noiseObjectives(preference, unsampled.speed.speed),
    );
    try {
      return await pickFrom(sampled, { path, directory, preference, options, run, crew });
    } finally {
      await sampled.close();
    }
  });
};

/** What a pick is made for. */
interface Errand {
  readonly path: string;
  readonly directory: string;
  readonly preference: Preference;
  readonly options: PickOptions;
  readonly run: Run;
  readonly crew: Crew;
}

/**
 * What the reasons of a pick rest on: constraints on what is known of every design; where designs were measured, others
 * may not be noisier than the pick.
 */
const reasonedWish = (wish: Wish, { walk }: Picked): Wish =>
  walk?.candidate === undefined
    ? { ...wish, constraints: beforeMeasuring(wish.constraints) }
    : {
        ...wish,
        constraints: [
          ...beforeMeasuring(wish.constraints),
          { column: 'output_noise', kind: 'most', bound: walk.candidate.numbers.output_noise },
        ],
      };

/** Picks, writes and reports; returns what ended the search early, if anything did. */
const pickFrom = async (
  sampled: Sampled,
  { path, directory, preference, options, run, crew }: Errand,
): Promise<Stopped | undefined> => {
  const { prepared, fittingOf } = sampled;
  const { objectives } = prepared;
  const safe = safety(options, sampled);
  const constraints = [...prepared.constraints, ...safe];
  const { speed } = prepared.speed;
  const wish: Wish = { preference, speed, objectives, constraints, minGain: options.minGain / 100 };
  const picked = await searched(prepared, wish, options, run, crew);
  if (picked.stopped === undefined) requireBaseline(picked, path);
  const { space } = picked.study;
  const judged = picked.refined ?? picked.unchanged;
  const isOver = (): boolean => run.signal.aborted || performance.now() >= run.end;
  const digits = picked.refined?.candidate.digits;
  const fitted = digits && fittingOf?.(space).network(digits);
  const createEvaluator = fitted && fittedEvaluators(fitted, digits);
  const account =
    judged &&
    (await accountOf(space, reasonedWish(wish, picked), judged, {
      isOver,
      ...(createEvaluator && { createEvaluator }),
    }));
  const file = picked.refined && account && emitted(prepared, account, fitted);
  const outcome: Outcome = {
    ...{
      prepared,
      wish,
      picked,
      account,
      fitted,
      file,
      samples: sampled.record,
      workers: crew.fleet?.counts(),
    },
    error: picked.refined === undefined ? nothingError(picked, wish, options, safe) : undefined,
    notes: objectiveNotes(prepared),
  };
  const { paths, record } = write(outcome, directory, options);
  const pages = options.html === true ? await writePicked(outcome, directory, options, run) : [];
  report(outcome, { paths: [...paths, ...pages], record }, options);
  return picked.stopped;
};

/** The command `pick`. */
export function pickCommand(): Command {
  const command = new Command('pick')
    .description('Chooses one design under constraints, writes its .tflite and says why.')
    .argument('<model>', MODEL_ARGUMENT)
    .option('--prefer <what>', 'cycles, bandwidth, retained or knee', 'cycles')
    .option(
      '--min-gain <percent>',
      'least share of the cycles (bytes with --prefer bandwidth) that each change has to save; 0 for any',
      number('--min-gain', 'a percentage from 0 to 100, such as 1', 0, 100),
      1,
    )
    .option(
      '--accept-retrain',
      'also pick designs that have to be trained again: with less than 0.8 of the weights retained',
    )
    .option('--output <file>', 'file of the design (default: <model>-<design>.tflite in --output-dir)')
    .option('--output-dir <folder>', 'where the files go (default: results/<name of the model>)');
  addPartOptions(addSystemOptions(command));
  addSampledOptions(command);
  addSearchOptions(command);
  addPlotOption(addHtmlOptions(addWhyOption(command)));
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action((model: string, options: PickOptions) => runPick(model, options));
}
