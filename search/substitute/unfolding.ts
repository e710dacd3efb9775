import type { Tensor } from '../../src/graph/network.js';
import { cholesky, eigen, multiply, multiplyByTransposed, solveRows, transposed } from './dense.js';
import { realWeights } from './real-weights.js';

/**
 * A way to see a convolution's weights as matrices: `blocks` matrices of `rows` × `columns`. A substitution replaces
 * each by the product of a left and a right factor, which become the weights of its two layers.
 */
export interface Unfolding {
  /** Distinguishes the ways to unfold the same weights. */
  readonly kind: string;
  readonly blocks: number;
  readonly rows: number;
  readonly columns: number;
  /** Position of an entry in the weights [output channels, kernel height, kernel width, input channels]. */
  readonly position: (block: number, row: number, column: number) => number;
}

/** Eigenvalues and leading left singular vectors of the matrices of an unfolding, the largest first. */
export interface Spectrum {
  /** Terms per block: the largest rank that the shape allows. */
  readonly rank: number;
  /** Squared singular values, [block][term]. */
  readonly squares: Float64Array;
  /** Left singular vectors of norm 1, [block][term][row]; zero where the singular value is. */
  readonly vectors: Float64Array;
  /** Squared Frobenius norm of the weights. */
  readonly norm: number;
}

/** Largest rank of the matrices of an unfolding. */
export const rankBound = ({ rows, columns }: Unfolding): number => Math.min(rows, columns);

/** The matrices, [block][row][column]. */
export const unfold = (weights: Float64Array, u: Unfolding): Float64Array => {
  const { blocks, rows, columns, position } = u;
  const matrices = new Float64Array(blocks * rows * columns);
  let at = 0;
  for (let b = 0; b < blocks; b++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) matrices[at++] = weights[position(b, r, c)]!;
    }
  }
  return matrices;
};

/** Matrix of the scalar products of the rows, or of the columns, of a `rows` × `columns` matrix. */
const gram = (m: Float64Array, rows: number, columns: number, ofRows: boolean): Float64Array => {
  const [lines, count, length] = ofRows ? [m, rows, columns] : [transposed(m, rows, columns), columns, rows];
  return multiplyByTransposed(lines, lines, count, length, count);
};

/** Singular values below this share of the largest count as zero: the Gram matrix has squared them. */
const NEGLIGIBLE = 1e-7;

/** Singular value decomposition of one matrix from the eigenvectors of its smaller Gram matrix. */
const decompose = (
  m: Float64Array,
  rows: number,
  columns: number,
  squares: Float64Array,
  vectors: Float64Array,
): void => {
  const ofRows = rows <= columns;
  const size = Math.min(rows, columns);
  const { values, vectors: eigenvectors } = eigen(gram(m, rows, columns, ofRows), size);
  const largest = Math.max(0, values[0]!);
  values.forEach((value, term) => {
    const square = Math.max(0, value);
    squares[term] = square;
    if (square <= largest * NEGLIGIBLE ** 2) return;
    const vector = vectors.subarray(term * rows, (term + 1) * rows);
    const own = eigenvectors.subarray(term * size, (term + 1) * size);
    let norm = 0;
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      if (ofRows) sum = own[r]!;
      else for (let c = 0; c < columns; c++) sum += m[r * columns + c]! * own[c]!;
      vector[r] = sum;
      norm += sum * sum;
    }
    norm = Math.sqrt(norm);
    for (let r = 0; r < rows; r++) vector[r]! /= norm;
  });
};

const known = new WeakMap<Tensor, Map<string, Spectrum | undefined>>();

const spectrumFrom = (weights: Float64Array, u: Unfolding): Spectrum => {
  const { blocks, rows, columns } = u;
  const rank = rankBound(u);
  const matrices = unfold(weights, u);
  const squares = new Float64Array(blocks * rank);
  const vectors = new Float64Array(blocks * rank * rows);
  const size = rows * columns;
  for (let b = 0; b < blocks; b++) {
    decompose(
      matrices.subarray(b * size, (b + 1) * size),
      rows,
      columns,
      squares.subarray(b * rank, (b + 1) * rank),
      vectors.subarray(b * rank * rows, (b + 1) * rank * rows),
    );
  }
  return { rank, squares, vectors, norm: weights.reduce((sum, w) => sum + w * w, 0) };
};

/**
 * The decomposition of weights, kept for as long as their tensor lives; undefined where their values are not known.
 * The best approximation of a matrix by a product of rank T keeps its T largest singular values (Eckart and Young).
 */
export const spectrumOf = (weights: Tensor, u: Unfolding): Spectrum | undefined => {
  const kinds = known.get(weights) ?? new Map<string, Spectrum | undefined>();
  known.set(weights, kinds);
  if (!kinds.has(u.kind)) {
    const values = realWeights(weights);
    kinds.set(u.kind, values === undefined ? undefined : spectrumFrom(values, u));
  }
  return kinds.get(u.kind);
};

const share = (kept: number, whole: number): number =>
  whole === 0 ? 1 : Math.min(1, Math.max(0, kept / whole));

/** Share of the squared norm that the `terms` leading terms of every block keep; NaN where values are not known. */
export const leadingShare = (weights: Tensor, u: Unfolding, terms: number): number => {
  const spectrum = spectrumOf(weights, u);
  if (spectrum === undefined) return NaN;
  const { rank, squares, norm } = spectrum;
  let kept = 0;
  for (let i = 0; i < squares.length; i++) if (i % rank < terms) kept += squares[i]!;
  return share(kept, norm);
};

/** The leading vectors as filters, [block][term][row]; zero where more terms are asked for than there are. */
export const leadingFilters = (spectrum: Spectrum, u: Unfolding, terms: number): Float64Array => {
  const filters = new Float64Array(u.blocks * terms * u.rows);
  const taken = Math.min(terms, spectrum.rank) * u.rows;
  for (let b = 0; b < u.blocks; b++) {
    const from = b * spectrum.rank * u.rows;
    filters.set(spectrum.vectors.subarray(from, from + taken), b * terms * u.rows);
  }
  return filters;
};

/** Pivots below this share of their diagonal entry belong to filters that depend on earlier ones. */
const DEPENDENT = 1e-9;

/**
 * Right factor whose product with given filters comes closest to one matrix (least squares): [term][column]. For
 * orthogonal filters it is the projection of the matrix on each; filters as stored are no longer quite orthogonal. A
 * filter that adds nothing gets a row of zeros.
 */
const fitBlock = (filters: Float64Array, m: Float64Array, terms: number, u: Unfolding): Float64Array => {
  const { rows, columns } = u;
  const lower = cholesky(multiplyByTransposed(filters, filters, terms, rows, terms), terms, DEPENDENT);
  const projected = multiply(filters, m, terms, rows, columns);
  return transposed(solveRows(lower, terms, transposed(projected, terms, columns)), columns, terms);
};

/** Right factors [block][term][column] for given filters [block][term][row] and matrices. */
export const fit = (
  filters: Float64Array,
  matrices: Float64Array,
  terms: number,
  u: Unfolding,
): Float64Array => {
  const { blocks, rows, columns } = u;
  const right = new Float64Array(blocks * terms * columns);
  for (let b = 0; b < blocks; b++) {
    const own = filters.subarray(b * terms * rows, (b + 1) * terms * rows);
    const m = matrices.subarray(b * rows * columns, (b + 1) * rows * columns);
    right.set(fitBlock(own, m, terms, u), b * terms * columns);
  }
  return right;
};

/** Kept share of the squared norm of matrices by the products of left and right factors: 1 − ‖M − L·R‖²/‖M‖². */
export const productShare = (
  filters: Float64Array,
  right: Float64Array,
  matrices: Float64Array,
  terms: number,
  u: Unfolding,
): number => {
  const { blocks, rows, columns } = u;
  let lost = 0;
  let norm = 0;
  const row = new Float64Array(columns);
  for (let b = 0; b < blocks; b++) {
    for (let r = 0; r < rows; r++) {
      row.set(matrices.subarray((b * rows + r) * columns, (b * rows + r + 1) * columns));
      for (let c = 0; c < columns; c++) norm += row[c]! ** 2;
      for (let t = 0; t < terms; t++) {
        const tap = filters[(b * terms + t) * rows + r]!;
        const from = (b * terms + t) * columns;
        if (tap !== 0) for (let c = 0; c < columns; c++) row[c]! -= tap * right[from + c]!;
      }
      for (let c = 0; c < columns; c++) lost += row[c]! ** 2;
    }
  }
  return share(norm - lost, norm);
};
