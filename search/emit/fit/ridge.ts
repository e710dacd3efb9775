import { cholesky, solveRows } from '../../substitute/dense.js';
import type { Moments } from './moments.js';

/** How much the original weights count against the samples, in units of the inputs' mean second moment. */
export const RIDGE = 0.3;

/** Second moments G′ = G + λ′·I of inputs, never singular. */
export interface Metric {
  readonly length: number;
  readonly values: Float64Array;
  /** λ′ = λ · tr(G) / d. */
  readonly added: number;
}

/** Second moments with `ridge` times their mean diagonal entry added to the diagonal. */
export const metricOf = (inputs: Float64Array, length: number, ridge = RIDGE): Metric => {
  let trace = 0;
  for (let i = 0; i < length; i++) trace += inputs[i * length + i]!;
  const added = trace > 0 ? (ridge * trace) / length : 1;
  const values = inputs.slice();
  for (let i = 0; i < length; i++) values[i * length + i]! += added;
  return { length, values, added };
};

/**
 * Weights that make the most of their inputs without leaving the original weights W₀ where the samples say little: the
 * minimum of |Y − W·X|²/n + λ′·|W − W₀|², which is (H + λ′·W₀)·G′⁻¹.
 */
export const ridgeWeights = (
  { cross }: Pick<Moments, 'cross'>,
  { length, values, added }: Metric,
  original: Float64Array,
): Float64Array => {
  const right = cross.map((h, i) => h + added * original[i]!);
  return solveRows(cholesky(values, length), length, right);
};
