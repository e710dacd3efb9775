import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocate } from '../../src/schedule/allocate.js';
import type { Liveness } from '../../src/schedule/liveness.js';
import { MersenneTwister } from '../../src/schedule/mersenne-twister.js';
import { plainAllocate, type PlainAllocation, type PlainRange } from './plain-allocation.js';

const range = (start: number, end: number, size: number): PlainRange => ({ start, end, size });

const liveness = (ranges: readonly PlainRange[]): Liveness => ({
  count: ranges.length,
  starts: Int32Array.from(ranges, (r) => r.start),
  ends: Int32Array.from(ranges, (r) => r.end),
  sizes: Float64Array.from(ranges, (r) => r.size),
  rangeOf: new Int32Array(0),
  times: new Int32Array(0),
  length: Math.max(0, ...ranges.map((r) => r.end)) + 1,
});

const bytes = (ranges: readonly PlainRange[], limit?: number): number =>
  allocate(liveness(ranges), 16, limit);

/** Random numbers drawn while something runs. */
function countDraws(run: () => unknown): number {
  const { prototype } = MersenneTwister;
  const original = Object.getOwnPropertyDescriptor(prototype, 'next')!;
  let draws = 0;
  const next = function (this: MersenneTwister): number {
    draws++;
    return (original.value as () => number).call(this);
  };
  Object.defineProperty(prototype, 'next', { ...original, value: next });
  run();
  Object.defineProperty(prototype, 'next', original);
  return draws;
}

/** A range of times and a size in units of 16 bytes, not quite filled. */
const anyRange = (times: number): fc.Arbitrary<PlainRange> =>
  fc
    .tuple(fc.nat(times), fc.nat(8), fc.integer({ min: 1, max: 500 }))
    .map(([start, length, blocks]) => range(start, start + length, 16 * blocks - 3));

/** From a few ranges to so many that the search does not find the best place for each. */
const anyRanges: fc.Arbitrary<PlainRange[]> = fc
  .tuple(fc.integer({ min: 1, max: 45 }), fc.integer({ min: 3, max: 20 }))
  .chain(([count, times]) => fc.array(anyRange(times), { minLength: count, maxLength: count }));

describe('allocation of live ranges', () => {
  test('of nothing is nothing', () => {
    expect(bytes([])).toBe(0);
  });

  test('sizes are rounded up to the alignment', () => {
    expect(bytes([range(0, 3, 1), range(3, 5, 17)])).toBe(48);
    expect(allocate(liveness([range(0, 3, 1), range(3, 5, 17)]), 64)).toBe(128);
  });

  test('ranges that do not meet use the same place, both ends counting', () => {
    expect(bytes([range(0, 3, 160), range(4, 5, 80), range(6, 9, 128)])).toBe(160);
    expect(bytes([range(0, 4, 160), range(4, 6, 80), range(6, 9, 128)])).toBe(240);
  });

  test('the search finds what first fit misses', () => {
    // First fit puts D below B below C, so that A has to go above B: 64 + 64 + 80.
    const [a, b, c, d] = [range(4, 4, 80), range(2, 5, 64), range(2, 2, 48), range(0, 3, 64)];
    const { firstFit, lowerBound } = plainAllocate([a, b, c, d]);
    expect([firstFit, lowerBound]).toEqual([208, 176]);
    expect(bytes([a, b, c, d])).toBe(176);
  });

  test('is what the procedure by the letter ends with, after as many random numbers', () => {
    let searched = 0;
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        let plain: PlainAllocation | undefined;
        let got = 0;
        const expectedDraws = countDraws(() => (plain = plainAllocate(ranges)));
        const draws = countDraws(() => (got = bytes(ranges)));
        if (draws > 0) searched++;
        const { size, lowerBound, firstFit, addresses } = plain!;
        expect([got, draws]).toEqual([size, expectedDraws]);
        expect(size).toBeGreaterThanOrEqual(lowerBound);
        expect(size).toBeLessThanOrEqual(firstFit);
        for (const [i, a] of ranges.entries()) {
          for (const [j, b] of ranges.entries()) {
            if (i >= j || a.start > b.end || b.start > a.end) continue;
            const apart = addresses[i]! + a.size <= addresses[j]! || addresses[j]! + b.size <= addresses[i]!;
            expect(apart).toBe(true);
          }
        }
      }),
      { seed: 90, numRuns: 150 },
    );
    expect(searched).toBeGreaterThan(25);
  });

  test('the search goes on for long where the limit is not met', () => {
    // 64 bytes are alive at all times, but no arrangement is smaller than 80.
    const ranges = [
      ...[range(0, 0, 48), range(0, 2, 16), range(1, 1, 32), range(1, 3, 16), range(2, 2, 16)],
      ...[range(2, 5, 16), range(3, 3, 32), range(4, 4, 48), range(5, 5, 48)],
    ];
    const [unlimited, met, missed] = [undefined, 80, 79].map((limit) => {
      let size = 0;
      const draws = countDraws(() => (size = bytes(ranges, limit)));
      expect(size).toBe(80);
      return draws;
    }) as [number, number, number];
    // At least three numbers per iteration; patience is 5000 iterations, the end 99,999.
    expect(unlimited).toBe(met);
    expect(met).toBeLessThan(5 * 5100);
    expect(missed).toBeGreaterThan(3 * 99_000);
  });
});
