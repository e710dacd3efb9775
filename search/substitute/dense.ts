import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Dense matrices of doubles, row by row. */

/** a · b of an m × k and a k × n matrix. */
export const multiply = (a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array => {
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    const row = result.subarray(i * n, (i + 1) * n);
    for (let j = 0; j < k; j++) {
      const factor = a[i * k + j]!;
      if (factor === 0) continue;
      const from = j * n;
      for (let c = 0; c < n; c++) row[c]! += factor * b[from + c]!;
    }
  }
  return result;
};

const dot = (a: Float64Array, i: number, b: Float64Array, j: number, length: number): number => {
  let [even, odd] = [0, 0];
  let k = 0;
  for (; k + 1 < length; k += 2) {
    even += a[i + k]! * b[j + k]!;
    odd += a[i + k + 1]! * b[j + k + 1]!;
  }
  return k < length ? even + odd + a[i + k]! * b[j + k]! : even + odd;
};

/** a · bᵀ of an m × k and an n × k matrix. */
export const multiplyByTransposed = (
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
): Float64Array => {
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) result[i * n + j] = dot(a, i * k, b, j * k, k);
  }
  return result;
};

/** Pivots below this share of their diagonal entry are those of a direction that others make up. */
const DEPENDENT = 1e-12;

/**
 * Lower factor L of a symmetric positive semidefinite n × n matrix L·Lᵀ; columns of dependent directions are zero.
 * @param dependent share of a diagonal entry below which a pivot is that of a direction that others make up
 */
export const cholesky = (matrix: Float64Array, n: number, dependent = DEPENDENT): Float64Array => {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const pivot = lower[j * n + j]!;
      if (pivot === 0) continue;
      lower[i * n + j] = (matrix[i * n + j]! - dot(lower, i * n, lower, j * n, j)) / pivot;
    }
    const diagonal = matrix[i * n + i]!;
    const rest = diagonal - dot(lower, i * n, lower, i * n, i);
    lower[i * n + i] = rest > diagonal * dependent ? Math.sqrt(rest) : 0;
  }
  return lower;
};

/** A matrix of `rows` × `columns` with its axes exchanged. */
export const transposed = (matrix: Float64Array, rows: number, columns: number): Float64Array => {
  const result = new Float64Array(matrix.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) result[c * rows + r] = matrix[r * columns + c]!;
  return result;
};

/**
 * Rows x with x · A = b for each of some rows b, where A = L·Lᵀ; entries of dependent directions are zero.
 * @param lower of n × n
 */
export const solveRows = (lower: Float64Array, n: number, rows: Float64Array): Float64Array => {
  const upper = transposed(lower, n, n);
  const result = rows.slice();
  for (let from = 0; from < result.length; from += n) {
    for (let i = 0; i < n; i++) {
      const pivot = lower[i * n + i]!;
      result[from + i] = pivot === 0 ? 0 : (result[from + i]! - dot(lower, i * n, result, from, i)) / pivot;
    }
    for (let i = n - 1; i >= 0; i--) {
      const pivot = lower[i * n + i]!;
      const rest = dot(upper, i * n + i + 1, result, from + i + 1, n - i - 1);
      result[from + i] = pivot === 0 ? 0 : (result[from + i]! - rest) / pivot;
    }
  }
  return result;
};

/** Inverse of a symmetric positive definite n × n matrix. */
export const inverse = (matrix: Float64Array, n: number): Float64Array => {
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  return solveRows(cholesky(matrix, n), n, identity);
};

/** tr(a · G · aᵀ) of an m × n matrix and a symmetric n × n one: the energy of its rows in the metric G. */
export const energy = (a: Float64Array, metric: Float64Array, n: number): number => {
  const rows = a.length / n;
  const product = multiply(a, metric, rows, n, n);
  return dot(product, 0, a, 0, a.length);
};

/** Eigenvalues of a symmetric n × n matrix, the largest first, and their eigenvectors, one per row. */
export const eigen = (
  matrix: Float64Array,
  n: number,
): { readonly values: Float64Array; readonly vectors: Float64Array } => {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    Matrix.from1DArray(n, n, matrix),
    { assumeSymmetric: true },
  );
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return {
    values: Float64Array.from(order, (e) => realEigenvalues[e]!),
    vectors: Float64Array.from({ length: n * n }, (_, i) =>
      eigenvectorMatrix.get(i % n, order[Math.floor(i / n)]!),
    ),
  };
};
