import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accuracy,
  accuracyChange,
  createNoiseMeter,
  meanOf,
  outputNoise,
  topClasses,
} from '../../src/samples/quality.js';

describe('means', () => {
  test('of 0 and 1 have the binomial standard error', () => {
    const { value, standardError } = accuracy(Int32Array.of(0, 1, 2, 3, 0), Int32Array.of(0, 1, 2, 0, 1));
    expect(value).toBeCloseTo(0.6, 12);
    expect(standardError).toBeCloseTo(Math.sqrt((0.6 * 0.4) / 5), 12);
  });

  test('of a change count only the samples that change', () => {
    // 3 of 10 are lost and 1 is won: -0.2, with the variance (0.4 - 0.04) / 10.
    const labels = new Int32Array(10);
    const before = Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1);
    const after = Int32Array.of(1, 1, 1, 0, 0, 0, 0, 0, 0, 1);
    const { value, standardError } = accuracyChange(before, after, labels);
    expect(value).toBeCloseTo(-0.2, 12);
    expect(standardError).toBeCloseTo(Math.sqrt(0.036), 12);
    expect(accuracyChange(before, before, labels)).toEqual({ value: 0, standardError: 0 });
    expect(meanOf([1, 1, 1])).toEqual({ value: 1, standardError: 0 });
  });
});

test('the top class is the first of the greatest', () => {
  expect(topClasses([1, 3, 3, -5, -7, -5, 0, 0, 0], 3)).toEqual(Int32Array.of(1, 0, 0));
});

describe('output noise', () => {
  test('is the squared difference over the variance of the original', () => {
    // Two outputs of three samples: means 2 and 10, deviations 2 + 8, differences 1 + 4.
    const original = [1, 8, 2, 10, 3, 12];
    const changed = [1, 9, 2, 10, 3, 10];
    expect(outputNoise(original, changed, 2)).toBeCloseTo(5 / 10, 12);
  });

  test('is 0 for equal outputs, and unknown where only the original does not vary', () => {
    expect(outputNoise([4, 4, 4], [4, 4, 4], 1)).toBe(0);
    expect(outputNoise([4, 4, 4], [4, 5, 4], 1)).toBeUndefined();
  });

  const lists = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 30 }))
    .chain(([elements, count]) => {
      const values = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), {
        minLength: elements * count,
        maxLength: elements * count,
      });
      return fc.tuple(fc.constant(elements), values, values, fc.nat(count - 1));
    });

  test('does not depend on how many samples are taken at once', () => {
    fc.assert(
      fc.property(lists, ([elements, original, changed, part]) => {
        const meter = createNoiseMeter(elements);
        const at = part * elements;
        meter.add(original.slice(0, at), changed.slice(0, at));
        meter.add(original.slice(at), changed.slice(at));
        expect(meter.noise()).toBe(outputNoise(original, changed, elements));
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test('is that of its definition', () => {
    fc.assert(
      fc.property(lists, ([elements, original, changed]) => {
        const count = original.length / elements;
        let [differences, deviations] = [0, 0];
        for (let i = 0; i < elements; i++) {
          const values = original.filter((_, j) => j % elements === i);
          const mean = values.reduce((a, b) => a + b, 0) / count;
          values.forEach((value, j) => {
            deviations += (value - mean) ** 2;
            differences += (changed[j * elements + i]! - value) ** 2;
          });
        }
        fc.pre(deviations > 1e-6);
        expect(outputNoise(original, changed, elements)! / (differences / deviations || 1)).toBeCloseTo(
          differences === 0 ? 0 : 1,
          6,
        );
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});
