import type { U55Accelerator } from '../../npu/u55-tables.js';
import type { Traversal } from '../../weights/encoding.js';
import { ceilDiv, roundUp } from '../integers.js';
import type { BlockConfig } from '../model.js';
import { requiredIfm, type CostOp, type OpClass } from '../operation.js';
import { deepestIfmBlock, MAX_SUB_KERNEL } from './mac-steps.js';

/** Blocks in which an operation is executed; docs/model/cycles-u55-u65.md#block-search. */
export interface U55Config extends BlockConfig {
  readonly accumulatorBits: 32 | 40;
  /** MatMul: the block of the reduction that follows the multiplication. */
  readonly reduction?: U55Config;
}

/** Largest OFM block. */
export const MAX_OFM_H = 32;
export const MAX_OFM_W = 64;
const MAX_OFM_C = 128;
const SPLIT_DEPTH = 16;
const BANK_BYTES = 1024;
const OUTPUT_BANKS = 2;
const LUT_BANKS = 2;

interface Search {
  readonly opClass: OpClass;
  readonly ofm: readonly [n: number, h: number, w: number, c: number];
  readonly ifm: readonly [n: number, h: number, w: number, c: number];
  readonly ifmBits: number;
  readonly kernelH: number;
  readonly kernelW: number;
  readonly dilatedH: number;
  readonly dilatedW: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly upscale: CostOp['upscale'];
  /** An elementwise operation with a one-element input keeps only one input in SHRAM. */
  readonly scalarInput: boolean;
  readonly accumulatorBits: 32 | 40;
  readonly usesLut: boolean;
}

const fround = Math.fround;

/**
 * The traversal that a convolution's shapes lead to (docs/model/cycles-u55-u65.md#traversal); K = kernel elements, D =
 * IFM depth.
 */
export function convolutionTraversal(depth: number, kernelElements: number, ifmBits: number): Traversal {
  if (depth <= 8) return 'part-kernel';
  const wide = ifmBits !== 8;
  const depthUtilisation = depth / roundUp(depth, wide ? 16 : 32);
  const partUtilisation =
    (depth / roundUp(depth, 8)) * (kernelElements / roundUp(kernelElements, wide ? 2 : 4));
  return partUtilisation >= depthUtilisation ? 'part-kernel' : 'depth-first';
}

/** The traversal of an operation of any class. */
export const traversalOf = (
  opClass: OpClass,
  depth: number,
  kernelElements: number,
  ifmBits: number,
): Traversal => {
  if (opClass === 'conv') return convolutionTraversal(depth, kernelElements, ifmBits);
  return opClass === 'depthwise' ? 'depthwise' : 'depth-first';
};

/** Size of the IFM block axis that n elements of the OFM block need. */
function ifmBlockAxis(n: number, stride: number, kernel: number, upscale: Search['upscale']): number {
  const needed = (n - 1) * stride + kernel + (upscale === 'nearest' ? 1 : 0);
  return upscale === 'none' ? needed : Math.ceil(needed / 2);
}

/** The cheapest block that fits the SHRAM, or undefined if none does. */
function search(s: Search, acc: U55Accelerator): U55Config | undefined {
  const [batch, OH, OW, OD] = s.ofm;
  const [ifmN, IH, IW, D] = s.ifm;
  const [uh, uw, ud] = acc.ofmUblock;
  const elementwise = s.opClass === 'elementwise';
  const equalDepth = elementwise || s.opClass === 'pool' || s.opClass === 'depthwise';
  const kernelElements = s.kernelH * s.kernelW;
  const traversal = traversalOf(s.opClass, D, kernelElements, s.ifmBits);
  const ifmDepth = roundUp(Math.min(D, deepestIfmBlock(traversal, s.ifmBits)), s.ifmBits === 16 ? 4 : 8);
  const lutStart = acc.shramBanks - Math.max(s.usesLut ? LUT_BANKS : 0, acc.reservedEndBanks);
  const ifmGranule = s.ifmBits === 32 ? acc.granules.ifm32 : acc.granules.ifm;
  const accGranule = s.accumulatorBits === 40 ? acc.granules.accumulator40 : acc.granules.accumulator32;
  const repeats = ceilDiv(s.dilatedW, MAX_SUB_KERNEL) * ceilDiv(s.dilatedH, MAX_SUB_KERNEL);
  const subH = Math.min(s.dilatedH, MAX_SUB_KERNEL);
  const subW = Math.min(s.dilatedW, MAX_SUB_KERNEL);
  const weightArea = s.opClass === 'conv' || s.opClass === 'depthwise' ? kernelElements : 0;
  const ofmVolume = fround(batch * OH * OW * OD);
  const ifmVolume = ifmN * IH * IW * D;
  const ifmArea = fround(IH * IW);
  const oneRow = OH === 1 && s.kernelH === 1 && uh === 2;

  const maxH = roundUp(Math.min(OH, MAX_OFM_H), uh);
  const maxW = roundUp(Math.min(OW, MAX_OFM_W), uw);
  const maxD = roundUp(Math.min(OD, MAX_OFM_C), ud);
  const failed = new Uint8Array((maxH + 1) * (maxW + 1));
  const nextDepth = (d: number): number => (d < OD ? roundUp(d, SPLIT_DEPTH) : d);

  let best: U55Config | undefined;
  let bestCost = Infinity;
  let bestCoverage = Infinity;
  for (let d = nextDepth(Math.max(ud, Math.min(maxD, SPLIT_DEPTH))); d <= maxD; d = nextDepth(d + ud)) {
    const id = equalDepth ? d : ifmDepth;
    const brick = roundUp((id * s.ifmBits) / 8, 8);
    const fbD = ceilDiv(OD, d);
    const depthCovered = fround(fround(OD / d) * d);
    for (let h = uh; h <= maxH; h += uh) {
      const fh = oneRow ? Math.min(h, OH) : h;
      const ih = roundUp(ifmBlockAxis(h, s.strideH, subH, s.upscale), uh);
      const fbH = ceilDiv(OH, fh);
      const by = fround(OH / fh);
      for (let w = uw; w <= maxW; w += uw) {
        const pair = h * (maxW + 1) + w;
        if (failed[pair] === 1) continue;
        const iw = roundUp(ifmBlockAxis(w, s.strideW, subW, s.upscale), uw);
        const ifmBanks = roundUp(2 * ceilDiv(ih * iw * brick, BANK_BYTES), ifmGranule);
        const ifmEnd = OUTPUT_BANKS + ifmBanks;
        const fits = elementwise
          ? ifmEnd + (s.scalarInput ? 0 : ifmBanks) <= lutStart
          : ifmEnd <=
            lutStart -
              roundUp(
                2 * ceilDiv(Math.floor((fh * w * roundUp(d, 8) * s.accumulatorBits) / 8), BANK_BYTES),
                accGranule,
              );
        if (!fits) {
          failed[pair] = 1;
          continue;
        }
        const fbW = ceilDiv(OW, w);
        let cost: number;
        if (elementwise) {
          cost = fround(ofmVolume / fround(h * w * d));
        } else {
          let weightReads = fround(Math.imul(Math.imul(Math.imul(weightArea, D), fbH), fbW));
          if (s.opClass !== 'depthwise') weightReads = fround(weightReads * depthCovered);
          let ifmReads = fround(Math.imul(Math.imul(Math.imul(ih, iw), D), repeats));
          ifmReads = fround(fround(ifmReads * fround(OW / w)) * by);
          if (!equalDepth) ifmReads = fround(ifmReads * fround(fbD));
          cost = fround(fround(ifmReads + weightReads) / ofmVolume);
        }
        if (ifmVolume < 2 * ih * iw * id) cost = fround(cost / 2);
        if (cost > bestCost) continue;
        if (cost === bestCost) {
          const coverage = fround(ifmArea / fround(Math.max(1, Math.min(IH, ih) * Math.min(IW, iw))));
          if (!(coverage <= bestCoverage && h <= 4 && w <= 4)) continue;
          bestCoverage = coverage;
        } else {
          bestCost = cost;
          bestCoverage = Infinity;
        }
        best = {
          ofmH: h,
          ofmW: w,
          ofmC: d,
          ifmH: ih,
          ifmW: iw,
          ifmC: id,
          traversal,
          accumulatorBits: s.accumulatorBits,
        };
      }
    }
  }
  return best;
}

const UNIT_KERNEL = {
  kernelH: 1,
  kernelW: 1,
  dilatedH: 1,
  dilatedW: 1,
  strideH: 1,
  strideW: 1,
  upscale: 'none',
} as const;

/** A shape made small enough for a MatMul's block (docs/model/cycles-u55-u65.md#matmul-blocks). */
function fitToBlock(shape: readonly [number, number, number, number]): [number, number, number, number] {
  const axis = shape[1] > MAX_OFM_H ? 1 : 2;
  const limit = axis === 1 ? MAX_OFM_H : MAX_OFM_W;
  const result: [number, number, number, number] = [...shape];
  if (shape[axis] <= limit) {
    for (const divider of [3, 2]) {
      if (shape[axis] >= 4 * divider) {
        result[axis] = ceilDiv(shape[axis], divider);
        break;
      }
    }
  }
  return result;
}

function matmulConfig(op: CostOp, acc: U55Accelerator): U55Config | undefined {
  const ifm = op.ifms[0]!;
  const ofm = op.ofm.shape;
  const fitted = fitToBlock(ifm.shape);
  const common = { ...UNIT_KERNEL, usesLut: op.usesLut };
  const product = search(
    {
      ...common,
      opClass: 'elementwise',
      ofm: fitted,
      ifm: fitted,
      ifmBits: ifm.bits,
      scalarInput: false,
      accumulatorBits: 32,
    },
    acc,
  );
  const reduction = search(
    {
      ...common,
      opClass: 'reduce-sum',
      ofm: fitToBlock([1, ofm[1], ifm.shape[2], 1]),
      ifm: fitted,
      ifmBits: 32,
      scalarInput: false,
      accumulatorBits: 32,
    },
    acc,
  );
  return product && reduction ? { ...product, reduction } : undefined;
}

/**
 * The block config of an operation that produces `stripeH` rows of its OFM at a time.
 *
 * @returns undefined if no block fits the SHRAM
 */
export function findBlockConfig(op: CostOp, acc: U55Accelerator, stripeH: number): U55Config | undefined {
  if (op.opClass === 'matmul') return matmulConfig(op, acc);
  const [first, second] = op.ifms;
  if (first === undefined) return undefined;
  const k = op.kernel;
  const striped = stripeH < op.ofm.shape[1];
  const neededH = requiredIfm(stripeH, k.strideH, k.height, k.dilationH, op.upscale);
  const shapeOf = (view: { shape: CostOp['ofm']['shape'] }): CostOp['ofm']['shape'] =>
    striped ? [view.shape[0], Math.min(neededH, view.shape[1]), view.shape[2], view.shape[3]] : view.shape;
  const elements = (s: CostOp['ofm']['shape']): number => s[0] * s[1] * s[2] * s[3];
  let ifm = shapeOf(first);
  if (second !== undefined && elements(shapeOf(second)) > elements(ifm)) ifm = shapeOf(second);
  // A Transpose writes what it reads block by block, so its blocks are those of the IFM.
  let ofm: CostOp['ofm']['shape'] =
    op.opClass === 'transpose' ? first.shape : [op.ofm.shape[0], stripeH, op.ofm.shape[2], op.ofm.shape[3]];
  let ifmBits = first.bits;
  if (op.kind === 'MemoryCopy' && ifmBits >= 32) {
    const parts = ifmBits / 16;
    ifmBits = 16;
    ifm = [ifm[0], ifm[1], ifm[2], ifm[3] * parts];
    ofm = [ofm[0], ofm[1], ofm[2], ofm[3] * parts];
  }
  const isScalar = (view: { shape: CostOp['ofm']['shape'] } | undefined): boolean =>
    view !== undefined && elements(view.shape) === 1;
  return search(
    {
      opClass: op.opClass,
      ofm,
      ifm,
      ifmBits,
      kernelH: k.height,
      kernelW: k.width,
      dilatedH: k.dilationH * (k.height - 1) + 1,
      dilatedW: k.dilationW * (k.width - 1) + 1,
      strideH: k.strideH,
      strideW: k.strideW,
      upscale: op.upscale,
      scalarInput: (isScalar(first) || isScalar(second)) && ifmBits <= 16,
      accumulatorBits: ifmBits === 16 && op.scaled && op.opClass !== 'pool' ? 40 : 32,
      usesLut: op.usesLut,
    },
    acc,
  );
}
