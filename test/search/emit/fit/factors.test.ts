import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { energy, multiply, transposed } from '../../../../search/substitute/dense.js';
import { bestSecond, channelsOf, fitFilters, productForm } from '../../../../search/emit/fit/factors.js';
import { metricOf, type Metric } from '../../../../search/emit/fit/ridge.js';
import { findSubstitution } from '../../../../search/substitute/index.js';
import { randomLevels, targetOf, USUAL } from '../../substitute/targets.js';
import { randomMatrix, randomMetric } from './random.js';

const [OUTPUTS, LENGTH] = [6, 3 * 2 * 4];
const shape = { ...USUAL, kernel: [3, 2] as const, inputs: 4, outputs: OUTPUTS };
const formOf = (name: string): ReturnType<typeof productForm> =>
  productForm(findSubstitution(name)!.factors(targetOf(shape, randomLevels(1, 100))), OUTPUTS);

const NAMES = ['separable', 'separable*3', 'lowrank*2', 'lowrank*2:spatial', 'lowrank*2:out'];

/** Least cost of a form, as a share of the energy of the weights, with filters of so many rounds. */
const costOf = (name: string, seed: number, rounds?: number): number => {
  const form = formOf(name);
  const weights = randomMatrix(OUTPUTS, LENGTH, seed);
  const metric = { ...metricOf(randomMetric(LENGTH, seed + 1), LENGTH) };
  const weighted = multiply(weights, metric.values, OUTPUTS, LENGTH, LENGTH);
  const first = fitFilters(form, weights, metric, rounds);
  const second = bestSecond(form, first, weighted, metric);
  return productError(form, first, second, weights, metric) / energy(weights, metric.values, LENGTH);
};

describe('products of two layers', () => {
  it.each(NAMES)('that %s can be are found exactly', (name) => {
    const form = formOf(name);
    const channels = channelsOf(form);
    const first = randomMatrix(channels, form.entries, 3);
    const second = randomMatrix(OUTPUTS * form.shifts, channels, 4);
    const weights = productWeights(form, first, second);
    const metric = metricOf(randomMetric(LENGTH, 5), LENGTH);
    const weighted = multiply(weights, metric.values, OUTPUTS, LENGTH, LENGTH);
    const found = fitFilters(form, weights, metric, 40);
    const best = bestSecond(form, found, weighted, metric);
    const whole = energy(weights, metric.values, LENGTH);
    expect(productError(form, found, best, weights, metric) / whole).toBeLessThan(1e-3);
  });

  it.each(NAMES)('get better with every round of alternating least squares: %s', (name) => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const costs = [0, 1, 3, 10].map((rounds) => costOf(name, seed, rounds));
        costs.slice(1).forEach((cost, i) => expect(cost).toBeLessThanOrEqual(costs[i]! + 1e-9));
        expect(costs[0]).toBeLessThan(1);
      }),
      { seed: 6, numRuns: 15 },
    );
  });

  it('through output channels leave the trailing eigenvalues of W·G·Wᵀ', () => {
    const weights = randomMatrix(OUTPUTS, LENGTH, 7);
    const metric = metricOf(randomMetric(LENGTH, 8), LENGTH);
    const weighted = multiply(weights, metric.values, OUTPUTS, LENGTH, LENGTH);
    const gram = multiply(weighted, transposed(weights, OUTPUTS, LENGTH), OUTPUTS, LENGTH, OUTPUTS);
    const values = new EigenvalueDecomposition(Matrix.from1DArray(OUTPUTS, OUTPUTS, gram)).realEigenvalues;
    const trailing = values
      .sort((a, b) => b - a)
      .slice(2)
      .reduce((a, b) => a + b, 0);
    const form = formOf('lowrank*2:out');
    const first = fitFilters(form, weights, metric);
    const second = bestSecond(form, first, weighted, metric);
    expect(productError(form, first, second, weights, metric)).toBeCloseTo(trailing, 8);
  });

  it.each(NAMES)('are at least as good in the metric as those that know no samples: %s', (name) => {
    const weights = randomMatrix(OUTPUTS, LENGTH, 9);
    const metric = metricOf(randomMetric(LENGTH, 10, 0.01), LENGTH, 0.01);
    const weighted = multiply(weights, metric.values, OUTPUTS, LENGTH, LENGTH);
    const unit = { length: LENGTH, values: identity(LENGTH), added: 0 };
    const form = formOf(name);
    const blind = fitFilters(form, weights, unit);
    const blindSecond = bestSecond(form, blind, weights, unit);
    const first = fitFilters(form, weights, metric);
    const second = bestSecond(form, first, weighted, metric);
    expect(productError(form, first, second, weights, metric)).toBeLessThan(
      productError(form, blind, blindSecond, weights, metric),
    );
  });
});

function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
}

/** W[o, column(s, b, f)] = Σₜ second[o, s, t·B + b] · first[t·B + b, f], as it is written. */
function productWeights(
  { terms, blocks, entries, shifts, columns }: ReturnType<typeof productForm>,
  first: Float64Array,
  second: Float64Array,
): Float64Array {
  const weights = new Float64Array(OUTPUTS * LENGTH);
  for (let o = 0; o < OUTPUTS; o++)
    for (let s = 0; s < shifts; s++)
      for (let b = 0; b < blocks; b++)
        for (let f = 0; f < entries; f++)
          for (let t = 0; t < terms; t++) {
            const channel = t * blocks + b;
            const at = o * LENGTH + columns[(s * blocks + b) * entries + f]!;
            weights[at]! +=
              second[(o * shifts + s) * terms * blocks + channel]! * first[channel * entries + f]!;
          }
  return weights;
}

/** tr((W − W*)·G′·(W − W*)ᵀ) of the product of two layers. */
function productError(
  form: ReturnType<typeof productForm>,
  first: Float64Array,
  second: Float64Array,
  weights: Float64Array,
  { length, values }: Metric,
): number {
  const difference = productWeights(form, first, second).map((value, i) => value - weights[i]!);
  return energy(difference, values, length);
}
