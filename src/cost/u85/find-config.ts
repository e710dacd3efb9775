import {
  DEPTH_GRANULE,
  MAX_BLOCK,
  type U85Accelerator,
  type U85Class,
  type Ublock,
} from '../../npu/u85-tables.js';
import { roundUp } from '../integers.js';
import { requiredIfm, type CostOp, type CostView } from '../operation.js';
import type { U85Config } from './block-config.js';
import { hwc, roundUpTo, volumeOf, type Blocks, type BlockSearch, type Hwc } from './block-search.js';
import { elementwiseBlocks } from './elementwise-blocks.js';
import { generalBlocks } from './general-blocks.js';
import { isNullPool, isPoolLike, u85ClassOf } from './op-class.js';
import { poolingBlocks } from './pooling-blocks.js';

const H = 1;
const W = 2;
const C = 3;

/** Transfers without arithmetic have no blocks; their bursts are those of a block of one element. */
const NO_BLOCKS: U85Config = {
  ofmH: 1,
  ofmW: 1,
  ofmC: 1,
  ifmH: 1,
  ifmW: 1,
  ifmC: 1,
  traversal: 'depth-first',
  ublock: [1, 1, 1],
  accumulatorBits: 32,
  sparse: false,
  fast: false,
};

/**
 * Whether a convolution takes its IFM in slices of few channels with all of the kernel;
 * docs/model/cycles-u85.md#traversal-and-accumulators.
 */
export function isPartKernelFirst(depth: number, kernelElements: number, sparse: boolean): boolean {
  const [step, rest, granule] = sparse ? [10, 4, 128] : [5, 2, 64];
  const remainder = Math.max(kernelElements % step, rest);
  const padded = Math.floor(kernelElements / step) * step + remainder;
  const byKernel = (depth / roundUp(depth, 16)) * (kernelElements / padded);
  return byKernel >= depth / roundUp(depth, granule);
}

/** Width of an operation's accumulators; docs/model/cycles-u85.md#traversal-and-accumulators. */
function accumulatorBitsOf(op: CostOp, opClass: U85Class): 32 | 64 {
  const ifmBits = op.ifms[0]!.bits;
  const wide16 = ifmBits === 16 && !isPoolLike(opClass) && opClass !== 'reduce-sum' && op.scaled;
  return wide16 || ifmBits > 32 || op.ofm.bits > 32 ? 64 : 32;
}

/**
 * The ublock that wastes least of the OFM; undefined if none may run the operation.
 * docs/model/cycles-u85.md#ublock-choice.
 */
function chooseUblock(
  op: CostOp,
  opClass: U85Class,
  acc: U85Accelerator,
  ofm: Hwc,
  partKernel: boolean,
): Ublock | undefined {
  const bits = op.ifms[0]!.bits;
  const column = isNullPool(op.kind, bits) ? 0 : Math.floor(bits / 16);
  const pointwise = op.kernel.height === 1 && op.kernel.width === 1 && !partKernel;
  let best: Ublock | undefined;
  let least = Infinity;
  for (const ublock of acc.ublocks) {
    if (ublock.classes[column]?.has(opClass) !== true) continue;
    if (ublock.pointwiseOnlyAt16 && column === 1 && opClass === 'conv' && !pointwise) continue;
    const waste = volumeOf(roundUpTo(ofm, ublock)) - volumeOf(ofm);
    if (waste < least) {
      least = waste;
      best = ublock;
    }
  }
  return best;
}

/**
 * Granule of OFM blocks, and their largest size, in the order in which the OFM is computed;
 * docs/model/cycles-u85.md#block-limits.
 */
function blockLimits(op: CostOp, ublock: Ublock): { granule: Hwc; maxBlock: Hwc } {
  const order = op.ofmOrder;
  const bricks = op.ofm.format === 'NHCWB16';
  const granule = hwc(
    bricks && order?.[C] === H ? DEPTH_GRANULE : ublock.h,
    bricks && order?.[C] === W ? DEPTH_GRANULE : ublock.w,
    DEPTH_GRANULE,
  );
  const limit = (axis: number): number => MAX_BLOCK[(order === undefined ? axis : order.indexOf(axis)) - 1]!;
  const depth = op.ofmReversedAxis === 'C' ? DEPTH_GRANULE : limit(C);
  return { granule, maxBlock: hwc(limit(H), limit(W), depth) };
}

/** The stripe of the OFM, in the order in which it is computed. */
function computedOfm(op: CostOp, stripeH: number): Hwc {
  const order = op.ofmOrder;
  const [, , w, c] = op.ofm.shape;
  if (order === undefined) return hwc(stripeH, w, c);
  const axis = (computed: number): number => op.ofm.shape[order.indexOf(computed)]!;
  return hwc(axis(H), axis(W), axis(C));
}

/** The part of an input that a stripe of `rows` needs. */
const inputOf = (view: CostView, rows: number): Hwc =>
  hwc(Math.min(view.shape[1], rows), view.shape[2], view.shape[3]);

function blocksOf(s: BlockSearch, inputs: readonly Hwc[]): Blocks | undefined {
  switch (s.opClass) {
    case 'elementwise':
      return elementwiseBlocks(s, inputs.length > 1 ? [inputs[0]!, inputs[1]!] : undefined);
    case 'depthwise':
    case 'reduce-minmax':
    case 'argmax':
      return poolingBlocks(s, 0);
    case 'pool':
      return s.op.kind === 'MemoryCopy' ? generalBlocks(s) : poolingBlocks(s, 0);
    case 'reduce-sum': {
      const shallow = s.ifmBits === 32 || (s.acc.macsPerCycle <= 256 && s.ublock.c === 16);
      return poolingBlocks(s, shallow ? 32 : 64);
    }
    default:
      return generalBlocks(s);
  }
}

/**
 * The block config of an operation that produces `stripeH` rows of its OFM at a time;
 * docs/model/cycles-u85.md#block-config.
 *
 * @param sparse for weights in the 2:4-sparse format
 * @returns undefined if no ublock may run the operation or no block fits the buffers
 */
export function findU85Config(
  op: CostOp,
  acc: U85Accelerator,
  stripeH: number,
  sparse: boolean,
): U85Config | undefined {
  const opClass = u85ClassOf(op.kind);
  if (opClass === 'dma') return NO_BLOCKS;
  const first = op.ifms[0];
  if (first === undefined) return undefined;
  const k = op.kernel;
  const striped = stripeH < op.ofm.shape[1];
  const rows = striped ? requiredIfm(stripeH, k.strideH, k.height, k.dilationH, op.upscale) : Infinity;
  const inputs = op.ifms.map((view) => inputOf(view, rows));
  const ifm = inputs.reduce((larger, next) => (volumeOf(next) > volumeOf(larger) ? next : larger));
  const ofm = computedOfm(op, stripeH);
  const partKernel =
    opClass === 'conv' && op.ifms.length === 1 && isPartKernelFirst(ifm.c, k.height * k.width, sparse);
  const ublock = chooseUblock(op, opClass, acc, ofm, partKernel);
  if (ublock === undefined) return undefined;
  const accumulatorBits = accumulatorBitsOf(op, opClass);
  const blocks = blocksOf(
    {
      op,
      opClass,
      acc,
      ublock,
      ofm,
      ifm,
      ifmBits: first.bits,
      accumulatorBits,
      dilatedH: k.dilationH * (k.height - 1) + 1,
      dilatedW: k.dilationW * (k.width - 1) + 1,
      partKernel,
      sparse,
      ...blockLimits(op, ublock),
    },
    inputs,
  );
  if (blocks === undefined) return undefined;
  return {
    ofmH: blocks.ofm.h,
    ofmW: blocks.ofm.w,
    ofmC: blocks.ofm.c,
    ifmH: blocks.ifm.h,
    ifmW: blocks.ifm.w,
    ifmC: blocks.ifm.c,
    traversal: opClass === 'depthwise' ? 'depthwise' : partKernel ? 'part-kernel' : 'depth-first',
    ublock: [ublock.h, ublock.w, ublock.c],
    accumulatorBits,
    sparse,
    fast: false,
  };
}
