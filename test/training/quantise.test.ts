import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantiseLayer, rangeQuantisation } from '../../training/quantise.js';

const real = fc.integer({ min: -4000, max: 4000 }).map((thousandths) => thousandths / 1000);
const options = { seed: 1, numRuns: 200 };

test('weights come back within half a step, and the largest of a channel is ±127', () => {
  fc.assert(
    fc.property(
      fc.array(real, { minLength: 6, maxLength: 6 }),
      fc.constantFrom(1, 2, 3),
      (weights, channels) => {
        const part = weights.length / channels;
        const { values, quantisation } = quantiseLayer({ weights, bias: [] }, channels, 1).weights;
        weights.forEach((w, i) => {
          const scale = quantisation.scales[Math.floor(i / part)]!;
          expect(Math.abs(values[i]! * scale - w)).toBeLessThanOrEqual(0.501 * scale);
        });
        for (let i = 0; i < channels; i += 1) {
          const channel = [i * part, (i + 1) * part] as const;
          const largest = Math.max(...values.subarray(...channel).map(Math.abs));
          expect(largest).toBe(weights.slice(...channel).some((w) => w !== 0) ? 127 : 0);
        }
      },
    ),
    options,
  );
});

test('biases are in the scales of the products', () => {
  const { weights, bias } = quantiseLayer({ weights: [1.27, 0, 0, -2.54], bias: [1, 2] }, 2, 0.5);
  expect([...weights.values]).toEqual([127, 0, 0, -127]);
  expect(weights.quantisation.scales.map((scale) => scale.toFixed(4))).toEqual(['0.0100', '0.0200']);
  expect([...bias.values]).toEqual([200, 200]);
});

test('a range that begins at 0 uses all steps above it', () => {
  const { scales, zeroPoints } = rangeQuantisation([0, 2.55]);
  expect(scales[0]).toBeCloseTo(0.01, 6);
  expect(zeroPoints).toEqual([-128]);
});

test('0 is exact in a range on both sides of it', () => {
  expect(rangeQuantisation([-1, 1.55]).zeroPoints).toEqual([-28]);
});
