import type { Constant, ElementType, Operator } from '../graph/network.js';
import type { NetworkTraits } from '../graph/traits.js';
import type { WeightArray } from '../weights/weight-array.js';

/** N, H, W, C. */
export type Shape4 = readonly [number, number, number, number];

/** A feature map, or a constant used as one. Views of one tensor share one object. */
export interface FeatureMap {
  /** Unique in the lowered network, in order of creation. */
  readonly id: number;
  readonly name: string;
  readonly type: ElementType;
  /** Shape in memory, padded on the left to four axes. */
  readonly shape: Shape4;
  /** The axes before the last three, where there is more than one: `shape` begins with their product. */
  readonly leading?: readonly number[];
  readonly constant?: Constant;
  /** The file does not say its shape, or not all of it; only the CPU touches it. */
  readonly unknownShape?: true;
  readonly graphInput: boolean;
  readonly graphOutput: boolean;
  /** State that outlives an inference. */
  readonly persistent: boolean;
  /** Feature maps of one state are one place in memory. */
  readonly state?: object;
}

/** How one operation reads or writes a feature map. */
export interface View {
  readonly tensor: FeatureMap;
  /** Element type that the operation takes the data for, where it is not the tensor's. */
  readonly type?: ElementType;
  /** The connection's own shape (reshapes are free, so it may differ from the shape in memory). */
  readonly shape: Shape4;
  /** The part that is read or written, where that is not all of `shape`. */
  readonly slice?: { readonly offset: Shape4; readonly shape: Shape4 };
  /** Step in height and width, where not 1×1. */
  readonly step?: readonly [number, number];
  readonly reversed?: 'H' | 'W' | 'C';
  /** Permutation with which the operation writes its result. */
  readonly transposed?: readonly [number, number, number, number];
}

/** Kernel after lowering; sizes are not dilated. */
export interface Kernel {
  readonly height: number;
  readonly width: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly dilationH: number;
  readonly dilationW: number;
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/**
 * What an encoded tensor holds besides its weights: per channel a bias and a rescaling. Worked out on demand, as few
 * operations have weights in common.
 */
export interface ScaleRecords {
  /** There are rescalings; weights that lowering makes have none. */
  readonly rescaled: boolean;
  /** Equal biases have equal keys. */
  readonly bias: string;
  /** Equal lists of rescalings have equal keys: one of them, or one per channel. */
  readonly rescaling: () => string;
  /** The same, but a list of equal ones counts as one. */
  readonly contents: () => string;
}

/** A look-up table that the operation reads. */
export interface LookUpTable {
  readonly bytes: number;
  /** Equal keys mean equal contents: such tables are stored once. */
  readonly key: string;
}

/** Names as in the report column "NNG Operator". */
export type OpKind =
  | 'Conv2D'
  | 'DepthwiseConv2D'
  | 'FullyConnected'
  | 'MaxPool'
  | 'AvgPool'
  | 'SumPool'
  | 'ReduceSum'
  | 'ReduceMax'
  | 'ReduceMin'
  | 'ReduceAny'
  | 'ReduceAll'
  | 'ArgMax'
  | 'Rescale'
  | 'Quantize'
  | 'MemoryCopy'
  | 'Reverse'
  | 'NullPool'
  | 'Relu'
  | 'Relu6'
  | 'Relu0To1'
  | 'ReluN1To1'
  | 'ReluN'
  | 'Prelu'
  | 'Clamp'
  | 'Sigmoid'
  | 'Tanh'
  | 'LUT'
  | 'Add'
  | 'Sub'
  | 'Mul'
  | 'Minimum'
  | 'Maximum'
  | 'Abs'
  | 'LeakyRelu'
  | 'CLZ'
  | 'SHL'
  | 'SHR'
  | 'Asr'
  | 'Div'
  | 'And'
  | 'Or'
  | 'Xor'
  | 'Not'
  | 'AndNot'
  | 'LogicalAnd'
  | 'LogicalOr'
  | 'LogicalXor'
  | 'LogicalNot'
  | 'Equal'
  | 'NotEqual'
  | 'Greater'
  | 'GreaterEqual'
  | 'Transpose'
  | 'MatMul'
  | 'Resize'
  | 'Gather'
  | 'Scatter'
  | 'Passthrough';

/**
 * One operation of the lowered network: a primary with the sub-operations fused or chained onto it.
 * After grouping the primary's OFM is that of the last operation fused onto it.
 */
export interface LoweredOp {
  /** Report column "NNG Operator". `Passthrough` = executed by the CPU. */
  readonly kind: OpKind;
  /** Report column "Original Operator". */
  readonly original: string;
  /** `Operator.origin` of the TFLite operator it comes from; −1 where there is none. */
  readonly origin: number;
  /** The TFLite operator that it comes from. */
  readonly source: Operator;
  readonly target: 'NPU' | 'CPU';
  /** For CPU operations: why. */
  readonly reason?: string;
  /** Feature-map inputs in index order (IFM, IFM2, …), constants included; no weights, biases or tables. */
  readonly ifms: readonly View[];
  /** CPU operations: what they read besides, which need not be in memory while they run. */
  readonly parameters?: readonly View[];
  /** One for NPU operations; any number for CPU operations. */
  readonly ofms: readonly View[];
  /** 1×1, stride 1, no padding where the operation has none. */
  readonly kernel: Kernel;
  readonly weights?: WeightArray;
  /** Of an operation with weights. */
  readonly records?: ScaleRecords;
  /** The table that this very operation reads (not one of its sub-operations). */
  readonly lut?: LookUpTable;
  /** MatMul: intermediate tensor. */
  readonly scratch?: FeatureMap;
  /** The OFM is written like a part of a tensor even where it is all of it: nothing follows stripe by stripe. */
  readonly divided?: true;
  /** Every input has a quantisation scale (an int32 step of a softmax has none). */
  readonly scaled: boolean;
  readonly upscale: 'none' | 'nearest' | 'zeros';
  /** Resize: horizontal enlargement as numerator and denominator. */
  readonly resizeScale?: readonly [n: number, d: number];
  /** Absorbed operations in order; rows of zeros in the report. Their own `subs` are empty. */
  readonly subs: readonly LoweredOp[];
  /** True for a sub-operation that is chained (elementwise, reads further inputs); false for a fused one. */
  readonly chained?: boolean;
}

export interface LoweredNetwork {
  readonly name: string;
  readonly traits: NetworkTraits;
  /** Groups of the last graph in execution order. */
  readonly ops: readonly LoweredOp[];
  /** Those of each graph before it. */
  readonly before: readonly (readonly LoweredOp[])[];
}
