import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepened } from '../../src/lowering/deepen.js';
import {
  compose,
  keepsOrder,
  padPermutation,
  permutationName,
  permute,
} from '../../src/lowering/permutation.js';
import { samePadding } from '../../src/lowering/read.js';
import { rowsAsPlane } from '../../src/lowering/rewrite/convolution.js';
import { broadcast, padTo, sameWithoutOnes, toOffset4, toShape4 } from '../../src/lowering/shape.js';

const OPTIONS = { seed: 20, numRuns: 300 };

describe('shapes', () => {
  it('deepens as docs/model/lowering.md#deepening says', () => {
    expect(deepened(64)).toEqual([1, 2, 2, 16]);
    expect(deepened(256)).toEqual([1, 4, 4, 16]);
    expect(deepened(240)).toEqual([1, 5, 3, 16]);
    expect(deepened(224)).toEqual([1, 7, 2, 16]);
    expect(deepened(32)).toEqual([1, 2, 1, 16]);
  });

  it('keeps the number of elements when deepening', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100000 }), (count) => {
        const [n, h, w, c] = deepened(count);
        return n * h * w * c === count && h >= w;
      }),
      OPTIONS,
    );
  });

  it('lays vectors out as docs/model/lowering.md#rows-of-a-product says', () => {
    expect(rowsAsPlane(50)).toEqual([5, 10]);
    expect(rowsAsPlane(7)).toEqual([1, 7]);
    expect(rowsAsPlane(128)).toEqual([8, 16]);
  });

  it('gives SAME padding its halves', () => {
    expect(samePadding(49, 25, 2, 10, 1)).toEqual([4, 5]);
    expect(samePadding(10, 5, 2, 4, 1)).toEqual([1, 1]);
    expect(samePadding(16, 4, 4, 3, 1)).toEqual([0, 0]);
  });

  it('merges axes before the last three, in shapes as in offsets', () => {
    expect(toShape4([2, 3, 4, 5, 6])).toEqual([6, 4, 5, 6]);
    expect(toOffset4([1, 2, 0, 1, 0], [2, 3, 4, 5, 6])).toEqual([5, 0, 1, 0]);
    expect(toShape4([7])).toEqual([1, 1, 1, 7]);
    expect(padTo([5], 3, 0)).toEqual([0, 0, 5]);
  });

  it('broadcasts by the larger of two axes', () => {
    expect(broadcast([4, 1, 8], [16, 1])).toEqual([4, 16, 8]);
    expect(sameWithoutOnes([1, 3, 1, 4], [3, 4, 1])).toBe(true);
    expect(sameWithoutOnes([3, 4], [4, 3])).toBe(false);
  });
});

describe('permutations', () => {
  const permutations = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 });

  it('have names by where the output axes come from', () => {
    expect(permutationName([0, 2, 1, 3])).toBe('NWHC');
    expect(permutationName([0, 3, 1, 2])).toBe('NCHW');
    expect(permutationName([1, 0, 2, 3])).toBeUndefined();
    expect(padPermutation([1, 0], 4)).toEqual([0, 1, 3, 2]);
  });

  it('compose like two transpositions one after the other', () => {
    fc.assert(
      fc.property(permutations, permutations, (first, second) => {
        const shape = [2, 3, 5, 7];
        expect(permute(permute(shape, first), second)).toEqual(permute(shape, compose(first, second)));
      }),
      OPTIONS,
    );
  });

  it('keep the order of elements when only axes of one element move', () => {
    expect(keepsOrder([0, 2, 1, 3], [4, 1, 5, 6])).toBe(true);
    expect(keepsOrder([0, 2, 1, 3], [4, 2, 5, 6])).toBe(false);
  });
});
