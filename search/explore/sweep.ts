import { baselinesOf, slowestBaseline, withBaselines } from '../rank/baselines.js';
import { selectRows, tabulate, type Study, type Table } from '../rank/table.js';
import { beforeMeasuring, meeting, nearest, type Constraint } from '../rank/constraints.js';
import { systemFronts } from '../rank/representatives.js';
import { withMeasured } from './finalists.js';
import type { Trials } from '../evaluate/trial/trials.js';
import type { SessionOptions } from '../evaluate/session.js';
import { planMethod, type Plan, type Method } from './methods.js';
import { allowed, type Exploration, type Explorer, type Stopped } from './explorer.js';
import type { Objective } from '../rank/objectives.js';
import { coverage, rank, type Coverage, type Ranking } from '../rank/ranking.js';
import { shareOut } from '../space/sample.js';
import type { Space } from '../space/space.js';

/** One model and what may vary in it. */
export interface SweepModel {
  /** Name in the column `model`. */
  readonly name: string;
  readonly space: Space;
}

/** How the designs of one model will be explored. */
export interface PlannedModel extends SweepModel {
  readonly plan: Plan;
  /** Most of its designs that are evaluated. */
  readonly limit: number;
  /** Where there are samples for it. */
  readonly measuring?: Measuring;
}

/** Designs along the front that are fitted to samples and measured. */
export interface Measuring {
  readonly trials: Trials;
  /** How many designs. */
  readonly most: number;
  /** Hears how many of them are done. */
  readonly onProgress?: (measured: number) => void;
}

/** The models of a sweep, what their designs are ranked by, and how they are searched. */
export interface SweepRequest {
  readonly models: readonly PlannedModel[];
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
  readonly seed: number;
  /** Time budget for all models together. */
  readonly seconds?: number;
  readonly evaluate: SessionOptions;
  /** Called with the designs of all models that are finished; each part of a search may count from the beginning. */
  readonly onProgress?: (finished: number) => void;
}

/** The evaluated designs of every model. */
export interface Sweep {
  readonly studies: readonly Study[];
  /** What each model's explorer has to say, in their order. */
  readonly explorations: readonly Pick<Exploration, 'facts' | 'lines' | 'stopped'>[];
  /** Every evaluated design, before constraints. */
  readonly table: Table;
  /** Those of each model that meet the constraints, in order: designs of different models do not compete. */
  readonly rankings: readonly Ranking[];
  readonly coverages: readonly Coverage[];
  /** Row of `table` that comes nearest to the constraints, when none meets them. */
  readonly nearest: number | undefined;
  /** What ended the search before its own end. */
  readonly stopped: Stopped | undefined;
  readonly interrupted: boolean;
}

/**
 * How to explore each model. `limit` is shared by the models, which get equal parts as far as they have designs.
 * @throws a usage error where the method cannot be used for a model
 */
export const planSweep = (
  models: readonly SweepModel[],
  objectives: readonly Objective[],
  limit: number,
  method: Method | Explorer,
): PlannedModel[] => {
  const shares = shareOut(
    limit,
    models.map(({ space }) => allowed(space, limit)),
  );
  return models.map((model, i) => {
    const share = Math.max(1, shares[i]!);
    return { ...model, limit: share, plan: planMethod(model.space, objectives, share, method) };
  });
};

/** Designs of all models that will be looked at, where that is known before. */
export const totalOf = (models: readonly PlannedModel[]): number | undefined =>
  models.reduce<number | undefined>(
    (sum, { plan: { total } }) => (sum === undefined || total === undefined ? undefined : sum + total),
    0,
  );

/** A search that was ended early may take so many milliseconds more for the unchanged networks. */
const LAST_MILLISECONDS = 700;

/** The rows of one study, as a table of their own. */
const rowsOfStudy = (table: Table, study: number): Table => {
  const rows = Uint32Array.from({ length: table.count }, (_, i) => i).filter((i) => table.study[i] === study);
  return { ...selectRows(table, rows), study: new Uint16Array(rows.length) };
};

/** Measures designs that stand for the fronts of a study. */
const withFinalists = (
  study: Study,
  { trials, most, onProgress }: Measuring,
  objectives: readonly Objective[],
  constraints: readonly Constraint[],
  until = Infinity,
): Promise<Study> => {
  const met = meeting(tabulate([study]), constraints);
  const ranking = rank([study], met, objectives);
  const rows = systemFronts(ranking, most).flatMap(({ shown }) =>
    shown.flatMap(({ row }) => (row === undefined ? [] : [ranking.table.row[row]!])),
  );
  return withMeasured(study, rows, trials, { until, ...(onProgress && { onProgress }) });
};

/** Explores the models one after another and ranks the designs of each. */
export const sweep = async (request: SweepRequest): Promise<Sweep> => {
  const { models, objectives, seed, evaluate } = request;
  const constraints = beforeMeasuring(request.constraints);
  const end = request.seconds === undefined ? undefined : performance.now() + 1000 * request.seconds;
  const studies: Study[] = [];
  const explorations: Pick<Exploration, 'facts' | 'lines' | 'stopped'>[] = [];
  let before = 0;
  let last: number | undefined;
  for (const [i, { name, space, plan, limit, measuring }] of models.entries()) {
    const { facts, lines, stopped, ...found } = await plan.explorer.explore({
      space,
      objectives,
      constraints,
      seed,
      limit,
      evaluate,
      ...(end !== undefined && {
        seconds: Math.max(0, (end - performance.now()) / 1000 / (models.length - i)),
      }),
      onProgress: (finished) => request.onProgress?.(before + finished),
    });
    before += plan.total ?? found.designs.count;
    if (evaluate.signal?.aborted === true || (end !== undefined && performance.now() >= end))
      last ??= performance.now() + LAST_MILLISECONDS;
    const baselines = await baselinesOf(space, found.designs, found.results, evaluate, last);
    const study: Study = { model: name, space, ...withBaselines(space, found, baselines), baselines };
    studies.push(
      measuring === undefined ? study : await withFinalists(study, measuring, objectives, constraints, end),
    );
    explorations.push({ facts: { ...facts, why: facts.why ?? plan.why }, lines, stopped });
  }
  const table = tabulate(studies);
  const met = meeting(table, request.constraints);
  const rankings = studies.map((study, s) => rank([study], rowsOfStudy(met, s), objectives));
  const interrupted = studies.some(({ results }) => results.interrupted);
  return {
    studies,
    explorations,
    table,
    rankings,
    coverages: rankings.map((ranking) => coverage(ranking, slowestBaseline(ranking.studies, objectives))),
    nearest: met.count > 0 ? undefined : nearest(table, request.constraints),
    stopped: interrupted ? 'interrupted' : explorations.find(({ stopped }) => stopped !== undefined)?.stopped,
    interrupted,
  };
};
