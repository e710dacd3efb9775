import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../search/hypervolume.js';
import { paretoRanks, type Points } from '../../search/pareto.js';

const seed = 20240607;

const pointsOf = (rows: readonly (readonly number[])[], dimensions: number): Points => ({
  count: rows.length,
  dimensions,
  values: Float64Array.from(rows.flat()),
});

const dominates = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((x, j) => x <= b[j]!) && a.some((x, j) => x < b[j]!);

/** Peels one front after another, as the definition says. */
const peel = (rows: readonly (readonly number[])[]): number[] => {
  const ranks = rows.map(() => 0);
  for (let rank = 1; ranks.includes(0); rank++) {
    const open = rows.map((_, i) => i).filter((i) => ranks[i] === 0);
    for (const i of open.filter((b) => !open.some((a) => dominates(rows[a]!, rows[b]!)))) ranks[i] = rank;
  }
  return ranks;
};

const rows = (dimensions: number, most: number, count: number) =>
  fc.array(fc.array(fc.integer({ min: 0, max: most }), { minLength: dimensions, maxLength: dimensions }), {
    maxLength: count,
  });

describe('pareto ranks', () => {
  for (const dimensions of [1, 2, 3, 4, 5]) {
    for (const most of [3, 1000]) {
      it(`agree with peeling for ${dimensions} objectives with values up to ${most}`, () => {
        fc.assert(
          fc.property(rows(dimensions, most, 120), (points) => {
            expect([...paretoRanks(pointsOf(points, dimensions))]).toEqual(peel(points));
          }),
          { seed, numRuns: 60 },
        );
      });
    }
  }

  it('agree with peeling for hundreds of points, where sets are split many times', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 4 }).chain((k) =>
          fc.array(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: k, maxLength: k }), {
            minLength: 300,
            maxLength: 500,
          }),
        ),
        (points) => {
          expect([...paretoRanks(pointsOf(points, points[0]!.length))]).toEqual(peel(points));
        },
      ),
      { seed, numRuns: 8 },
    );
  });

  it('are shared by equal points', () => {
    expect([
      ...paretoRanks(
        pointsOf(
          [
            [1, 2],
            [1, 2],
            [2, 2],
            [0, 5],
          ],
          2,
        ),
      ),
    ]).toEqual([1, 1, 2, 1]);
  });

  it('take any values, also none', () => {
    expect([...paretoRanks(pointsOf([], 3))]).toEqual([]);
    const big = Number.MAX_VALUE;
    expect([
      ...paretoRanks(
        pointsOf(
          [
            [-0.5, big],
            [-1, big],
            [big, big],
          ],
          2,
        ),
      ),
    ]).toEqual([2, 1, 3]);
  });
});

describe('hypervolume', () => {
  it('counts the cells that are dominated, for integer points', () => {
    for (const k of [1, 2, 3]) {
      fc.assert(
        fc.property(rows(k, 6, 12), (points) => {
          const side = 6;
          let cells = 0;
          for (let cell = 0; cell < side ** k; cell++) {
            const corner = Array.from({ length: k }, (_, j) => Math.floor(cell / side ** j) % side);
            if (points.some((p) => p.every((x, j) => x <= corner[j]!))) cells++;
          }
          expect(hypervolume(pointsOf(points, k), new Array<number>(k).fill(side))).toBe(cells);
        }),
        { seed, numRuns: 80 },
      );
    }
  });

  it('is not offered for more than three objectives', () => {
    expect(hypervolume(pointsOf([[0, 0, 0, 0]], 4), [1, 1, 1, 1])).toBeUndefined();
  });
});
