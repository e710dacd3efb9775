import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grouped, kibibytes } from '../src/text.js';

const intl = (n: number | bigint, decimals: number): string =>
  new Intl.NumberFormat('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(n);

test('numbers and kibibytes are written as Intl.NumberFormat writes them', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.integer({ min: -5000, max: 5000 }), fc.maxSafeInteger()),
      fc.bigInt(),
      fc.integer({ min: 0, max: 2 ** 40 }),
      fc.constantFrom(0 as const, 1 as const, 2 as const),
      (n, big, bytes, decimals) => {
        expect(grouped(n, decimals)).toBe(intl(n, decimals));
        expect(grouped(big)).toBe(intl(big, 0));
        expect(kibibytes(bytes, decimals)).toBe(intl(bytes / 1024, decimals));
      },
    ),
    { seed: 11, numRuns: 500 },
  );
  expect([grouped(1847267), grouped(-999), kibibytes(1280, 1)]).toEqual(['1,847,267', '-999', '1.3']);
});
