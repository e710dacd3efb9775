import { describe, expect, it } from 'vitest';
import { createEvaluator } from '../../../../search/evaluate/evaluator.js';
import { exact } from '../../../../search/explore/exact/exact.js';
import { createApplier } from '../../../../search/emit/apply.js';
import { covered, prune } from '../../../../search/front/non-dominated.js';
import { pointsOf, selectPoints } from '../../../../search/front/points.js';
import { parseObjectives } from '../../../../search/rank/objectives.js';
import { radicesOf, rowOf } from '../../../../search/space/space.js';
import { randomSpace } from '../random-space.js';

const OBJECTIVES = parseObjectives('cycles_total,sram_total_bytes,retained_energy:max');
const LEAST_RETAINED = 0.001;

describe('the front of an exact search', () => {
  it.each([31, 32, 33, 34])('has no better neighbour: space %i', async (seed) => {
    const space = randomSpace(seed, 200_000);
    const found = await exact.explore({
      ...{ space, objectives: OBJECTIVES, constraints: [], seed: 1, limit: 100_000 },
      evaluate: { jobs: 1 },
    });
    const evaluator = createEvaluator(space);
    const applier = createApplier(space);
    const pointOf = (row: Uint16Array): number[] => {
      const { cycles_total, sram_total_bytes } = evaluator.evaluate(row);
      return [cycles_total, sram_total_bytes, -applier.retained(row).before];
    };
    const rows = Array.from({ length: found.designs.count }, (_, i) => rowOf(found.designs, i).slice());
    const points = pointsOf(rows.map(pointOf), 3);
    const kept = Array.from(prune(points));
    const front = selectPoints(points, kept);
    const radices = radicesOf(space);
    const neighbours = kept.flatMap((i) =>
      radices.slice(0, -1).flatMap((radix, position) =>
        Array.from({ length: radix }, (_, digit) => {
          const next = rows[i]!.slice();
          next[position] = digit;
          return pointOf(next);
        }),
      ),
    );
    const worth = neighbours.filter(([, , retained]) => -retained! >= LEAST_RETAINED);
    expect(worth.length).toBeGreaterThan(10);
    expect(covered(front, pointsOf(worth, 3)).every((beaten) => beaten === 1)).toBe(true);
    expect(found.facts['front_closed']).toBe(true);
  });
});
