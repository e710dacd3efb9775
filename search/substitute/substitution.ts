import type { Operator, Tensor } from '../../src/graph/network.js';
import type { Unfolding } from './unfolding.js';

/** What a substitution sees of the layer it replaces; widths are those of the design, not of the file. */
export interface Target {
  readonly operator: Operator;
  readonly ifm: Tensor;
  readonly ofm: Tensor;
  /** [output channels, kernel height, kernel width, input channels], or without the two; with bytes, unless only shapes are asked for. */
  readonly weights: Tensor;
  readonly bias: Tensor | undefined;
}

/**
 * Kept share of the squared Frobenius norm of a layer's (dequantised) weights, 0 to 1: with the weights that the
 * decomposition gives, and after these are quantised again. NaN where it is not known. A proxy, not an accuracy.
 */
export interface RetainedWeights {
  readonly before: number;
  readonly after: number;
}

/** Of what is not changed. */
export const WHOLE_RETAINED: RetainedWeights = { before: 1, after: 1 };

/** Of layers without values. */
export const UNKNOWN_RETAINED: RetainedWeights = { before: NaN, after: NaN };

/**
 * New tensors and the operators that use them. In `operators`, tensor indices ≥ −1 are those of the network and
 * `local(i)` stands for `tensors[i]`.
 */
export interface Replacement {
  readonly tensors: readonly Tensor[];
  readonly operators: readonly Operator[];
  /** Of the target's weights; absent where values were not asked for. */
  readonly retained?: RetainedWeights;
}

/** Index that refers to entry `i` of `Replacement.tensors`. */
export const local = (i: number): number => -2 - i;

/**
 * Whether a rewrite computes the values of its weights, or only shapes and quantisation: then its constants have no
 * bytes (`{}`) and their sizes are predicted.
 */
export type Values = 'known' | 'unknown';

/**
 * What follows the first of two layers. `relu` changes the function, for networks that are trained again;
 * `shifted-relu` adds a bias that keeps every sum at or above zero, so that the ReLU changes nothing.
 */
export type Activation = 'none' | 'relu' | 'shifted-relu';

/** What the two layers of a substitution are made of: products of a left and a right factor for every block. */
export interface Factors {
  readonly unfolding: Unfolding;
  /** Channels of the intermediate per block. */
  readonly terms: number;
  /** What follows the first layer. */
  readonly activation: Activation;
}

/** A kind of substitution, whose options differ in numbers or activations. */
export interface SubstitutionFamily {
  /** How the options are written, where names are listed; `R` stands for a number. */
  readonly names: readonly string[];
  /** Forms of the options with what they do, for whoever chooses one. */
  readonly forms: readonly (readonly [form: string, what: string])[];
  /** Name of the option that every site gets where nothing is said. */
  readonly byDefault?: string;
  /** The option with this name, or this code in design ids. */
  readonly find: (nameOrCode: string) => Substitution | undefined;
  /** The option that is legal wherever any of them is. */
  readonly least: Substitution;
  /** Names of the options that `all` adds at a site. */
  readonly usual: (target: Target) => readonly string[];
}

/** One way to replace a convolution or fully connected layer by other operators with the same input and output. */
export interface Substitution {
  /** Name in lists of options, space files and the `substitutions` column. */
  readonly name: string;
  /** Short form in design ids: letters, then optionally digits; never `w`. */
  readonly code: string;
  /** False if it changes the layer's function in a way that weights do not tell: then nothing is known to be retained. */
  readonly keepsFunction: boolean;
  /** What a reader should know where it is picked. */
  readonly note?: string;
  /** Why the layer cannot be replaced this way; undefined when it can. */
  readonly illegal: (target: Target) => string | undefined;
  /** The operators that take the convolution's place. */
  readonly rewrite: (target: Target, values: Values) => Replacement;
  /** Which product stands for the weights of a target, whoever works it out. */
  readonly factors: (target: Target) => Factors;
  /** Retained weights before quantisation of a target whose weights have bytes; NaN where it is not known. */
  readonly retained: (target: Target) => number;
}
