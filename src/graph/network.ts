/**
 * A network as the TFLite file states it: operators, tensors, shapes, quantisation. No bytes of the container,
 * no hardware. Everything is read-only; a changed network is a new object that shares what did not change.
 */

/** Element types that occur in TFLite files, by their schema names in lower case. */
export type ElementType =
  | 'float16'
  | 'float32'
  | 'float64'
  | 'bfloat16'
  | 'int4'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint4'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'string'
  | 'complex64'
  | 'complex128'
  | 'resource'
  | 'variant'
  | 'int2'
  | 'unknown';

/** Bits of one element; 0 for types without a fixed size. */
export const ELEMENT_BITS: Readonly<Record<ElementType, number>> = {
  float16: 16,
  float32: 32,
  float64: 64,
  bfloat16: 16,
  int4: 4,
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint4: 4,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
  bool: 8,
  string: 0,
  complex64: 64,
  complex128: 128,
  resource: 0,
  variant: 0,
  int2: 2,
  unknown: 0,
};

/** Affine quantisation: real = scale · (stored − zeroPoint), one entry or one per index of `axis`. */
export interface Quantisation {
  /** float32 values, widened. */
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly axis: number;
}

/** What is known of weights that are not there yet: how such weights, minus their zero point, compress. */
export interface WeightStatistics {
  /** Bits of one weight where zeros are coded like all others, … */
  readonly bits: number;
  /** … bits of one more zero then, … */
  readonly zeroBits: number;
  /** … and bits of one weight that is not zero where runs of zeros are coded apart from the rest. */
  readonly nonZeroBits: number;
  /** Shares of all weights: zeros, zeros between weights that are not, the commonest weight that is not zero. */
  readonly zeroShare: number;
  readonly loneZeroShare: number;
  readonly peakShare: number;
  /** Distinct weights, the first 17 of them. */
  readonly distinct: readonly number[];
}

/** Read-only data of a tensor. */
export interface Constant {
  /** The values, little endian; absent when they are not known yet (a layer whose weights are still to be made). */
  readonly bytes?: Uint8Array;
  /** Of values that are absent: by these their encoded size is predicted, else by weights made up in their place. */
  readonly statistics?: WeightStatistics;
}

/** A feature map, weights, or another array that operators read or write. */
export interface Tensor {
  readonly name: string;
  readonly type: ElementType;
  /**
   * Elements per axis; undefined for a tensor without shape. A dynamic batch is 1; other dynamic axes are −1
   * (docs/model/lowering.md#reading-the-file).
   */
  readonly shape: readonly number[] | undefined;
  readonly quantisation?: Quantisation;
  readonly constant?: Constant;
  /** State that outlives an inference. */
  readonly variable: boolean;
}

export type OptionValue = number | bigint | boolean | string | readonly number[];

/** One TFLite operator; its tensors are indices into those of its graph. */
export interface Operator {
  /** Builtin operator name of the TFLite schema, e.g. `CONV_2D`; `CUSTOM` for custom operators. */
  readonly kind: string;
  readonly customCode?: string;
  /** Tensor indices; −1 is an absent optional input. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly intermediates: readonly number[];
  /**
   * Builtin options by their schema names, defaults filled in. Enumerations are their schema names
   * (`padding: 'SAME'`, `fused_activation_function: 'RELU6'`, `mode: 'REFLECT'`, data types in lower case).
   */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Index of the operator of the original file that this one is or stands for. */
  readonly origin: number;
}

/** A subgraph of a model: tensors, and operators in execution order. */
export interface Graph {
  readonly name: string;
  /** The file leaves the batch of an input open; shapes have 1 there. */
  readonly dynamicBatch?: true;
  readonly tensors: readonly Tensor[];
  readonly operators: readonly Operator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A TFLite model as the estimator sees it. */
export interface Network {
  /** File name without directory and extension. */
  readonly name: string;
  /** Graph 0 is the entry. */
  readonly graphs: readonly [Graph, ...Graph[]];
}
