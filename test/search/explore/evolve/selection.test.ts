import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crowdingDistances,
  survivors,
  type Individual,
} from '../../../../search/explore/evolve/selection.js';

const seed = 20240607;

const individual = (values: readonly number[], violation = 0): Individual => ({
  digits: new Uint16Array(1),
  values,
  violation,
});

const dominates = (a: Individual, b: Individual): boolean => {
  if (a.violation !== b.violation) return a.violation < b.violation;
  if (a.violation > 0) return false;
  return a.values.every((x, j) => x <= b.values[j]!) && a.values.some((x, j) => x < b.values[j]!);
};

const populations = (dimensions: number) =>
  fc.array(
    fc
      .tuple(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: dimensions, maxLength: dimensions }),
        fc.constantFrom(0, 0, 0, 0.5, 2, Infinity),
      )
      .map(([values, violation]) => individual(values, violation)),
    { minLength: 1, maxLength: 60 },
  );

describe('survivors', () => {
  it('are never dominated by one that did not survive', () => {
    for (const dimensions of [1, 2, 3, 4]) {
      fc.assert(
        fc.property(populations(dimensions), fc.integer({ min: 1, max: 60 }), (all, count) => {
          const chosen = survivors(all, dimensions, count);
          const kept = new Set(chosen.map((r) => r.individual));
          expect(kept.size).toBe(Math.min(count, all.length));
          for (const lost of all.filter((i) => !kept.has(i))) {
            for (const winner of kept) expect(dominates(lost, winner)).toBe(false);
          }
        }),
        { seed, numRuns: 60 },
      );
    }
  });

  it('have the ranks of the definition', () => {
    fc.assert(
      fc.property(populations(2), (all) => {
        const rankOf = new Map(survivors(all, 2, all.length).map((r) => [r.individual, r.rank]));
        for (const one of all) {
          const above = all.filter((other) => dominates(other, one)).map((other) => rankOf.get(other)!);
          expect(rankOf.get(one)).toBe(1 + Math.max(0, ...above));
        }
      }),
      { seed, numRuns: 60 },
    );
  });

  it('of a front that is too large are its ends and those with room around them', () => {
    const front = [
      [0, 10],
      [1, 9],
      [2, 8],
      [6, 4],
      [10, 0],
    ].map((values) => individual(values));
    // Gaps of (2 + 2)/10, (5 + 5)/10 and (8 + 8)/10 around the three in the middle.
    expect(crowdingDistances(front, 2)).toEqual([Infinity, 0.4, 1, 1.6, Infinity]);
    const kept = survivors(front, 2, 3).map((r) => r.individual.values[0]);
    expect(kept.sort((a, b) => a! - b!)).toEqual([0, 6, 10]);
  });
});
