import type { Combination } from '../../evaluate/forms.js';

/**
 * A segment of a network whose costs depend on a few choices only. All costs are to be minimised and none is negative.
 */
export interface Term {
  /** Positions in a row of digits, ascending. */
  readonly positions: readonly number[];
  /** A row of costs per state; states in the order of their digits, the last position changing fastest. */
  readonly costs: Float64Array;
}

/**
 * Costs of all designs of a space on one system, as sums or maxima over terms: the model whose Pareto front can be
 * computed without visiting the designs one by one. Plain data: it crosses to workers.
 */
export interface AdditiveModel {
  /** Choices behind each digit, without the system. */
  readonly radices: readonly number[];
  /** How each cost combines; its length is the number of costs per row. */
  readonly combine: readonly Combination[];
  readonly terms: readonly Term[];
  /** Largest value of each cost that is of interest; Infinity for none. */
  readonly limits: readonly number[];
}

/** Number of the state that a row of digits puts a term into. */
export const stateOf = (
  positions: readonly number[],
  radices: readonly number[],
  digits: ArrayLike<number>,
): number => positions.reduce((state, position) => state * radices[position]! + digits[position]!, 0);

/** Number of states of a term with those positions. */
export const stateCount = (positions: readonly number[], radices: readonly number[]): number =>
  positions.reduce((product, position) => product * radices[position]!, 1);

/** Digits of a state at the positions, in their order. */
export const digitsOfState = (
  positions: readonly number[],
  radices: readonly number[],
  state: number,
): number[] => {
  const digits = positions.map(() => 0);
  let rest = state;
  for (let i = positions.length - 1; i >= 0; i--) {
    const radix = radices[positions[i]!]!;
    digits[i] = rest % radix;
    rest = Math.floor(rest / radix);
  }
  return digits;
};

/** Costs of one design by the additive model. */
export const additiveCosts = (model: AdditiveModel, digits: ArrayLike<number>): Float64Array => {
  const k = model.combine.length;
  const costs = new Float64Array(k);
  for (const { positions, costs: table } of model.terms) {
    const at = stateOf(positions, model.radices, digits) * k;
    for (let j = 0; j < k; j++) {
      const value = table[at + j]!;
      costs[j] = model.combine[j] === 'sum' ? costs[j]! + value : Math.max(costs[j]!, value);
    }
  }
  return costs;
};
