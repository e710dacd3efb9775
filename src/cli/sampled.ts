import type { Command } from 'commander';
import { noiseObjectives } from '../../search/pick/preference.js';
import type { Objective } from '../../search/rank/objectives.js';
import { isMeasured, type MetricName } from '../../search/metrics.js';
import { planSweep, type Measuring, type PlannedModel } from '../../search/explore/sweep.js';
import { changesOfSpace } from '../../search/emit/fit/changes.js';
import { whyNotFittable, type Fitting } from '../../search/emit/fit/fitting.js';
import { measureChoices } from '../../search/evaluate/trial/choice-noise.js';
import type { Space } from '../../search/space/space.js';
import { fittingFor, samplesHeld } from '../../search/evaluate/trial/trial.js';
import { openTrials } from '../../search/evaluate/trial/trials.js';
import type { SessionOptions } from '../../search/evaluate/session.js';
import { widthsOnly } from '../../search/evaluate/trial/widths-only.js';
import { ALL_OPTIONS } from '../../search/substitute/index.js';
import { inputError, usageError } from '../errors.js';
import type { Network } from '../graph/network.js';
import { syntheticSamples } from '../samples/synthetic.js';
import { classesOf, judgedOutputs } from '../samples/classes.js';
import type { Samples } from '../samples/samples.js';
import { splitSamples } from '../samples/split.js';
import { plural } from '../text.js';
import type { Run } from './interrupt.js';
import { showProgress } from './progress.js';
import { whole } from './numbers.js';
import {
  addSampleOptions,
  loadSamples,
  SYNTHETIC,
  SYNTHETIC_SAMPLES,
  type SampleOptions,
} from './samples.js';
import type { SearchOptions } from './search-options.js';
import type { PreparedSearch } from './search.js';
import { note } from './streams.js';

/** What is said of the samples in records. */
export interface SamplesRecord {
  readonly path: string;
  readonly count: number;
  /** Samples that weights are fitted to, and samples that designs are scored with; seed of the split. */
  readonly fit: number;
  readonly score: number;
  readonly seed: number;
  readonly labelled: boolean;
  /** Choices whose noise was measured, and choices in all. */
  readonly choices_measured: number;
  readonly choices: number;
  /** Output noise of every choice that was measured, by its text: `4:lowrank*8`, `4=24`. */
  readonly choice_noise: Readonly<Record<string, number>>;
}

/** A search whose choices were measured on samples. */
export interface Sampled {
  readonly prepared: PreparedSearch;
  readonly record: SamplesRecord | undefined;
  /** Agreement with the original is measured. */
  readonly givesClasses: boolean;
  /** Fits the weights of single designs of a space; the samples are those of the search. */
  readonly fittingOf?: (space: Space) => Fitting;
  readonly close: () => Promise<void>;
}

/** Share of the time after which the choices have to be measured. */
const CHOICES_SHARE = 0.4;

/** Options that a search with samples takes. */
export interface SampledOptions extends SearchOptions, SampleOptions {
  /** Designs along the front that are measured. */
  readonly measure: number;
}

/** Adds the options of a search with samples. */
export const addSampledOptions = (command: Command): Command =>
  addSampleOptions(command).option(
    '--measure <n>',
    'designs along the front that are fitted to the samples and measured',
    whole('--measure', 'from 0, such as 10', 0, 10_000),
    10,
  );

const noiseByChoice = ({ sites, groups, noise }: Space): Record<string, number> =>
  Object.fromEntries(
    [
      ...sites.flatMap(({ site, options }, i) =>
        options.map((option, j) => [`${site.operator}:${option}`, noise!.sites[i]![j]!] as const),
      ),
      ...groups.flatMap(({ group, widths }, i) =>
        widths.map((width, j) => [`${group.operator}=${width}`, noise!.groups[i]![j]!] as const),
      ),
    ].filter(([, value]) => value > 0),
  );

/** Fractions of the channels that are tried where nothing is said. */
const USUAL_WIDTHS = [0.5, 0.75, 1];

/**
 * What may vary where nothing is said: with samples, every usual option and narrower widths, because their loss is
 * measured.
 */
export const withUsualChoices = <T extends SampledOptions>(options: T): T =>
  options.samples === undefined ||
  options.samples === SYNTHETIC ||
  [options.space, options.options, options.widths].some((given) => given !== undefined)
    ? options
    : { ...options, options: ALL_OPTIONS, widths: USUAL_WIDTHS };

/** Known only where there are samples. */
const needsSamples = (column: MetricName): boolean => column === 'output_noise' || isMeasured(column);

/** The first column of a search that is known only where there are samples. */
const sampledColumn = ({ constraints, objectives }: PreparedSearch): MetricName | undefined =>
  [...constraints, ...objectives].map(({ column }) => column).find(needsSamples);

/** @throws a usage error where an option needs samples that are not there */
export const requireSamples = ({ samples }: SampledOptions, prepared: PreparedSearch): void => {
  const column = sampledColumn(prepared);
  if (column !== undefined && (samples === undefined || samples === SYNTHETIC))
    throw usageError(`${column} is known only where there are samples; pass them with --samples`);
};

/** @throws an input error where a constraint is on what cannot be measured */
const requireMeasurable = ({ constraints }: PreparedSearch, network: Network, samples: Samples): void => {
  const isAsked = (name: MetricName): boolean => constraints.some(({ column }) => column === name);
  const { source, labels } = samples;
  if (isAsked('agreement') && !givesClasses(network))
    throw inputError(`${network.name}: agreement cannot be measured, since it gives samples no classes`);
  if (isAsked('accuracy_change') && classesOf(network) === undefined)
    throw inputError(
      `${network.name}: accuracy cannot be measured, since it does not give each sample one class`,
    );
  if (isAsked('accuracy_change') && labels === undefined)
    throw inputError(`${source}: has no labels; without them accuracy cannot be measured`);
};

/** An output of the network tells classes apart. */
const givesClasses = (network: Network): boolean =>
  judgedOutputs(network).some(({ classes }) => classes !== undefined);

/** @throws an input error where the designs of a space cannot be fitted */
export const requireFittable = (space: Space): void => {
  const why = whyNotFittable(space);
  if (why !== undefined)
    throw inputError(`${space.network.name}: its weights cannot be fitted, since ${why}`);
};

/**
 * Reads the samples of a search and measures each of its choices alone, with a bar on stderr. Without samples, and for
 * networks that cannot be run, the search stays as it is.
 * @throws usage and input errors
 */
export const withSamples = async (
  prepared: PreparedSearch,
  options: SampledOptions,
  run: Run,
  workers: SessionOptions,
  byDefault: readonly Objective[] = noiseObjectives('cycles', prepared.speed.speed),
): Promise<Sampled> => {
  const none: Sampled = {
    ...{ prepared, record: undefined, givesClasses: false },
    close: () => Promise.resolve(),
  };
  const { samples: path, quiet, samplesSeed, fitSamples } = options;
  if (path === undefined) return none;
  const [model, ...others] = prepared.planned as [PlannedModel, ...PlannedModel[]];
  if (others.length > 0) throw usageError('samples are for one model; name a single one', 'samples');
  const say = quiet === true ? (): void => undefined : note;
  if (path === SYNTHETIC) {
    const fit = syntheticSamples(model.space.network, SYNTHETIC_SAMPLES, samplesSeed);
    requireFittable(model.space);
    say(
      `note: ${SYNTHETIC} samples choose and refit channels where only widths change; nothing is measured on them`,
    );
    const fittingOf = (space: Space): Fitting => widthsOnly(fittingFor({ space, fit, score: fit }), space);
    return { ...none, fittingOf };
  }
  const samples = await loadSamples(path, model.space.network, options);
  requireMeasurable(prepared, model.space.network, samples);
  const why = whyNotFittable(model.space);
  if (why !== undefined) {
    const column = sampledColumn(prepared);
    if (column !== undefined) throw inputError(`${model.name}: ${column} cannot be measured, since ${why}`);
    say(`note: ${model.name} is searched without the samples, since ${why}`);
    return none;
  }
  const { fit, score } = splitSamples(samples, samplesSeed, fitSamples);
  const setup = { space: model.space, fit, score };
  const trials = openTrials(setup, workers);
  const held = samplesHeld(setup);
  const parts = `${plural(fit.count, 'sample')} to fit weights to, ${score.count} others to score designs with`;
  const fewer = held.fit < fit.count ? `; ${held.fit} of them are used, to stay within memory` : '';
  say(`${parts}${fewer}`);
  const progress = showProgress({
    unit: 'choices',
    total: changesOfSpace(model.space).length,
    wanted: quiet !== true,
  });
  const until = run.started + CHOICES_SHARE * (run.end - run.started);
  try {
    const choices = await measureChoices(trials, { until, onProgress: progress.update });
    progress.stop();
    if (choices.measured < choices.count)
      say(
        `note: ${choices.measured} of ${plural(choices.count, 'choice')} were measured in time; the others are left out`,
      );
    const { named, method } = prepared;
    const objectives = named ? prepared.objectives : byDefault;
    const measuring: Measuring = { trials, most: options.measure };
    const planned = planSweep([{ ...model, space: choices.space }], objectives, options.limit, method);
    return {
      prepared: { ...prepared, objectives, planned: planned.map((each) => ({ ...each, measuring })) },
      record: {
        ...{ path, count: samples.count, fit: fit.count, score: score.count, seed: samplesSeed },
        labelled: samples.labels !== undefined,
        choices_measured: choices.measured,
        choices: choices.count,
        choice_noise: noiseByChoice(choices.space),
      },
      givesClasses: givesClasses(model.space.network),
      fittingOf: (space) => fittingFor({ ...setup, space }),
      close: trials.close,
    };
  } catch (error) {
    progress.stop();
    await trials.close();
    throw error;
  }
};
