import { availableParallelism } from 'node:os';
import { constraintsOf, type Constraint } from '../../search/rank/constraints.js';
import { unknownRetained } from '../../search/emit/retained-weights.js';
import type { SessionOptions } from '../../search/evaluate/session.js';
import { parseMethod, type Method } from '../../search/explore/methods.js';
import {
  defaultObjectives,
  FVP_COLUMNS,
  parseObjectives,
  speedOf,
  type Objective,
} from '../../search/rank/objectives.js';
import { speedFor, withoutFvp, type SpeedChoice } from '../../search/rank/speed.js';
import type { Space } from '../../search/space/space.js';
import { usageError } from '../errors.js';
import { METRICS } from '../../search/metrics.js';
import { constraintsRecord } from '../../search/report/records.js';
import { describeSpace, PARAMETERS_NOTE } from '../../search/report/sweep-json.js';
import {
  planSweep,
  sweep,
  totalOf,
  type PlannedModel,
  type Sweep,
  type SweepModel,
} from '../../search/explore/sweep.js';
import type { Progress } from './progress.js';
import type { Run } from './interrupt.js';
import { FLAGS } from './setting-flags.js';
import type { SearchOptions } from './search-options.js';
import { note, print, printJson } from './streams.js';
import { loadSweepModels, spaceDetails, spaceLine, type Loaded } from './sweep-models.js';

/** What is searched for, and how. */
export interface SearchPlan {
  readonly planned: readonly PlannedModel[];
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
}

/** A search as the command line describes it. */
export interface PreparedSearch extends SearchPlan, Loaded {
  /** The objectives are those of the command line. */
  readonly named: boolean;
  readonly method: Method;
  /** By what designs are fast. */
  readonly speed: SpeedChoice;
  /** Why the retained weights of some designs is not known. */
  readonly unknown: string | undefined;
}

/**
 * Reads models and spaces, and decides how to search.
 * @param byDefault objectives where none are named, by whether all retained weights are known and by what is fast
 * @throws usage and input errors
 */
export const prepareSearch = async (
  paths: readonly string[],
  options: SearchOptions,
  byDefault: typeof defaultObjectives = defaultObjectives,
): Promise<PreparedSearch> => {
  const method = parseMethod(options.method);
  const constraints = constraintsOf(options);
  const chosen = options.objectives === undefined ? undefined : parseObjectives(options.objectives);
  const loaded = await loadSweepModels(paths, options);
  const spaces = loaded.models.map(({ space }) => space);
  requireFvp(chosen ?? [], spaces);
  const unknown = loaded.models
    .map(({ space }) => unknownRetained(space))
    .find((reason) => reason !== undefined);
  const speed = chosen === undefined ? speedFor(spaces) : { speed: speedOf(chosen), note: undefined };
  const objectives = chosen ?? byDefault(unknown === undefined, speed.speed);
  const planned = planSweep(loaded.models, objectives, options.limit, method);
  return { ...loaded, planned, objectives, constraints, named: chosen !== undefined, method, speed, unknown };
};

/** @throws a usage error for an objective that is known on no design of a system */
const requireFvp = (objectives: readonly Objective[], spaces: readonly Space[]): void => {
  const column = objectives.map((objective) => objective.column).find((name) => FVP_COLUMNS.has(name));
  const lacking = column && withoutFvp(spaces);
  if (lacking === undefined) return;
  throw usageError(
    `${column!} cannot be an objective: there are no FVP-like cycles on ${lacking.system}, because ${lacking.why}`,
    'objectives',
  );
};

/** Prints what would be searched, and how. */
export const dryRun = (models: readonly PlannedModel[], schema: string, options: SearchOptions): void => {
  if (options.json) {
    printJson({
      schema,
      dry_run: true,
      models: models.map(({ name, space, plan }) => ({
        name,
        space: describeSpace(space),
        would_evaluate: {
          designs: plan.atMost,
          how: plan.text,
          method: plan.name,
          why: plan.why,
        },
      })),
    });
    return;
  }
  for (const model of models) {
    const { name, why, text } = model.plan;
    const how = `would evaluate ${text} (method ${name}: ${why})`;
    print([spaceLine(model), ...spaceDetails(model.space), how].join('\n'));
  }
};

/** Constraints in records, with the options that state them. */
export const constraintsWithFlags = (constraints: readonly Constraint[]): Record<string, unknown>[] =>
  constraintsRecord(constraints).map((fields, i) => ({
    option: FLAGS[METRICS[constraints[i]!.column].bound!.setting],
    ...fields,
  }));

/** What stands in for retained weights by default, in a sentence; undefined where nothing does. */
const standInNote = ({ named, unknown, objectives }: PreparedSearch): string | undefined =>
  !named && unknown !== undefined && objectives.some(({ column }) => column === 'parameters')
    ? `parameters:max takes the place of retained weights, because ${unknown}; ${PARAMETERS_NOTE}`
    : undefined;

/** What is to be said of the objectives that were chosen for the user, in sentences. */
export const objectiveNotes = (prepared: PreparedSearch): string[] => {
  const standIn = standInNote(prepared);
  const { note: speedNote } = prepared.speed;
  return [...(speedNote === undefined ? [] : [speedNote]), ...(standIn === undefined ? [] : [standIn])];
};

/** Says on stderr what is going to be searched. */
export const announce = (prepared: PreparedSearch, { quiet }: SearchOptions): void => {
  if (quiet) return;
  for (const model of prepared.planned) {
    const { name, why, text } = model.plan;
    note(spaceLine(model));
    if (name !== 'exhaustive') note(`evaluating ${text} (method ${name}: ${why})`);
  }
  objectiveNotes(prepared).forEach((each) => note(`note: ${each}`));
};

/**
 * Networks of up to so many operators are compiled in a moment: this thread can do it, between looks at signals and
 * clock, and saves the start of another.
 */
const FEW_OPERATORS = 32;

const isSmall = ({ space }: SweepModel): boolean =>
  space.network.graphs.reduce((sum, { operators }) => sum + operators.length, 0) <= FEW_OPERATORS;

/**
 * The workers that the options ask for. Where networks are large they leave this thread free, so that it can end them; otherwise it
 * does the work of one, unless the number of threads is given.
 */
export const workersFor = (
  options: SearchOptions,
  { signal }: Run,
  models: readonly SweepModel[],
): SessionOptions => {
  const small = models.every(isSmall);
  const { jobs = availableParallelism() } = options;
  return { jobs, apart: !small, helping: small && options.jobs === undefined, signal };
};

/** Sweeps once, with a bar on stderr, until the run has to end. */
export const searchOnce = async (
  { planned, objectives, constraints }: SearchPlan,
  options: SearchOptions,
  { end }: Run,
  {
    workers,
    progress: show,
  }: { readonly workers: SessionOptions; readonly progress: (total: number | undefined) => Progress },
): Promise<Sweep> => {
  const progress = show(totalOf(planned));
  try {
    return await sweep({
      models: planned,
      objectives,
      constraints,
      seed: options.seed,
      ...(end < Infinity && { seconds: Math.max(0, (end - performance.now()) / 1000) }),
      evaluate: workers,
      onProgress: progress.update,
    });
  } finally {
    progress.stop();
  }
};
