import { baselinesOf, slowestBaseline } from './baselines.js';
import { tabulate, type Study, type Table } from './columns.js';
import { meeting, nearest, type Constraint } from './constraints.js';
import type { SessionOptions } from './evaluate/pool.js';
import { chooseMethod, type Choice, type Method } from './explore/choose.js';
import type { Exploration } from './explore/explorer.js';
import type { Objective } from './objectives.js';
import { coverage, rank, type Coverage, type Ranking } from './ranking.js';
import { shareOut } from './sample.js';
import { countDesigns, type Space } from './space.js';

/** One model and what may vary in it. */
export interface SweepModel {
  /** Name in the column `model`. */
  readonly name: string;
  readonly space: Space;
}

/** How the designs of one model will be explored. */
export interface PlannedModel extends SweepModel {
  readonly choice: Choice;
  /** Most of its designs that are evaluated. */
  readonly limit: number;
}

export interface SweepRequest {
  readonly models: readonly PlannedModel[];
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
  readonly seed: number;
  /** Time budget for all models together. */
  readonly seconds?: number;
  readonly evaluate: SessionOptions;
  /** Called with the designs of all models that are finished, and how many there will be at most. */
  readonly onProgress?: (finished: number, total: number) => void;
}

export interface Sweep {
  readonly studies: readonly Study[];
  /** What each model's explorer has to say, in their order. */
  readonly explorations: readonly Pick<Exploration, 'facts' | 'lines'>[];
  /** Every evaluated design, before constraints. */
  readonly table: Table;
  /** Those that meet the constraints, in order. */
  readonly ranking: Ranking;
  readonly coverage: Coverage;
  /** Row of `table` that comes nearest to the constraints, when none meets them. */
  readonly nearest: number | undefined;
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
  method: Method,
): PlannedModel[] => {
  const capacities = models.map(({ space }) => {
    const count = countDesigns(space);
    return count > BigInt(limit) ? limit : Number(count);
  });
  const shares = shareOut(limit, capacities);
  return models.map((model, i) => {
    const share = Math.max(1, shares[i]!);
    return { ...model, limit: share, choice: chooseMethod(model.space, objectives, share, method) };
  });
};

/** Explores the models one after another and ranks what was evaluated together. */
export const sweep = async (request: SweepRequest): Promise<Sweep> => {
  const { models, objectives, constraints, seed, evaluate } = request;
  const end = request.seconds === undefined ? undefined : performance.now() + 1000 * request.seconds;
  const studies: Study[] = [];
  const explorations: Pick<Exploration, 'facts' | 'lines'>[] = [];
  let before = 0;
  for (const [i, { name, space, choice, limit }] of models.entries()) {
    const later = models.slice(i + 1).reduce((sum, model) => sum + model.choice.atMost, 0);
    const { designs, results, facts, lines } = await choice.explorer({
      space,
      objectives,
      constraints,
      seed,
      limit,
      evaluate,
      ...(end !== undefined && {
        seconds: Math.max(0, (end - performance.now()) / 1000 / (models.length - i)),
      }),
      onProgress: (finished, total) => request.onProgress?.(before + finished, before + total + later),
    });
    before += designs.count;
    const baselines = await baselinesOf(space, designs, results, evaluate);
    studies.push({ model: name, space, designs, results, baselines });
    explorations.push({ facts: { ...facts, why: facts.why ?? choice.why }, lines });
  }
  const table = tabulate(studies);
  const met = meeting(table, constraints);
  const ranking = rank(studies, met, objectives);
  return {
    studies,
    explorations,
    table,
    ranking,
    coverage: coverage(ranking, slowestBaseline(studies)),
    nearest: met.count > 0 ? undefined : nearest(table, constraints),
    interrupted: studies.some(({ results }) => results.interrupted),
  };
};
