import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowCache } from '../../../search/evaluate/transitions/row-cache.js';

test('a cache of rows gives what was kept for exactly that row, however few slots it has', () => {
  const rows = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5)), { maxLength: 200 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 100 }), (all, room) => {
      const cache = new RowCache(3, 2, room);
      const kept = new Map<string, readonly number[]>();
      for (const [turn, numbers] of all.entries()) {
        const row = Int32Array.from(numbers);
        const slot = cache.slotOf(row);
        if (cache.has(slot, row))
          expect([cache.at(slot, 0), cache.at(slot, 1)]).toEqual(kept.get(row.join()));
        const values = [turn % 3 === 0 ? NaN : turn, -turn];
        kept.set(row.join(), values);
        cache.keep(slot, row, ...values);
        expect(cache.has(cache.slotOf(row), row)).toBe(true);
      }
    }),
    { seed: 1 },
  );
});

test('rows are spread over the slots', () => {
  const cache = new RowCache(8, 1, 9 * 4096);
  const slots = new Set<number>();
  for (let i = 0; i < 4096; i++)
    slots.add(cache.slotOf(Int32Array.from({ length: 8 }, (_, k) => Math.floor(i / 4 ** k) % 4)));
  // Chance leaves 1 - 1/e of the slots with a row.
  expect(slots.size).toBeGreaterThan(0.55 * 4096);
});

test('a cache is of no use where rows do not come again', () => {
  const used = (different: number): boolean => {
    const cache = new RowCache(1, 1);
    for (let i = 0; i < 50_000; i++) {
      const row = Int32Array.of(i % different);
      const slot = cache.slotOf(row);
      if (!cache.has(slot, row)) cache.keep(slot, row, 0);
    }
    return cache.isUseful;
  };
  expect([used(1000), used(40_000), used(50_000)]).toEqual([true, true, false]);
});
