import type { Kernel, OpKind, Shape4, WeightArray } from '../lowering/operations.js';

/** How a feature map lies in memory: plain, or in bricks of 16 channels. */
export type Format = 'NHWC' | 'NHCWB16';

/** Kinds of hardware operation with a cost formula of their own (reference document 02, section 0.2). */
export type OpClass =
  'conv' | 'depthwise' | 'vector-product' | 'pool' | 'reduce-sum' | 'elementwise' | 'transpose' | 'matmul';

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

/**
 * One operation, reduced to what its block config, cycles, traffic and encoded weights depend on. Equal operations
 * of different networks are one object, so that what was worked out for it is worked out once.
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
}

const POOL_KINDS: ReadonlySet<OpKind> = new Set<OpKind>([
  'MaxPool',
  'AvgPool',
  'SumPool',
  'ReduceMax',
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

/** Height (or width) of IFM that `ofm` rows (or columns) of OFM need; reference document 04, section 4. */
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
