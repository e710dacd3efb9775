import { coverage, rank, type Coverage, type Ranking } from './ranking.js';
import { baselineRow, tabulate, type NumberRow, type Study, type Table } from './columns.js';
import { meeting, nearest, type Constraint } from './constraints.js';
import { createEvaluator } from './evaluate/evaluator.js';
import { FIGURE_COUNT, FIGURES, type DesignFigures } from './evaluate/figures.js';
import { evaluateDesigns, type EvaluateOptions, type Results } from './evaluate/pool.js';
import type { Objective } from './objectives.js';
import { sampleDesigns, shareOut, type Sample } from './sample.js';
import { allDesigns, baselineSpace, countDesigns, rowOf, type Space } from './space.js';
import { STANDARD } from './substitute/index.js';

/** One model and what may vary in it. */
export interface SweepModel {
  /** Name in the column `model`. */
  readonly name: string;
  readonly space: Space;
}

/** What a sweep evaluates, for one model. */
export interface PlannedModel extends SweepModel {
  readonly sample: Sample;
}

export interface SweepRequest {
  readonly models: readonly PlannedModel[];
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
  readonly evaluate: Omit<EvaluateOptions, 'onProgress'>;
  /** Called with the designs of all models that are finished. */
  readonly onProgress?: (finished: number) => void;
}

export interface Sweep {
  readonly studies: readonly Study[];
  /** Every evaluated design, before constraints. */
  readonly table: Table;
  /** Those that meet the constraints, in order. */
  readonly ranking: Ranking;
  readonly coverage: Coverage;
  /** Row of `table` that comes nearest to the constraints, when none meets them. */
  readonly nearest: number | undefined;
  readonly interrupted: boolean;
}

/** The designs to evaluate: `limit` is shared by the models, which get equal parts as far as they have designs. */
export const planSweep = (models: readonly SweepModel[], limit: number, seed: number): PlannedModel[] => {
  const capacities = models.map(({ space }) => {
    const count = countDesigns(space);
    return count > BigInt(limit) ? limit : Number(count);
  });
  const shares = shareOut(limit, capacities);
  return models.map((model, i) => ({
    ...model,
    sample: sampleDesigns(model.space, Math.max(1, shares[i]!), seed),
  }));
};

const figuresAt = (results: Results, row: number): DesignFigures => {
  const numbers = Object.fromEntries(
    FIGURES.map((name, i) => [name, results.figures[row * FIGURE_COUNT + i]!] as const),
  ) as Record<(typeof FIGURES)[number], number>;
  return { ...numbers, predicted: numbers.predicted === 1 };
};

/** Row of the unchanged network on each system; undefined where the designs do not hold it. */
const baselineRows = ({ space, sample: { designs } }: PlannedModel): (number | undefined)[] => {
  const rows = space.systems.map((): number | undefined => undefined);
  const possible =
    space.sites.every(({ options }) => options[0] === STANDARD) &&
    space.groups.every(({ group, widths }) => widths[0] === group.channels);
  if (!possible) return rows;
  for (let row = 0; row < designs.count; row++) {
    const digits = rowOf(designs, row);
    if (digits.subarray(0, -1).every((digit) => digit === 0)) rows[digits.at(-1)!] = row;
  }
  return rows;
};

/** The unchanged network on each system, from the results where they have it. */
const baselinesOf = (model: PlannedModel, results: Results): (DesignFigures | undefined)[] => {
  const rows = baselineRows(model);
  const space = baselineSpace(model.space);
  let evaluator: ReturnType<typeof createEvaluator> | undefined;
  return rows.map((row, system) => {
    if (row !== undefined && results.known[row] === 1) return figuresAt(results, row);
    if (row !== undefined && results.failures.has(row)) return undefined;
    try {
      evaluator ??= createEvaluator(space);
      return evaluator.evaluate(rowOf(allDesigns(space), system));
    } catch {
      return undefined;
    }
  });
};

/** The baseline that takes the most cycles. */
const slowestBaseline = (studies: readonly Study[]): NumberRow | undefined =>
  studies
    .flatMap((study) => study.space.systems.map((_, system) => baselineRow(study, system)))
    .filter((row) => row !== undefined)
    .reduce<NumberRow | undefined>(
      (slowest, row) => (slowest === undefined || row.cycles_total > slowest.cycles_total ? row : slowest),
      undefined,
    );

/** Evaluates the planned designs of all models and ranks them together. */
export const sweep = async (request: SweepRequest): Promise<Sweep> => {
  const studies: Study[] = [];
  let before = 0;
  for (const model of request.models) {
    const { name, space, sample } = model;
    const results = await evaluateDesigns(space, sample.designs, {
      ...request.evaluate,
      onProgress: (finished) => request.onProgress?.(before + finished),
    });
    before += sample.designs.count;
    studies.push({
      model: name,
      space,
      designs: sample.designs,
      results,
      baselines: baselinesOf(model, results),
    });
  }
  const table = tabulate(studies);
  const met = meeting(table, request.constraints);
  const ranking = rank(studies, met, request.objectives);
  return {
    studies,
    table,
    ranking,
    coverage: coverage(ranking, slowestBaseline(studies)),
    nearest: met.count > 0 ? undefined : nearest(table, request.constraints),
    interrupted: studies.some(({ results }) => results.interrupted),
  };
};
