import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { depthwiseWeights } from '../../../../search/emit/fit/depthwise.js';
import { momentsOf, storeTargets, targetColumns } from '../../../../search/emit/fit/moments.js';
import { metricOf, ridgeWeights } from '../../../../search/emit/fit/ridge.js';
import { randomNumbers } from '../../substitute/targets.js';
import { distance, randomMatrix } from './random.js';

const patchesOf = (rows: number, length: number, seed: number): Int16Array => {
  const next = randomNumbers(seed);
  return Int16Array.from({ length: rows * length }, () => Math.floor(256 * next()) - 100);
};

/** Mean squared difference of centred outputs, and λ′ times the squared change of the weights. */
const objective = (
  weights: Float64Array,
  original: Float64Array,
  x: Float64Array,
  y: Float64Array,
  length: number,
  added: number,
): number => {
  const rows = x.length / length;
  const outputs = weights.length / length;
  let sum = 0;
  for (let o = 0; o < outputs; o++) {
    const errors = Array.from({ length: rows }, (_, n) => {
      let error = y[n * outputs + o]!;
      for (let i = 0; i < length; i++) error -= weights[o * length + i]! * x[n * length + i]!;
      return error;
    });
    const mean = errors.reduce((a, b) => a + b, 0) / rows;
    sum += errors.reduce((a, b) => a + (b - mean) ** 2, 0) / rows;
  }
  return weights.reduce((total, w, i) => total + added * (w - original[i]!) ** 2, sum);
};

describe('ridge weights', () => {
  it('are the minimum: any step away from them costs', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(1000),
        (length, outputs, seed) => {
          const [rows, scale] = [40, 0.03];
          const patches = patchesOf(rows, length, seed);
          const real = Float64Array.from(patches, (level) => scale * level);
          const wanted = randomMatrix(rows, outputs, seed + 1);
          const original = randomMatrix(outputs, length, seed + 2);
          const moments = momentsOf(patches, length, scale, storeTargets(wanted, outputs));
          const metric = metricOf(moments.inputs, length);
          const trace = Array.from({ length }, (_, i) => moments.inputs[i * (length + 1)]!).reduce(
            (a, b) => a + b,
          );
          expect(metric.added).toBeCloseTo((0.3 * trace) / length, 12);
          const best = ridgeWeights(moments, metric, original);
          const cost = (w: Float64Array): number =>
            objective(w, original, real, wanted, length, metric.added);
          const least = cost(best);
          for (let step = 0; step < 10; step++) {
            const away = randomMatrix(outputs, length, seed + 10 + step);
            expect(cost(best.map((w, i) => w + 0.01 * away[i]!))).toBeGreaterThan(least);
          }
          expect(least).toBeLessThanOrEqual(cost(original) + 1e-9);
        },
      ),
      { seed: 4, numRuns: 30 },
    );
  });

  it('are the original ones where these give the targets', () => {
    const [rows, length, outputs] = [60, 5, 3];
    const patches = patchesOf(rows, length, 5);
    const original = randomMatrix(outputs, length, 6);
    const wanted = Float64Array.from({ length: rows * outputs }, (_, at) => {
      const [n, o] = [Math.floor(at / outputs), at % outputs];
      return Array.from(
        { length },
        (__, i) => original[o * length + i]! * patches[n * length + i]! + 7,
      ).reduce((a, b) => a + b);
    });
    const moments = momentsOf(patches, length, 1, storeTargets(wanted, outputs));
    const found = ridgeWeights(moments, metricOf(moments.inputs, length), original);
    expect(distance(found, original)).toBeLessThan(1e-3);
  });

  it('of depthwise layers are those of each channel alone', () => {
    const [rows, taps, channels, scale] = [50, 4, 3, 0.1];
    const patches = patchesOf(rows, taps * channels, 8);
    const targets = storeTargets(randomMatrix(rows, channels, 9), channels);
    const original = randomMatrix(channels, taps, 10);
    const all = depthwiseWeights({ patches, taps, channels, scale, targets }, original);
    for (let c = 0; c < channels; c++) {
      const own = Int16Array.from({ length: rows * taps }, (_, i) => patches[i * channels + c]!);
      const moments = momentsOf(own, taps, scale, targetColumns(targets, [c]));
      const row = original.slice(c * taps, (c + 1) * taps);
      const found = ridgeWeights(moments, metricOf(moments.inputs, taps), row);
      expect(distance(all.rows.slice(c * taps, (c + 1) * taps), found)).toBeLessThan(1e-9);
      expect(all.outputMeans[c]).toBeCloseTo(moments.outputMeans[0]!, 9);
      expect(distance(all.inputMeans.slice(c * taps, (c + 1) * taps), moments.inputMeans)).toBeLessThan(1e-9);
    }
  });

  it('have a metric that is never singular', () => {
    expect([...metricOf(new Float64Array(4), 2).values]).toEqual([1, 0, 0, 1]);
  });
});

describe('targets', () => {
  it('keep real values to a 65,534th of their range, and zero where nothing is named', () => {
    const values = randomMatrix(20, 3, 11);
    const { levels, scales, offsets } = targetColumns(storeTargets(values, 3), [2, -1, 0]);
    for (let n = 0; n < 20; n++) {
      const real = [0, 1, 2].map((c) => scales[c]! * levels[3 * n + c]! + offsets[c]!);
      expect(real[0]).toBeCloseTo(values[3 * n + 2]!, 4);
      expect(real[1]).toBe(0);
      expect(real[2]).toBeCloseTo(values[3 * n]!, 4);
    }
  });
});
