import type { Operator, Tensor } from '../../src/graph/network.js';

/** What a substitution sees of the convolution it replaces; widths are those of the design, not of the file. */
export interface Target {
  readonly operator: Operator;
  readonly ifm: Tensor;
  readonly ofm: Tensor;
  /** Of the right shape; without bytes where a width changed. */
  readonly weights: Tensor;
  readonly bias: Tensor | undefined;
}

/**
 * New tensors and the operators that use them. In `operators`, tensor indices ≥ −1 are those of the network and
 * `local(i)` stands for `tensors[i]`.
 */
export interface Replacement {
  readonly tensors: readonly Tensor[];
  readonly operators: readonly Operator[];
}

/** Index that refers to entry `i` of `Replacement.tensors`. */
export const local = (i: number): number => -2 - i;

/** One way to replace a convolution by other operators with the same input and output. */
export interface Substitution {
  /** Name in `--options`, space files and the `substitutions` column. */
  readonly name: string;
  /** Short form in design ids: letters, then optionally digits; never `w`. */
  readonly code: string;
  /** Why the convolution cannot be replaced this way; undefined when it can. */
  readonly illegal: (target: Target) => string | undefined;
  readonly rewrite: (target: Target) => Replacement;
}
