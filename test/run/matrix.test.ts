import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crossGram, gram, multiplyTransposed } from '../../src/run/matrix.js';
import { noise } from '../runtime/runtime.js';

const int16 = (length: number, seed: number): Int16Array =>
  new Int16Array(noise(2 * length, seed).buffer, 0, length);

/** Values as of 8-bit tensors without their zero points. */
const int9 = (length: number, seed: number): Int16Array => int16(length, seed).map((value) => value >> 7);

const size = fc.integer({ min: 1, max: 40 });
const SEED = { seed: 3, numRuns: 60 };

test('products of matrices of any size', () => {
  fc.assert(
    fc.property(size, size, size, fc.nat(), (m, n, k, seed) => {
      const [a, b] = [int9(m * k, seed), int9(n * k, seed + 1)];
      const expected = Int32Array.from({ length: m * n }, (_, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        return a.subarray(i * k, (i + 1) * k).reduce((sum, value, c) => sum + value * b[j * k + c]!, 0);
      });
      expect(multiplyTransposed(a, b, m, n, k)).toEqual(expected);
    }),
    SEED,
  );
});

const crossed = (a: Int16Array, c: number, b: Int16Array, d: number): Float64Array => {
  const sums = new Float64Array(c * d);
  for (let row = 0; row < a.length / c; row++) {
    for (let i = 0; i < c; i++)
      for (let j = 0; j < d; j++) sums[i * d + j]! += a[row * c + i]! * b[row * d + j]!;
  }
  return sums;
};

test('Gram matrices of any size', () => {
  fc.assert(
    fc.property(size, size, fc.integer({ min: 1, max: 70 }), fc.nat(), (c, d, n, seed) => {
      const [a, b] = [int9(n * c, seed), int9(n * d, seed + 1)];
      expect(gram(b, d)).toEqual(crossed(b, d, b, d));
      expect(crossGram(a, c, b, d)).toEqual(crossed(a, c, b, d));
    }),
    SEED,
  );
});

test('Gram matrices are exact where sums leave 32 bits', () => {
  const [rows, extremes] = [int16(2500 * 9, 5), new Int16Array(600).fill(-32_768)];
  expect(gram(rows, 9)).toEqual(crossed(rows, 9, rows, 9));
  expect(gram(extremes, 2)).toEqual(new Float64Array(4).fill(300 * 2 ** 30));
  expect(crossGram(extremes, 1, extremes, 1)[0]).toBe(600 * 2 ** 30);
});
