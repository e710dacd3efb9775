import { DEPTH_GRANULE, type U85Accelerator, type U85Class, type Ublock } from '../../npu/u85-tables.js';
import { roundUp } from '../integers.js';
import type { CostOp } from '../operation.js';

/** A shape or a block. */
export interface Hwc {
  readonly h: number;
  readonly w: number;
  readonly c: number;
}

/** OFM block, and the IFM block that it needs. */
export interface Blocks {
  readonly ofm: Hwc;
  readonly ifm: Hwc;
}

/** What a search for blocks depends on; shapes are those of the stripe, in the order in which they are computed. */
export interface BlockSearch {
  readonly op: CostOp;
  readonly opClass: U85Class;
  readonly acc: U85Accelerator;
  readonly ublock: Ublock;
  readonly ofm: Hwc;
  /** The larger one of two. */
  readonly ifm: Hwc;
  readonly ifmBits: number;
  readonly accumulatorBits: 32 | 64;
  readonly dilatedH: number;
  readonly dilatedW: number;
  readonly partKernel: boolean;
  readonly sparse: boolean;
  readonly granule: Hwc;
  readonly maxBlock: Hwc;
}

export const hwc = (h: number, w: number, c: number): Hwc => ({ h, w, c });

export const volumeOf = (s: Hwc): number => s.h * s.w * s.c;

export const minOf = (a: Hwc, b: Hwc): Hwc => hwc(Math.min(a.h, b.h), Math.min(a.w, b.w), Math.min(a.c, b.c));

export const roundUpTo = (a: Hwc, step: Hwc): Hwc =>
  hwc(roundUp(a.h, step.h), roundUp(a.w, step.w), roundUp(a.c, step.c));

/** Kernel rows and columns that the MAC array takes at once. */
const SUB_KERNEL = 8;

/**
 * Unit in which the IFM buffer is allotted for rows of that many elements of depth;
 * docs/model/cycles-u85.md#allocation-units.
 */
export function allocationUnit(ublock: Ublock, depth: number, bits: number): Hwc {
  const row = depth * bits;
  const [h, w, words] = ublock.allocationUnits[row <= 128 ? 0 : row <= 256 ? 1 : 2];
  return hwc(h, w, Math.floor((words * 128) / bits));
}

function ifmAxis(n: number, stride: number, dilated: number, upscale: CostOp['upscale']): number {
  const needed = (n - 1) * stride + Math.min(dilated, SUB_KERNEL) + (upscale === 'nearest' ? 1 : 0);
  return upscale === 'none' ? needed : Math.ceil(needed / 2);
}

/** Rows of the IFM block for an OFM block of h rows (docs/model/cycles-u85.md#ifm-block), in whole allocation units. */
export const ifmBlockH = (s: BlockSearch, h: number, unit: Hwc, upscale: CostOp['upscale']): number =>
  roundUp(ifmAxis(h, s.op.kernel.strideH, s.dilatedH, upscale), unit.h);

/** Columns of the IFM block for an OFM block of w columns. */
export const ifmBlockW = (s: BlockSearch, w: number, unit: Hwc, upscale: CostOp['upscale']): number =>
  roundUp(ifmAxis(w, s.op.kernel.strideW, s.dilatedW, upscale), unit.w);

/** Sub-kernels that a dilated kernel is cut into. */
export const subKernels = (s: BlockSearch): number =>
  Math.ceil(s.dilatedW / SUB_KERNEL) * Math.ceil(s.dilatedH / SUB_KERNEL);

/** `t` or, if it does not divide `range`, the smaller tile that spreads it evenly over one tile more. */
export function evenTile(range: number, granule: number, t: number): number {
  if (range % t === 0) return t;
  return Math.max(roundUp(Math.floor(range / (Math.floor(range / t) + 1)), granule), granule);
}

export const brickDepth = (c: number): number => roundUp(c, DEPTH_GRANULE);
