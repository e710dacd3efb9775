import type { CostOp, OpClass } from '../cost/operation.js';
import type { BlockConfig } from '../cost/model.js';
import { MAX_OFM_H, MAX_OFM_W, traversalOf } from '../cost/u55/block-config.js';
import type { U55Accelerator } from '../npu/u55-tables.js';
import { FLAT_UBLOCK, isFlat } from '../cost/u55/ublock.js';
import type { Block } from '../npu/family.js';
import type { Traversal } from '../weights/encoding.js';

/** One operation as the utilisation rule sees it: a batch of one, padding and stride play no part. */
export interface TheoryOp {
  readonly opClass: OpClass;
  /** H, W, C. */
  readonly ofm: Block;
  readonly ifmDepth: number;
  readonly ifmBits: number;
  /** Without dilation. */
  readonly kernelH: number;
  readonly kernelW: number;
  /** Convolutions: how the kernel is walked through; what the compiler would choose if absent. */
  readonly traversal?: Traversal;
  /** H, W of the OFM block; the largest one possible if absent. */
  readonly block?: readonly [height: number, width: number];
}

/** The operation behind a cost, in the block that it is executed in. */
export const theoryOpOf = (op: CostOp, config: BlockConfig): TheoryOp => {
  const [, height, width, depth] = op.ofm.shape;
  const ifm = op.ifms[0]!;
  return {
    opClass: op.opClass,
    ofm: [height, width, depth],
    ifmDepth: ifm.shape[3],
    ifmBits: ifm.bits,
    kernelH: op.kernel.height,
    kernelW: op.kernel.width,
    traversal: config.traversal,
    block: [config.ofmH, config.ofmW],
  };
};

/** The traversal that is asked for, else the compiler's own choice (docs/model/cycles-u55-u65.md#traversal). */
export const traversalAskedFor = (op: TheoryOp): Traversal =>
  (op.opClass === 'conv' ? op.traversal : undefined) ??
  traversalOf(op.opClass, op.ifmDepth, op.kernelH * op.kernelW, op.ifmBits);

/** Multiply-accumulates by the reference's count (docs/model/lowering.md#mac-count); 0 for classes without. */
export const macsOf = ({ opClass, ofm, ifmDepth, kernelH, kernelW }: TheoryOp): number => {
  const perChannel = kernelH * kernelW * ofm[0] * ofm[1] * ofm[2];
  switch (opClass) {
    case 'conv':
    case 'vector-product':
    case 'reduce-sum':
      return perChannel * ifmDepth;
    case 'depthwise':
    case 'pool':
      return perChannel;
    default:
      return 0;
  }
};

/**
 * Ublock in which the OFM is produced: rows of even width use flat ones where they can
 * (docs/model/cycles-u55-u65.md#ublocks).
 */
export const ublockOf = ({ opClass, ofm, kernelH }: TheoryOp, acc: U55Accelerator): Block => {
  return isFlat(opClass, ofm[0], ofm[1], kernelH, acc) ? [...FLAT_UBLOCK, acc.ofmUblock[2]] : acc.ofmUblock;
};

/** Ublocks in height and width of one OFM block. */
export const blockUblocks = (op: TheoryOp, acc: U55Accelerator): number => {
  const [uh, uw] = ublockOf(op, acc);
  const [height, width] = op.block ?? [MAX_OFM_H, MAX_OFM_W];
  return Math.ceil(Math.min(height, op.ofm[0]) / uh) * Math.ceil(Math.min(width, op.ofm[1]) / uw);
};
