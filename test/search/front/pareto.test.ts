import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../../search/front/hypervolume.js';
import { paretoRanks } from '../../../search/front/pareto-ranks.js';
import { pointsOf } from '../../../search/front/points.js';

const seed = 20240607;

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

  it('is what inclusion and exclusion give, for four and five objectives', () => {
    for (const k of [4, 5, 6, 8]) {
      fc.assert(
        fc.property(rows(k, 50, 9), (points) => {
          const side = 50;
          let volume = 0;
          for (let set = 1; set < 2 ** points.length; set++) {
            const members = points.filter((_, i) => (set >> i) & 1);
            let box = members.length % 2 === 1 ? 1 : -1;
            for (let j = 0; j < k; j++) box *= side - Math.max(...members.map((p) => p[j]!));
            volume += box;
          }
          expect(hypervolume(pointsOf(points, k), new Array<number>(k).fill(side))).toBe(volume);
        }),
        { seed, numRuns: 30 },
      );
    }
  });

  it('agrees with a sweep over the fourth objective, for fronts of dozens of points with ties', () => {
    fc.assert(
      fc.property(rows(4, 30, 60), (points) => {
        // Between two values of the last objective, the points below cover the same volume of the others.
        const levels = [...new Set(points.map((p) => p[3]!)), 30].sort((a, b) => a - b);
        let volume = 0;
        levels.slice(0, -1).forEach((level, i) => {
          const below = points.filter((p) => p[3]! <= level).map((p) => p.slice(0, 3));
          volume += hypervolume(pointsOf(below, 3), [30, 30, 30])! * (levels[i + 1]! - level);
        });
        expect(hypervolume(pointsOf(points, 4), [30, 30, 30, 30])).toBe(volume);
      }),
      { seed, numRuns: 60 },
    );
  });

  it('agrees with counting random points, for a front of 200 points with four objectives', () => {
    let state = 7;
    const random = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const front = Array.from({ length: 200 }, () => {
      const weights = Array.from({ length: 4 }, () => -Math.log(random() + 1e-9));
      const sum = weights.reduce((a, b) => a + b);
      return weights.map((w) => w / sum);
    });
    const samples = 20_000;
    let inside = 0;
    for (let i = 0; i < samples; i++) {
      const at = [random(), random(), random(), random()];
      if (front.some((p) => p.every((x, j) => x <= at[j]!))) inside++;
    }
    // Four standard deviations of a share of about 0.9 are 0.0085.
    expect(Math.abs(hypervolume(pointsOf(front, 4), [1, 1, 1, 1])! - inside / samples)).toBeLessThan(0.0085);
  });

  it('is not offered for fronts that would take too long', () => {
    expect(
      hypervolume(pointsOf([new Array<number>(9).fill(0)], 9), new Array<number>(9).fill(1)),
    ).toBeUndefined();
    const many = Array.from({ length: 101 }, (_, i) => [i, 101 - i, 0, 0, 0, 0, 0, 0]);
    expect(hypervolume(pointsOf(many, 8), new Array<number>(8).fill(200))).toBeUndefined();
  });
});
