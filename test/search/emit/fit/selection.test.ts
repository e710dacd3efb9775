import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cholesky, energy, solveRows } from '../../../../search/substitute/dense.js';
import { keepingOrderFor, type Consumer } from '../../../../search/emit/fit/selection.js';
import { randomMatrix, randomMetric } from './random.js';

const consumerOf = (channels: number, taps: number, outputs: number, seed: number): Consumer => {
  const length = taps * channels;
  const inputs = randomMetric(length, seed, 0);
  const metric = inputs.map((value, i) => (i % (length + 1) === 0 ? value + 0.2 : value));
  return { taps, outputs, rows: randomMatrix(outputs, length, seed + 1), inputs, metric };
};

/** What a consumer loses with only some channels, its other weights chosen anew: by solving for them. */
const lossOf = (
  { taps, outputs, rows, inputs, metric }: Consumer,
  channels: number,
  kept: number[],
): number => {
  const length = taps * channels;
  const places = Array.from({ length: taps }, (_, k) => kept.map((c) => k * channels + c)).flat();
  const n = places.length;
  const within = Float64Array.from({ length: n * n }, (_, i) => {
    return metric[places[Math.floor(i / n)]! * length + places[i % n]!]!;
  });
  const right = new Float64Array(outputs * n);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < length; j++)
        right[o * n + i]! += rows[o * length + j]! * metric[j * length + places[i]!]!;
    }
  }
  const solved = solveRows(cholesky(within, n), n, right);
  const difference = rows.slice();
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < n; i++) difference[o * length + places[i]!]! -= solved[o * n + i]!;
  return energy(difference, metric, length) / energy(rows, inputs, length);
};

describe('the order in which channels are kept', () => {
  it('takes away the channel that costs the consumers least each time, the others adjusted', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(1000),
        (channels, taps, seed) => {
          const consumers = [consumerOf(channels, taps, 3, seed), consumerOf(channels, 1, 4, seed + 5)];
          const order = [...keepingOrderFor(consumers, channels)];
          expect([...order].sort((a, b) => a - b)).toEqual(order.map((_, i) => i));
          for (let width = channels - 1; width > 0; width--) {
            const left = order.slice(0, width + 1);
            const cost = (c: number): number => {
              const kept = left.filter((other) => other !== c);
              return consumers.reduce((sum, consumer) => sum + lossOf(consumer, channels, kept), 0);
            };
            const least = Math.min(...left.map(cost));
            expect(cost(order[width]!)).toBeCloseTo(least, 8);
          }
        },
      ),
      { seed: 7, numRuns: 25 },
    );
  });

  it('ends with a channel that is nearly the sum of others', () => {
    const [channels, samples] = [4, 30];
    const x = randomMatrix(samples, channels, 3);
    for (let n = 0; n < samples; n++) x[n * channels + 1] = x[n * channels]! + x[n * channels + 2]!;
    const inputs = new Float64Array(channels * channels);
    for (let n = 0; n < samples; n++)
      for (let i = 0; i < channels; i++)
        for (let j = 0; j < channels; j++)
          inputs[i * channels + j]! += x[n * channels + i]! * x[n * channels + j]!;
    const metric = inputs.map((value, i) => (i % (channels + 1) === 0 ? value + 1e-6 : value));
    // Its weights are the largest: a rule of norms would keep it first.
    const rows = Float64Array.of(1, 9, -1, 1, 1, -9, 1, 1);
    const order = keepingOrderFor([{ taps: 1, outputs: 2, rows, inputs, metric }], channels);
    expect([0, 1, 2]).toContain(order[3]);
    expect(
      lossOf({ taps: 1, outputs: 2, rows, inputs, metric }, channels, [...order.slice(0, 3)]),
    ).toBeLessThan(1e-6);
  });
});
