import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowCache } from '../../../search/evaluate/transitions/row-cache.js';

test('a cache of rows gives what was kept for exactly that row, however few slots it has', () => {
  const rows = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5)), { maxLength: 200 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 100 }), (all, room) => {
      const cache = new RowCache<string | undefined>(3, room);
      const kept = new Map<string, string | undefined>();
      for (const numbers of all) {
        const row = Int32Array.from(numbers);
        const slot = cache.slotOf(row);
        if (cache.has(slot, row))
          expect([kept.has(row.join()), cache.at(slot)]).toEqual([true, kept.get(row.join())]);
        const value = numbers[0] === 0 ? undefined : row.join();
        kept.set(row.join(), value);
        cache.keep(slot, row, value);
        expect(cache.has(cache.slotOf(row), row)).toBe(true);
      }
    }),
    { seed: 1 },
  );
});

test('rows are spread over the slots', () => {
  const cache = new RowCache<number>(8, 8 * 4096);
  const slots = new Set<number>();
  for (let i = 0; i < 4096; i++)
    slots.add(cache.slotOf(Int32Array.from({ length: 8 }, (_, k) => Math.floor(i / 4 ** k) % 4)));
  // Chance leaves 1 - 1/e of the slots with a row.
  expect(slots.size).toBeGreaterThan(0.55 * 4096);
});
