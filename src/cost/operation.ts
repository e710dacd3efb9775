import type { Kernel, OpKind, Shape4 } from '../lowering/operations.js';
import type { WeightArray } from '../weights/weight-array.js';

/** How a feature map lies in memory: plain, or in bricks of 16 channels. */
export type Format = 'NHWC' | 'NHCWB16';

/** Kinds of hardware operation with a cost formula of their own (docs/model/cycles-u55-u65.md#operation-classes). */
export type OpClass =
  | 'conv'
  | 'depthwise'
  | 'vector-product'
  | 'pool'
  | 'reduce-sum'
  | 'elementwise'
  | 'transpose'
  | 'matmul'
  | 'resize'
  | 'copy';

/** Activation stage that an operation ends in: row of `Accelerator.activationCycles`. */
export type ActivationClass = 0 | 1 | 2;

/** A feature map as the cost of one operation sees it. */
export interface CostView {
  /** The part that is read or written. */
  readonly shape: Shape4;
  readonly bits: number;
  readonly format: Format;
  /** Lies with the constants. */
  readonly constant: boolean;
}

/** One operation of a fused or chained group, the primary first (docs/model/cycles-u85.md#groups). */
export interface GroupMember {
  readonly kind: OpKind;
  /** Element width of its first IFM. */
  readonly ifmBits: number;
  /** Element width of what it hands to the next member, or writes if it is the last. */
  readonly ofmBits: number;
  /** The order in which it writes H, W and C, where that is not the plain one; see `CostOp.ofmOrder`. */
  readonly ofmOrder?: AxisOrder;
  readonly reversed?: 'H' | 'W' | 'C';
}

/** A feature map that a fused or chained operation reads or writes outside its group. */
export interface ExternalMap {
  /** Index into `CostOp.members`. */
  readonly member: number;
  readonly port: 'ifm' | 'ifm2' | 'ofm';
  readonly view: CostView;
}

/** Which computed axis (0 to 3 = N, H, W, C) lies at each position of the tensor that is written. */
export type AxisOrder = readonly [number, number, number, number];

/**
 * One operation, reduced to what its block config, cycles, traffic and encoded weights depend on. Equal operations
 * of different networks are one object, so that what was computed for it is computed once.
 */
export interface CostOp {
  readonly kind: OpKind;
  readonly opClass: OpClass;
  readonly kernel: Kernel;
  readonly upscale: 'none' | 'nearest' | 'zeros';
  readonly scaled: boolean;
  /** In index order; a constant may come first. */
  readonly ifms: readonly CostView[];
  /** Output of the last fused operation; for a transposed OFM the shape before the permutation. */
  readonly ofm: CostView;
  readonly ofmTransposed: boolean;
  readonly ofmReversed: boolean;
  readonly activation: ActivationClass;
  /** The operation or one fused onto it reads a look-up table. */
  readonly usesLut: boolean;
  /** Bytes of the table that the operation itself reads; 0 for none. */
  readonly lutBytes: number;
  readonly weights: WeightArray | undefined;
  /**
   * The whole group, the primary included; absent where groups have no influence (Ethos-U55 and U65) or where there is
   * nothing but the primary.
   */
  readonly members?: readonly GroupMember[];
  /**
   * Of every sub-operation that touches feature maps outside the group the first one in the order IFM, IFM2, OFM:
   * the only one that is counted (docs/model/cycles-u85.md#external-maps). In order of members.
   */
  readonly externals?: readonly ExternalMap[];
  /** Axis order of a transposed OFM. */
  readonly ofmOrder?: AxisOrder;
  /** The axis along which the OFM is written backwards. */
  readonly ofmReversedAxis?: 'H' | 'W' | 'C';
  /** Resize: horizontal enlargement as numerator and denominator. */
  readonly resizeScale?: readonly [n: number, d: number];
}

const POOL_KINDS: ReadonlySet<OpKind> = new Set<OpKind>([
  'MaxPool',
  'AvgPool',
  'SumPool',
  'ReduceMax',
  'ReduceMin',
  'ReduceAny',
  'ReduceAll',
  'ArgMax',
  'NullPool',
  'Rescale',
  'Quantize',
  'MemoryCopy',
  'Reverse',
  'Relu',
  'Relu6',
  'Relu0To1',
  'ReluN1To1',
  'ReluN',
  'Prelu',
  'Clamp',
  'Sigmoid',
  'Tanh',
  'LUT',
]);

/** The cost formula that an operation of this kind follows. */
export function opClassOf(kind: OpKind): OpClass {
  switch (kind) {
    case 'Conv2D':
      return 'conv';
    case 'DepthwiseConv2D':
      return 'depthwise';
    case 'FullyConnected':
      return 'vector-product';
    case 'ReduceSum':
      return 'reduce-sum';
    case 'Transpose':
      return 'transpose';
    case 'MatMul':
      return 'matmul';
    case 'Resize':
      return 'resize';
    case 'Gather':
    case 'Scatter':
      return 'copy';
    default:
      return POOL_KINDS.has(kind) ? 'pool' : 'elementwise';
  }
}

/** The activation stage's speed when `fused` (if any) is the activation fused onto an operation. */
export function activationClassOf(fused: OpKind | undefined): ActivationClass {
  switch (fused) {
    case undefined:
    case 'Sigmoid':
    case 'Tanh':
    case 'LUT':
      return 0;
    case 'Relu':
    case 'Relu6':
    case 'Relu0To1':
    case 'ReluN1To1':
      return 1;
    default:
      return 2;
  }
}

/** Height (or width) of IFM that `ofm` rows (or columns) of OFM need; docs/model/cycles-u55-u65.md#required-ifm. */
export function requiredIfm(
  ofm: number,
  stride: number,
  kernel: number,
  dilation: number,
  upscale: CostOp['upscale'],
): number {
  const dilated = dilation * (kernel - 1) + 1;
  const nearest = upscale === 'nearest' ? 1 : 0;
  const needed = (ofm - 1) * stride + dilated + nearest;
  return upscale === 'none' ? needed : Math.ceil(needed / 2);
}

/** Channels that an operation computes: the OFM's depth before it is transposed. */
export const computedDepth = ({ ofm, ofmOrder }: Pick<CostOp, 'ofm' | 'ofmOrder'>): number =>
  ofm.shape[ofmOrder?.indexOf(3) ?? 3]!;
