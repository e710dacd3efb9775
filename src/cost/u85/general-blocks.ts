import { DEPTH_GRANULE } from '../../npu/u85-tables.js';
import { ceilDiv, roundUp } from '../integers.js';
import {
  allocationUnit,
  brickDepth,
  hwc,
  ifmBlockH,
  ifmBlockW,
  subKernels,
  type Blocks,
  type BlockSearch,
  type Hwc,
} from './block-search.js';
import { chainingWidth } from './elementwise-blocks.js';

const fround = Math.fround;
const MAX_RESIZE_WIDTH = 128;

/** Depth of the IFM block where it does not follow the OFM block's. */
function fixedIfmDepth(s: BlockSearch): number {
  if (s.partKernel) return 16;
  if (s.ifmBits === 32 || (s.acc.macsPerCycle <= 256 && s.ublock.c === 16 && !s.sparse)) return 32;
  return s.sparse && s.ifmBits === 8 ? 128 : 64;
}

/** Step and end of the range of OFM blocks. */
function searchRange(s: BlockSearch): { step: Hwc; end: Hwc } {
  const { ublock, granule, maxBlock, ofm } = s;
  const step = hwc(
    Math.max(ublock.h, granule.h),
    Math.max(ublock.w, granule.w),
    Math.max(ublock.c, granule.c),
  );
  const axis = (n: number, limit: number, least: number, unit: number): number =>
    roundUp(Math.max(Math.min(n, limit), least), unit);
  const end = hwc(
    axis(ofm.h, maxBlock.h, step.h, ublock.h),
    axis(ofm.w, maxBlock.w, step.w, ublock.w),
    axis(ofm.c, maxBlock.c, step.c, ublock.c),
  );
  if (s.opClass === 'resize') {
    const [n, d] = s.op.resizeScale ?? [1, 1];
    const places = chainingWidth(s.acc.chainingBuffer, s.ifmBits);
    const width = Math.max(1, Math.min(Math.ceil(((places - 2) * n + 1) / d), MAX_RESIZE_WIDTH));
    return { step: hwc(1, Math.min(step.w, width), step.c), end: hwc(1, width, DEPTH_GRANULE) };
  }
  return { step, end };
}

/**
 * The cheapest blocks for convolutions, products, resizing and copies; docs/model/cycles-u85.md#general-blocks.
 *
 * @returns undefined if nothing fits
 */
export function generalBlocks(s: BlockSearch): Blocks | undefined {
  return search(s, 2) ?? search(s, 1);
}

/** The search with so many buffers for IFM and accumulators. */
function search(s: BlockSearch, buffers: number): Blocks | undefined {
  const { ublock, ifm, ofm, opClass, acc } = s;
  const { upscale, kernel } = s.op;
  const resize = opClass === 'resize';
  const equalDepth = resize || s.op.kind === 'MemoryCopy';
  const product = opClass === 'vector-product';
  const byVolume = resize || opClass === 'matmul';
  const { step, end } = searchRange(s);
  const fixedDepth = fixedIfmDepth(s);
  const bytes = Math.floor(s.ifmBits / 8);
  const repeats = subKernels(s);
  const weightRow = fround((opClass === 'conv' ? kernel.width * kernel.height : 0) * ifm.c);
  const ofmVolume = fround(ofm.h * ofm.w * ofm.c);
  const ifmVolume = ifm.h * ifm.w * ifm.c;
  const ifmArea = fround(ifm.h * ifm.w);
  const nextDepth = (c: number): number => (c < ofm.c ? roundUp(c, DEPTH_GRANULE) : c);

  // What does not fit at some height or width fits at no larger one, nor (while the unit stays) at a larger depth.
  let heightLimit = end.h;
  const widthLimit = new Int32Array(end.h + 1).fill(end.w);
  let lastUnit: Hwc | undefined;
  let best = Infinity;
  let bestCover = Infinity;
  let bestH = 0;
  let bestW = 0;
  let bestC = 0;
  let bestIfmH = 0;
  let bestIfmW = 0;
  for (
    let c = nextDepth(Math.max(ublock.c, Math.min(end.c, DEPTH_GRANULE)));
    c <= end.c;
    c = nextDepth(c + ublock.c)
  ) {
    const depth = equalDepth ? c : fixedDepth;
    const unit = allocationUnit(ublock, depth, s.ifmBits);
    if (
      equalDepth &&
      lastUnit !== undefined &&
      (lastUnit.h !== unit.h || lastUnit.w !== unit.w || lastUnit.c !== unit.c)
    ) {
      heightLimit = end.h;
      widthLimit.fill(end.w);
    }
    lastUnit = unit;
    const ifmC = roundUp(depth, unit.c);
    const bufferedDepth = roundUp(equalDepth ? c : Math.min(ifmC, ifm.c), unit.c);
    const accumulatorRow = brickDepth(c) * s.accumulatorBits;
    const fullC = fround(ceilDiv(ofm.c, c));
    const depthCovered = fround(fround(ofm.c / c) * c);
    for (let h = step.h; h <= heightLimit; h += step.h) {
      const ifmH = ifmBlockH(s, h, unit, upscale);
      const fullH = ceilDiv(ofm.h, h);
      const by = fround(ofm.h / h);
      const lastW = widthLimit[h]!;
      for (let w = step.w; w <= lastW; w += step.w) {
        const ifmW = ifmBlockW(s, w, unit, upscale);
        const fits =
          resize ||
          (ifmH * ifmW * bufferedDepth * bytes * buffers <= acc.ifmBuffer &&
            Math.floor((h * w * accumulatorRow) / 8) * buffers <= acc.accumulatorBuffer);
        if (!fits) {
          widthLimit[h] = w - 1;
          if (w === step.w) heightLimit = h - 1;
          break;
        }
        let cost: number;
        if (product) cost = fround(1 / (h * w));
        else if (byVolume) cost = fround(ofmVolume / fround(h * w * c));
        else {
          const weightReads = fround(fround(weightRow * fround(fullH * ceilDiv(ofm.w, w))) * depthCovered);
          let ifmReads = fround(fround(fround(ifmH * ifmW) * ifm.c) * repeats);
          ifmReads = fround(fround(ifmReads * fround(ofm.w / w)) * by);
          if (!equalDepth) ifmReads = fround(ifmReads * fullC);
          cost = fround(fround(ifmReads + weightReads) / ofmVolume);
        }
        if (ifmVolume < 2 * (ifmH * ifmW * ifmC)) cost = fround(cost / 2);
        if (cost > best) continue;
        if (cost === best) {
          const covered = Math.max(Math.min(ifm.h, ifmH) * Math.min(ifm.w, ifmW), 1);
          const cover = fround(ifmArea / fround(covered));
          if (!(cover <= bestCover && ((h <= 4 && w <= 4) || opClass === 'matmul'))) continue;
          bestCover = cover;
        } else {
          best = cost;
          bestCover = Infinity;
        }
        bestH = h;
        bestW = w;
        bestC = c;
        bestIfmH = ifmH;
        bestIfmW = ifmW;
      }
    }
  }
  if (bestC === 0) return undefined;
  return {
    ofm: hwc(bestH, bestW, bestC),
    ifm: hwc(bestIfmH, bestIfmW, equalDepth ? bestC : fixedDepth),
  };
}
