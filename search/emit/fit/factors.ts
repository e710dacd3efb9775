import type { Factors } from '../../substitute/index.js';
import {
  cholesky,
  eigen,
  multiply,
  multiplyByTransposed,
  solveRows,
  transposed,
} from '../../substitute/dense.js';
import { conjugateGradients } from './conjugate-gradients.js';
import type { Metric } from './ridge.js';

/**
 * The form of two layers: W[o, column(s, b, f)] = Σₜ second[o, s, t·B + b] · first[t·B + b, f], with column entries of
 * the second layer s, blocks b, entries of the first layer f and terms t.
 */
export interface ProductForm {
  readonly terms: number;
  readonly blocks: number;
  /** Entries of a filter of the first layer. */
  readonly entries: number;
  /** Kernel positions of the second layer. */
  readonly shifts: number;
  readonly outputs: number;
  /** Place among the weights of an output, [shift][block][entry]. */
  readonly columns: Int32Array;
}

/** The form of a substitution for weights of so many outputs. */
export const productForm = ({ unfolding: u, terms }: Factors, outputs: number): ProductForm => {
  const shifts = u.columns / outputs;
  const columns = new Int32Array(shifts * u.blocks * u.rows);
  let at = 0;
  for (let s = 0; s < shifts; s++) {
    for (let b = 0; b < u.blocks; b++) {
      for (let f = 0; f < u.rows; f++) columns[at++] = u.position(b, f, s);
    }
  }
  return { terms, blocks: u.blocks, entries: u.rows, shifts, outputs, columns };
};

/** Channels of the intermediate. */
export const channelsOf = ({ terms, blocks }: ProductForm): number => terms * blocks;

/** Columns of every shift and block, [shift][block]. */
const partsOf = ({ blocks, entries, shifts, columns }: ProductForm): Int32Array[] =>
  Array.from({ length: shifts * blocks }, (_, part) =>
    columns.subarray(part * entries, (part + 1) * entries),
  );

/** Goes through the second layer's coefficients: where each one is, its filter, and its output's weights and columns. */
const eachCoefficient = (
  form: ProductForm,
  visit: (at: number, filter: number, weights: number, columns: Int32Array) => void,
): void => {
  const { blocks, entries, shifts, outputs } = form;
  const channels = channelsOf(form);
  const parts = partsOf(form);
  let at = 0;
  for (let o = 0; o < outputs; o++) {
    for (let s = 0; s < shifts; s++) {
      for (let ch = 0; ch < channels; ch++)
        visit(at++, ch * entries, o * form.columns.length, parts[s * blocks + (ch % blocks)]!);
    }
  }
};

/** Weights that two layers make. */
const product = (form: ProductForm, first: Float64Array, second: Float64Array): Float64Array => {
  const weights = new Float64Array(form.outputs * form.columns.length);
  eachCoefficient(form, (at, filter, to, columns) => {
    const factor = second[at]!;
    for (let f = 0; f < columns.length; f++) weights[to + columns[f]!]! += factor * first[filter + f]!;
  });
  return weights;
};

/** Adjoint of `product` in its first layer: what a change of the weights is to the filters. */
const toFirst = (form: ProductForm, weights: Float64Array, second: Float64Array): Float64Array => {
  const first = new Float64Array(channelsOf(form) * form.entries);
  eachCoefficient(form, (at, filter, from, columns) => {
    const factor = second[at]!;
    for (let f = 0; f < columns.length; f++) first[filter + f]! += factor * weights[from + columns[f]!]!;
  });
  return first;
};

/** Second layer that goes best with given filters in a metric, [output][shift][channel]. */
export const bestSecond = (
  form: ProductForm,
  first: Float64Array,
  weighted: Float64Array,
  metric: Metric,
): Float64Array => {
  const { blocks, entries, shifts, outputs } = form;
  const channels = channelsOf(form);
  const { length, values } = metric;
  const rows = shifts * channels;
  const parts = partsOf(form);
  const filtered = new Float64Array(rows * length);
  for (let s = 0; s < shifts; s++) {
    for (let ch = 0; ch < channels; ch++) {
      const columns = parts[s * blocks + (ch % blocks)]!;
      const to = (s * channels + ch) * length;
      for (let f = 0; f < entries; f++) {
        const tap = first[ch * entries + f]!;
        const from = columns[f]! * length;
        if (tap !== 0) for (let i = 0; i < length; i++) filtered[to + i]! += tap * values[from + i]!;
      }
    }
  }
  /** Scalar products of some rows with all filters. */
  const withFilters = (lines: Float64Array): Float64Array => {
    const count = lines.length / length;
    const result = new Float64Array(count * rows);
    for (let r = 0; r < count; r++) {
      for (let s = 0; s < shifts; s++) {
        for (let ch = 0; ch < channels; ch++) {
          const columns = parts[s * blocks + (ch % blocks)]!;
          let sum = 0;
          for (let f = 0; f < entries; f++)
            sum += lines[r * length + columns[f]!]! * first[ch * entries + f]!;
          result[r * rows + s * channels + ch] = sum;
        }
      }
    }
    return result;
  };
  const second = solveRows(cholesky(withFilters(filtered), rows), rows, withFilters(weighted));
  return second.length === outputs * rows ? second : second.slice(0, outputs * rows);
};

/** Filters that go best with a second layer in a metric, from filters that are near. */
const bestFirst = (
  form: ProductForm,
  start: Float64Array,
  second: Float64Array,
  weighted: Float64Array,
  metric: Metric,
  metrics: readonly Float64Array[],
): Float64Array => {
  const { terms, blocks, entries, shifts, outputs } = form;
  const channels = channelsOf(form);
  const { length, values } = metric;
  const inverses = metrics.map((m, b) => {
    const gram = new Float64Array(terms * terms);
    for (let row = 0; row < outputs * shifts; row++) {
      for (let t = 0; t < terms; t++) {
        const factor = second[row * channels + t * blocks + b]!;
        for (let u = 0; u < terms; u++)
          gram[t * terms + u]! += factor * second[row * channels + u * blocks + b]!;
      }
    }
    return { entries: m, terms: cholesky(gram, terms) };
  });
  /** Solves the equations of each block as if there were no others and all shifts had the same metric. */
  const precondition = (gradient: Float64Array): Float64Array => {
    const result = new Float64Array(gradient.length);
    const own = new Float64Array(terms * entries);
    inverses.forEach((factors, b) => {
      for (let t = 0; t < terms; t++)
        own.set(gradient.subarray((t * blocks + b) * entries, (t * blocks + b + 1) * entries), t * entries);
      const rows = solveRows(factors.entries, entries, own);
      const columns = solveRows(factors.terms, terms, transposed(rows, terms, entries));
      const solved = transposed(columns, entries, terms);
      for (let t = 0; t < terms; t++)
        result.set(solved.subarray(t * entries, (t + 1) * entries), (t * blocks + b) * entries);
    });
    return result;
  };
  return conjugateGradients({
    start,
    right: toFirst(form, weighted, second),
    apply: (first) =>
      toFirst(form, multiply(product(form, first, second), values, outputs, length, length), second),
    precondition,
    steps: STEPS,
  });
};

/** Mean metric of a block's entries over the shifts, and its Cholesky factor. */
const blockMetrics = (form: ProductForm, { length, values }: Metric): Float64Array[] => {
  const { blocks, entries, shifts } = form;
  const parts = partsOf(form);
  return Array.from({ length: blocks }, (_, b) => {
    const sum = new Float64Array(entries * entries);
    for (let s = 0; s < shifts; s++) {
      const columns = parts[s * blocks + b]!;
      for (let f = 0; f < entries; f++) {
        for (let g = 0; g < entries; g++)
          sum[f * entries + g]! += values[columns[f]! * length + columns[g]!]! / shifts;
      }
    }
    return cholesky(sum, entries);
  });
};

/**
 * Filters of the leading terms of each block, in the block's own metric: with M the block's weights (outputs and shifts
 * × entries) and L·Lᵀ the metric, the leading left singular vectors of M·L applied to M.
 */
const leadingFilters = (
  form: ProductForm,
  weights: Float64Array,
  metrics: readonly Float64Array[],
): Float64Array => {
  const { terms, blocks, entries, shifts, outputs } = form;
  const length = form.columns.length;
  const first = new Float64Array(channelsOf(form) * entries);
  const rows = outputs * shifts;
  const parts = partsOf(form);
  metrics.forEach((lower, b) => {
    const block = new Float64Array(rows * entries);
    for (let o = 0; o < outputs; o++) {
      for (let s = 0; s < shifts; s++) {
        const columns = parts[s * blocks + b]!;
        for (let f = 0; f < entries; f++)
          block[(o * shifts + s) * entries + f] = weights[o * length + columns[f]!]!;
      }
    }
    const scaled = multiply(block, lower, rows, entries, entries);
    const count = Math.min(terms, rows, entries);
    let leading: Float64Array;
    if (rows <= entries) {
      const gram = multiplyByTransposed(scaled, scaled, rows, entries, rows);
      leading = multiply(eigen(gram, rows).vectors, block, count, rows, entries);
    } else {
      const turned = transposed(scaled, rows, entries);
      const gram = multiplyByTransposed(turned, turned, entries, rows, entries);
      const { vectors } = eigen(gram, entries);
      // The projections M·L·v, applied to M.
      leading = multiply(multiply(vectors, turned, count, entries, rows), block, count, rows, entries);
    }
    for (let t = 0; t < count; t++) {
      const row = leading.subarray(t * entries, (t + 1) * entries);
      const norm = Math.hypot(...row);
      for (let f = 0; f < entries; f++) first[(t * blocks + b) * entries + f] = norm > 0 ? row[f]! / norm : 0;
    }
  });
  return first;
};

/** Rounds of alternating least squares, and steps towards the best filters in each. */
const ROUNDS = 3;
const STEPS = 2;

/**
 * Filters of the first layer, [channel][entry], whose products with the best second layer minimise
 * tr((W − W*)·G′·(W − W*)ᵀ): the leading terms in the metric, then alternating least squares. With one block and one
 * shift the leading terms are the minimum.
 */
export const fitFilters = (
  form: ProductForm,
  weights: Float64Array,
  metric: Metric,
  rounds = ROUNDS,
): Float64Array => {
  const metrics = blockMetrics(form, metric);
  let first = leadingFilters(form, weights, metrics);
  if (form.blocks * form.shifts === 1) return first;
  const weighted = multiply(weights, metric.values, form.outputs, metric.length, metric.length);
  for (let round = 0; round < rounds; round++) {
    const second = bestSecond(form, first, weighted, metric);
    first = bestFirst(form, first, second, weighted, metric, metrics);
  }
  return first;
};
