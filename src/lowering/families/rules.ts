import type { ElementType } from '../../graph/network.js';
import type { Kind } from '../kinds.js';
import type { LoweredOp } from '../operations.js';

/** What decides between NPU and CPU and differs between the families (docs/model/lowering.md#placement). */
export interface PlacementRules {
  /** As messages name it. */
  readonly name: string;
  /** Operators of the larger NPU only are supported. */
  readonly extendedOperators: boolean;
  readonly boolTypes: boolean;
  /** Largest Σ|w| of an output channel when the IFM is wider than 8 bits. */
  readonly wideWeightSum: number;
  /** Largest int64 bias. */
  readonly largestBias: bigint;
  readonly zeroPointExempt: ReadonlySet<string>;
  readonly zeroPointFits: (type: ElementType, zeroPoint: number, isOfm: boolean) => boolean;
  /** Operators that may have 32-bit (64-bit) feature maps; undefined for no such rule. */
  readonly only32: ReadonlySet<string> | undefined;
  readonly only64: ReadonlySet<string> | undefined;
  /** Largest stride of convolutions and pools; undefined for any. */
  readonly largestStride: number | undefined;
  /** Weights that an operation computes, and both inputs of a batched product, must be int8 and at most this deep. */
  readonly dynamicDepth: number | undefined;
  /** Transposed convolutions only with strides up to 2. */
  readonly limitedTransposeConv: boolean;
  /** Deepest ARG_MAX, which then must be over the last axis; undefined for any. */
  readonly argMaxDepth: number | undefined;
  readonly limitedTranspose: boolean;
  readonly reverses: boolean;
  /** Resizes by any fraction rather than by powers of two. */
  readonly nativeResize: boolean;
}

/** What the family's hardware does itself, as far as rewriting asks. */
export interface RewriteRules {
  /** Permutes any three axes while writing. */
  readonly transposes: boolean;
  /** Sigmoid and tanh of 16-bit feature maps by table. */
  readonly tables16: boolean;
  /** Leaky ReLU between any two quantisations. */
  readonly leakyRelu: boolean;
  readonly resizes: boolean;
  readonly argMax: boolean;
  readonly reduceMin: boolean;
  /** Broadcasts both inputs of an elementwise operation at once. */
  readonly broadcastsBoth: boolean;
  /** Another operation takes off a sum's zero points. */
  readonly sumsThenSubtracts: boolean;
}

/** How operations are cut until the hardware takes them (docs/model/lowering.md#splitting). */
export interface SplitRules {
  /** Permutations that are one operation, and those of 32-bit elements. */
  readonly permutations: ReadonlySet<string>;
  readonly permutations32: ReadonlySet<string>;
  /** Transposes axes of more than 65536 in parts. */
  readonly longTransposes: boolean;
  /** Strides and dilations of convolutions and pools are unlimited, and cut up. */
  readonly longStrides: boolean;
  /** Copies 32-bit feature maps as they are. */
  readonly wideCopies: boolean;
  /** Transposed convolutions are one convolution per phase of the stride, rather than one of an enlarged IFM. */
  readonly phases: boolean;
  /** Resizes are operations, rather than chains of pools. */
  readonly resizes: boolean;
  /** Products of two feature maps need no scratch tensor. */
  readonly products: boolean;
  /** Reduces over the last axis but two as well as the last but one. */
  readonly reducesPlanes: boolean;
}

/** What the hardware cannot run whatever placement says (docs/model/lowering.md#refusals). */
export interface ExecutionRules {
  readonly missing: ReadonlySet<Kind>;
  /** Takes booleans for bytes. */
  readonly booleansAsBytes: boolean;
  readonly largestStride: number;
  /** Deepest IFM of an operation with weights. */
  readonly largestDepth: number;
  /** Transposes axes of more than 65536. */
  readonly longTransposes: boolean;
}

/** All that differs between the families before the cost model. */
export interface FamilyRules {
  /** As messages name it. */
  readonly name: string;
  /** "MAC Count" of an operation, its weights dense (docs/model/lowering.md#mac-count). */
  readonly macs: (op: LoweredOp) => number;
  readonly placement: PlacementRules;
  readonly rewriting: RewriteRules;
  readonly splitting: SplitRules;
  readonly execution: ExecutionRules;
  /** Groups may read several further feature maps. */
  readonly extendedGroups: boolean;
  /** Some operations only take feature maps in NHWC. */
  readonly linearOperations: boolean;
}
