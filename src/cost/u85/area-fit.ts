import { DEPTH_GRANULE } from '../../npu/u85-tables.js';
import { roundDown, roundUp } from '../integers.js';
import {
  allocationUnit,
  hwc,
  ifmBlockH,
  ifmBlockW,
  minOf,
  roundUpTo,
  volumeOf,
  type BlockSearch,
  type Hwc,
} from './block-search.js';

const RETRIES = 25;

/** The tile of at most t that leaves the fullest last tile; docs/model/cycles-u85.md#area-fit. */
function fullestTile(range: number, granule: number, t: number): number {
  if (range % t === 0) return t;
  const even = Math.max(roundUp(Math.floor(range / (Math.floor(range / t) + 1)), granule), granule);
  const first = Math.max(even - 2 * granule, Math.floor((even + 1) / 2), granule);
  let best = t;
  let bestRest = range % t;
  for (let x = t; x >= first; x -= granule) {
    const rest = range % x || x;
    if (rest > bestRest) {
      best = x;
      bestRest = rest;
    }
  }
  return best;
}

/** An area of `fit` elements in the OFM's proportions, at least one granule: [h, w]. */
function proportionedArea(fit: number, aspect: number, granule: Hwc): [number, number] {
  let w = Math.sqrt(fit / aspect);
  let h = w * aspect;
  if (h < 1) {
    w *= h;
    h = 1;
  } else if (w < 1) {
    h *= w;
    w = 1;
  }
  return [
    roundDown(Math.max(Math.trunc(h), granule.h), granule.h),
    roundDown(Math.max(Math.trunc(w), granule.w), granule.w),
  ];
}

/**
 * The largest area that fits the accumulators and the IFM buffer at a depth of c; undefined if none does.
 *
 * @param ifmDepth depth of the IFM block
 */
function fitAtDepth(
  s: BlockSearch,
  whole: Hwc,
  limit: Hwc,
  c: number,
  ifmDepth: number,
  unit: Hwc,
): Hwc | undefined {
  const { granule, ublock } = s;
  const accumulators = Math.floor((s.acc.accumulatorBuffer * 8) / s.accumulatorBits);
  const ifmRoom = Math.floor((s.acc.ifmBuffer * 8) / s.ifmBits);
  const step = ublock.h * ublock.w * DEPTH_GRANULE;
  const ifmVolume = volumeOf(roundUpTo(s.ifm, unit));
  const blockC = roundUp(ifmDepth, unit.c);
  let room = accumulators;
  let previous = -1;
  let retries = RETRIES;
  for (;;) {
    let [h, w] = proportionedArea(Math.floor(room / c), whole.h / whole.w, granule);
    w = Math.min(w, limit.w);
    h = Math.min(h, limit.h);
    const area = w * h;
    if (w < whole.w) {
      w = fullestTile(whole.w, granule.w, w);
      h = Math.max(roundDown(Math.floor(area / w), granule.h), granule.h);
    }
    const taken = w * h * c;
    const accumulatorRatio = accumulators / taken;
    const required = Math.min(
      ifmBlockH(s, h, unit, 'none') * ifmBlockW(s, w, unit, 'none') * blockC,
      ifmVolume,
    );
    let ifmRatio = ifmRoom / required;
    if (accumulatorRatio >= 1 && ifmRatio >= 1) return hwc(h, w, c);
    if (taken === previous) {
      retries--;
      if (retries <= 0) ifmRatio = 0.9;
    }
    previous = taken;
    if (ifmRatio < 1 && accumulatorRatio > 1) room = Math.min(room, taken);
    let next = Math.trunc(Math.floor(room / step) * Math.min(ifmRatio, accumulatorRatio)) * step;
    if (next === room) next = room - step;
    if (next < step) return undefined;
    room = next;
  }
}

/**
 * OFM block by area: of all depths the one whose fitted area covers the OFM best; docs/model/cycles-u85.md#area-fit.
 *
 * @param fixedDepth depth of the IFM block; 0 for that of the OFM block
 * @returns undefined if nothing fits
 */
export function fitArea(s: BlockSearch, fixedDepth: number): Hwc | undefined {
  const whole = roundUpTo(s.ofm, s.granule);
  const limit = minOf(whole, s.maxBlock);
  const accumulators = Math.floor((s.acc.accumulatorBuffer * 8) / s.accumulatorBits);
  const step = s.ublock.h * s.ublock.w * DEPTH_GRANULE;
  const deep = s.dilatedH === 1 && s.dilatedW === 1;
  const area = deep ? whole.w * whole.c : whole.h * whole.w;
  const depthLimit = Math.min(Math.max(s.acc.macsPerCycle, Math.floor(accumulators / step)), limit.c);
  let result: Hwc | undefined;
  let best = Infinity;
  for (let c = DEPTH_GRANULE; c <= depthLimit; c += DEPTH_GRANULE) {
    const ifmDepth = fixedDepth === 0 ? c : fixedDepth;
    const unit = allocationUnit(s.ublock, ifmDepth, s.ifmBits);
    const block = fitAtDepth(s, whole, limit, c, ifmDepth, unit);
    if (block === undefined) break;
    const used = c % unit.c || unit.c;
    const waste = 1 + (unit.c - used) / unit.c / 10;
    const depthFit = 1 + Math.abs(1 - limit.c / c) / 10;
    const cover = 1 + Math.abs(1 - area / (block.w * (deep ? c : block.h)));
    const metric = cover * depthFit * waste;
    if (metric < best) {
      best = metric;
      result = block;
      if (c >= whole.c && block.w >= whole.w && block.h >= whole.h) return whole;
    }
  }
  return result;
}
