import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NumberSet } from '../../src/schedule/number-set.js';

test('tells what it has seen since it was emptied', () => {
  const set = new NumberSet();
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer(), fc.integer({ min: 0, max: 300 })), { maxLength: 900 }),
      (numbers) => {
        set.clear();
        const plain = new Set<number>();
        for (const number of numbers) {
          expect(set.add(number)).toBe(!plain.has(number));
          plain.add(number);
        }
      },
    ),
    { seed: 1, numRuns: 50 },
  );
});
