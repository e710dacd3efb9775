import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../../search/front/hypervolume.js';
import { paretoRanks } from '../../../search/front/pareto-ranks.js';
import { pointsOf as pointsFrom, type Points } from '../../../search/front/points.js';
import { distinctRows, greedySubset } from '../../../search/front/subset.js';

const seed = 31;

const pointsOf = (rows: readonly (readonly number[])[], dimensions = rows[0]?.length ?? 2): Points =>
  pointsFrom(rows, dimensions);

const volume = (rows: readonly (readonly number[])[], reference: readonly number[]): number =>
  hypervolume(pointsOf(rows, reference.length), reference)!;

/** Fronts of distinct points of whole numbers, the first two objectives from 0 to 20, the third below 0. */
const fronts = fc
  .integer({ min: 2, max: 4 })
  .chain((dimensions) =>
    fc.array(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: dimensions, maxLength: dimensions }), {
      minLength: 1,
      maxLength: 25,
    }),
  )
  .map((rows) => {
    const ranks = paretoRanks(pointsOf(rows));
    const front = rows.filter((_, i) => ranks[i] === 1);
    return distinctRows(pointsOf(front)).map((i) => front[i]!);
  });

const yardstick = (dimensions: number, end = 18) => ({
  reference: new Array<number>(dimensions).fill(end),
  scales: new Array<undefined>(dimensions).fill(undefined),
});

describe('distinct points', () => {
  it('are the first of equal ones', () => {
    const rows = [
      [1, 2],
      [3, 1],
      [1, 2],
      [1, 3],
    ];
    expect(distinctRows(pointsOf(rows))).toEqual([0, 1, 3]);
  });
});

describe('a greedy subset', () => {
  it('adds what adds most to the hypervolume, as trying every point does', () => {
    fc.assert(
      fc.property(fronts, fc.integer({ min: 1, max: 6 }), (front, most) => {
        const { reference, scales } = yardstick(front[0]!.length);
        const { rows, kept } = greedySubset(pointsOf(front), [0], most, { reference, scales });
        expect(new Set(rows).size).toBe(rows.length);
        expect(rows.length).toBe(Math.min(most, front.length));
        rows.forEach((row, step) => {
          if (step === 0) return;
          const before = rows.slice(0, step).map((i) => front[i]!);
          const gains = front.map(
            (point) => volume([...before, point], reference) - volume(before, reference),
          );
          expect(gains[row]).toBe(Math.max(...gains));
        });
        const whole = volume(front, reference);
        const own = volume(
          rows.map((i) => front[i]!),
          reference,
        );
        expect(kept).toBeCloseTo(whole === 0 ? 1 : own / whole, 12);
      }),
      { seed, numRuns: 150 },
    );
  });

  it('says by how much a point left out can be better', () => {
    fc.assert(
      fc.property(fronts, fc.integer({ min: 1, max: 6 }), (front, most) => {
        const { rows, gap } = greedySubset(pointsOf(front), [], most, yardstick(front[0]!.length));
        const distances = front.map((point) =>
          Math.min(
            ...rows.map((i) =>
              Math.max(0, ...point.map((x, j) => (front[i]![j]! - x) / Math.max(x, front[i]![j]!))),
            ),
          ),
        );
        expect(gap).toBeCloseTo(Math.max(...distances), 12);
        if (rows.length === front.length) expect(gap).toBe(0);
      }),
      { seed, numRuns: 150 },
    );
  });

  it('measures in the scale of an objective, where it has one', () => {
    const front = pointsOf([
      [100, -0.5],
      [200, -0.6],
    ]);
    const [shares, relative] = [
      [undefined, 1],
      [undefined, undefined],
    ].map((scales) => greedySubset(front, [0], 1, { reference: [1000, 0], scales }));
    expect(shares!.gap).toBeCloseTo(0.1, 12);
    expect(relative!.gap).toBeCloseTo(1 / 6, 12);
  });

  it('takes the farthest points where none adds any volume, or none can be measured', () => {
    const front = [
      [1, 64],
      [2, 32],
      [4, 16],
      [8, 8],
      [64, 1],
    ];
    for (const reference of [undefined, [1, 1]]) {
      const { rows, kept } = greedySubset(pointsOf(front), [0], 3, {
        reference,
        scales: [undefined, undefined],
      });
      expect(rows).toEqual([0, 4, 3]);
      expect(kept).toBe(reference && 1);
    }
  });

  it('is quick for a large front', () => {
    const count = 8000;
    const front = Array.from({ length: count }, (_, i) => {
      const angle = (Math.PI / 2) * ((i + 0.5) / count);
      return [1 - Math.cos(angle), 1 - Math.sin(angle), ((i * 7919) % count) / count];
    });
    const start = performance.now();
    const { rows, kept } = greedySubset(pointsOf(front), [], 10, {
      reference: [1.1, 1.1, 1.1],
      scales: [undefined, undefined, 1],
    });
    expect(performance.now() - start).toBeLessThan(3000);
    expect(rows.length).toBe(10);
    expect(kept).toBeGreaterThan(1 - 1 / Math.E);
  });
});
