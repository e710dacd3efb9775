import {
  allocationUnit,
  hwc,
  ifmBlockH,
  ifmBlockW,
  roundUpTo,
  volumeOf,
  type Blocks,
  type BlockSearch,
} from './block-search.js';
import { roundUp } from '../integers.js';
import { fitArea } from './area-fit.js';

/**
 * Blocks of depthwise convolutions, poolings and reductions: the fitted area, made smaller until one more row of IFM
 * fits beside the IFM block. docs/model/cycles-u85.md#pooling-blocks.
 *
 * @param fixedDepth depth of the IFM block; 0 for that of the OFM block
 * @returns undefined if nothing fits
 */
export function poolingBlocks(s: BlockSearch, fixedDepth: number): Blocks | undefined {
  const start = fitArea(s, fixedDepth);
  if (start === undefined) return undefined;
  const { granule } = s;
  const whole = roundUpTo(s.ofm, granule);
  const ifmRoom = Math.floor((s.acc.ifmBuffer * 8) / s.ifmBits);
  let { h, w, c } = start;
  let force = 0;
  for (;;) {
    const depth = fixedDepth === 0 ? c : fixedDepth;
    const unit = allocationUnit(s.ublock, depth, s.ifmBits);
    const ifm = hwc(ifmBlockH(s, h, unit, 'none'), ifmBlockW(s, w, unit, 'none'), roundUp(depth, unit.c));
    const row = ifmBlockH(s, granule.h, unit, 'none') * ifm.w * ifm.c;
    const done = { ofm: hwc(h, w, c), ifm };
    if (h >= whole.h && w >= whole.w && c >= whole.c) return done;
    if (ifmRoom - volumeOf(ifm) >= row) return done;
    if ((h !== whole.h || (force & 2) !== 0) && h > granule.h) h -= granule.h;
    else if ((c > w || (force & 1) !== 0) && c > unit.c) c -= unit.c;
    else if ((w !== whole.w || (force & 4) !== 0) && w > granule.w) w -= granule.w;
    else if (force !== 7) force = 2 * force + 1;
    else if (c > granule.c) c = Math.max(Math.floor(c / 2), granule.c);
    else return done;
  }
}
