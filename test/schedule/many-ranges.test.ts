import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate } from '../../src/schedule/allocate.js';
import type { Liveness } from '../../src/schedule/liveness.js';
import { rangeMaximum } from '../../src/schedule/range-maximum.js';

const livenessOf = (ranges: readonly (readonly [start: number, end: number, size: number])[]): Liveness => ({
  count: ranges.length,
  starts: Int32Array.from(ranges, ([start]) => start),
  ends: Int32Array.from(ranges, ([, end]) => end),
  sizes: Float64Array.from(ranges, ([, , size]) => size),
  rangeOf: new Int32Array(0),
  times: new Int32Array(0),
  length: Math.max(...ranges.map(([, end]) => end)) + 1,
});

describe('the largest value of a range', () => {
  it('is that of all its values', () => {
    const values = fc.array(fc.nat(1000), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(values, fc.nat(399), fc.nat(399), (list, a, b) => {
        const [from, to] = [Math.min(a, b), Math.min(Math.max(a, b), list.length - 1)];
        const expected = Math.max(0, ...list.slice(from, to + 1));
        expect(rangeMaximum(Float64Array.from(list))(from, to)).toBe(expected);
      }),
      { numRuns: 500, seed: 11 },
    );
  });
});

describe('the allocation of thousands of ranges', () => {
  it('that are all alive at once takes their sum, without a search', () => {
    const count = 5000;
    const ranges = Array.from({ length: count }, (_, i) => [i, 2 * count - i, 16 * (1 + (i % 7))] as const);
    expect(allocate(livenessOf(ranges), 16)).toBe(ranges.reduce((sum, [, , size]) => sum + size, 0));
  });

  it('of which few are alive at a time takes no longer', () => {
    const ranges = Array.from({ length: 50_000 }, (_, i) => [2 * i, 2 * i + 3, 100] as const);
    const start = performance.now();
    expect(allocate(livenessOf(ranges), 16)).toBe(2 * 112);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
