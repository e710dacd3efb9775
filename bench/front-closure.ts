import { planSweep, sweep } from '../search/explore/sweep.js';
import { evaluateDesigns } from '../search/evaluate/session.js';
import { FIGURE_AT } from '../search/evaluate/figures.js';
import type { FigureName } from '../search/metrics.js';
import { createApplier } from '../search/emit/apply.js';
import { hypervolume } from '../search/front/hypervolume.js';
import { covered, prune } from '../search/front/non-dominated.js';
import { joinPoints, pointAt, pointsOf, selectPoints, type Points } from '../search/front/points.js';
import { constraintsOf } from '../search/rank/constraints.js';
import { objectivePoints, parseObjectives } from '../search/rank/objectives.js';
import { selectRows } from '../search/rank/table.js';
import { forEachNeighbour } from '../search/space/neighbours.js';
import { RowSet } from '../search/space/row-set.js';
import { radicesOf, rowOf, type Digits, type Space } from '../search/space/space.js';

const OBJECTIVES = parseObjectives('cycles_total,sram_total_bytes,retained_energy:max');
const COSTS: readonly FigureName[] = ['cycles_total', 'sram_total_bytes'];
/** Designs that retain less are not looked for. */
const LEAST_RETAINED = 0.001;
/** Designs that retain less are of no use. */
const USEFUL = 0.05;
/** Most designs that the search evaluates: as many as by default. */
const LIMIT = 100_000;

/** What lies one choice away from the front that an exact search gives. */
export interface FrontClosure {
  /** Of the search. */
  readonly seconds: number;
  readonly front: number;
  /** Designs that differ in one choice from one on the front and retain enough. */
  readonly neighbours: number;
  /** Those of them that no design on the front equals or beats. */
  readonly missed: number;
  /** Of these, those that are of use. */
  readonly missedUseful: number;
  /** Designs on the front that another one on it beats. */
  readonly dominated: number;
  /** Share by which the hypervolume of the front grows with what was missed. */
  readonly gap: number;
  /** What the search says that it may have missed; empty if nothing. */
  readonly bound: readonly string[];
}

/** The worst values, beyond which nothing counts. */
const cornerOf = ({ count, dimensions: k, values }: Points): number[] =>
  Array.from({ length: k }, (_, j) => {
    let most = -Infinity;
    for (let i = 0; i < count; i++) most = Math.max(most, values[i * k + j]!);
    return most;
  });

export const dominatedOf = (points: Points): number => {
  const best = new Set(Array.from(prune(points), (i) => pointAt(points, i).join()));
  return Array.from({ length: points.count }, (_, i) => pointAt(points, i).join()).filter(
    (point) => !best.has(point),
  ).length;
};

/** Objectives of the designs that differ in one choice from some of a space and retain enough. */
const pointsAround = async (space: Space, designs: readonly Digits[], jobs: number): Promise<Points> => {
  const { retained } = createApplier(space);
  const radices = radicesOf(space);
  const seen = new RowSet(radices.length);
  for (const design of designs)
    forEachNeighbour(radices, design, (next) => {
      if (retained(next).before >= LEAST_RETAINED) seen.add(next);
    });
  const around = seen.designs();
  const { figures, known, width } = await evaluateDesigns(space, around, { jobs });
  const points = Array.from({ length: around.count }, (_, i) => i)
    .filter((i) => known[i] === 1)
    .map((i) => [
      ...COSTS.map((name) => figures[i * width + FIGURE_AT[name]]!),
      -retained(rowOf(around, i)).before,
    ]);
  return pointsOf(points, OBJECTIVES.length);
};

/** What of some points a front does not cover, and what they would add to it. */
export const missedOf = (
  front: Points,
  around: Points,
): Pick<FrontClosure, 'missed' | 'missedUseful' | 'gap'> => {
  const isCovered = covered(front, around);
  const missed = selectPoints(
    around,
    Uint32Array.from(isCovered.keys()).filter((i) => isCovered[i] === 0),
  );
  const all = joinPoints(front, missed);
  const corner = cornerOf(all);
  return {
    missed: missed.count,
    missedUseful: Array.from({ length: missed.count }, (_, i) => -pointAt(missed, i)[2]!).filter(
      (retained) => retained >= USEFUL,
    ).length,
    gap: missed.count === 0 ? 0 : hypervolume(all, corner)! / hypervolume(front, corner)! - 1,
  };
};

/** Searches a space of one system exactly, and evaluates all that differs in one choice from a design on the front. */
export const closureOf = async (space: Space, jobs: number): Promise<FrontClosure> => {
  const started = performance.now();
  const { rankings, explorations, studies } = await sweep({
    models: planSweep([{ name: '', space }], OBJECTIVES, LIMIT, 'exact'),
    ...{ objectives: OBJECTIVES, constraints: constraintsOf({ minRetained: LEAST_RETAINED }), seed: 1 },
    evaluate: { jobs },
  });
  const seconds = (performance.now() - started) / 1000;
  const { table, frontSize } = rankings[0]!;
  const rows = selectRows(
    table,
    new Uint32Array(frontSize).map((_, i) => i),
  );
  const front = objectivePoints(rows, OBJECTIVES);
  const onFront = Array.from(rows.row, (i) => rowOf(studies[0]!.designs, i));
  const points = await pointsAround(space, onFront, jobs);
  return {
    ...{ seconds, front: front.count, neighbours: points.count, dominated: dominatedOf(front) },
    ...missedOf(front, points),
    bound: explorations[0]!.facts['possible_improvement'] as string[],
  };
};
