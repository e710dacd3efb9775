import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conjugateGradients } from '../../../search/emit/fit/conjugate-gradients.js';
import {
  cholesky,
  energy,
  inverse,
  multiply,
  multiplyByTransposed,
  solveRows,
  transposed,
} from '../../../search/substitute/dense.js';
import { distance, randomMatrix, randomMetric } from '../emit/fit/random.js';

const sizes = fc.integer({ min: 1, max: 9 });

describe('dense matrices', () => {
  it('multiply as sums of products', () => {
    fc.assert(
      fc.property(sizes, sizes, sizes, fc.nat(1000), (m, k, n, seed) => {
        const [a, b] = [randomMatrix(m, k, seed), randomMatrix(k, n, seed + 1)];
        const naive = Float64Array.from({ length: m * n }, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          return Array.from({ length: k }, (__, l) => a[i * k + l]! * b[l * n + j]!).reduce(
            (x, y) => x + y,
            0,
          );
        });
        expect(distance(multiply(a, b, m, k, n), naive)).toBeLessThan(1e-12);
        expect(distance(multiplyByTransposed(a, transposed(b, k, n), m, k, n), naive)).toBeLessThan(1e-12);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('are solved, and inverted', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.nat(1000), (n, rows, seed) => {
        const metric = randomMetric(n, seed);
        const right = randomMatrix(rows, n, seed + 1);
        const solved = solveRows(cholesky(metric, n), n, right);
        expect(distance(multiply(solved, metric, rows, n, n), right)).toBeLessThan(1e-9);
        const identity = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
        expect(distance(multiply(metric, inverse(metric, n), n, n, n), identity)).toBeLessThan(1e-9);
        const whole = multiply(
          multiply(right, metric, rows, n, n),
          transposed(right, rows, n),
          rows,
          n,
          rows,
        );
        const trace = Array.from({ length: rows }, (_, i) => whole[i * (rows + 1)]!).reduce(
          (a, b) => a + b,
          0,
        );
        expect(energy(right, metric, n)).toBeCloseTo(trace, 9);
      }),
      { seed: 2, numRuns: 50 },
    );
  });

  it('that are singular leave out what depends on the rest', () => {
    const twice = Float64Array.of(4, 4, 4, 4);
    const solved = solveRows(cholesky(twice, 2), 2, Float64Array.of(8, 8));
    expect([...solved]).toEqual([2, 0]);
  });

  it('are solved by conjugate gradients in as many steps as there are unknowns', () => {
    fc.assert(
      fc.property(sizes, fc.nat(1000), (n, seed) => {
        const metric = randomMetric(n, seed, 1);
        const right = randomMatrix(1, n, seed + 1);
        const x = conjugateGradients({
          start: randomMatrix(1, n, seed + 2),
          right,
          apply: (v) => multiply(v, metric, 1, n, n),
          precondition: (v) => v.map((value, i) => value / metric[i * (n + 1)]!),
          steps: 3 * n,
        });
        // It ends early once the residual is small.
        expect(distance(multiply(x, metric, 1, n, n), right)).toBeLessThan(0.02);
      }),
      { seed: 3, numRuns: 50 },
    );
  });
});
