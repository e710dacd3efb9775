import { randomNumbers } from '../../substitute/targets.js';

/** A matrix of numbers from −1 to 1. */
export const randomMatrix = (rows: number, columns: number, seed: number): Float64Array => {
  const next = randomNumbers(seed);
  return Float64Array.from({ length: rows * columns }, () => 2 * next() - 1);
};

/** A · Aᵀ and something on the diagonal. */
export const randomMetric = (n: number, seed: number, added = 0.1): Float64Array => {
  const a = randomMatrix(n, n + 3, seed);
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = i === j ? added : 0;
      for (let k = 0; k < n + 3; k++) sum += a[i * (n + 3) + k]! * a[j * (n + 3) + k]!;
      result[i * n + j] = sum;
    }
  }
  return result;
};

export const distance = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
