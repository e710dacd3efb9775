import { CHAINING_SLOTS, DEPTH_GRANULE } from '../../npu/u85-tables.js';
import { volume } from '../integers.js';
import { evenTile, hwc, minOf, roundUpTo, type Blocks, type BlockSearch, type Hwc } from './block-search.js';

/** Places in the chaining buffer for elements of that width. */
export const chainingWidth = (chainingBuffer: number, bits: number): number =>
  Math.floor(Math.floor(chainingBuffer / CHAINING_SLOTS) / (16 * Math.floor(bits / 8)));

/** Enlarges one axis by a whole factor out of what another one has to spare: [axis, spare axis]. */
function reapportion(value: number, limit: number, spare: number, need: number): [number, number] {
  const factor = Math.min(Math.floor(spare / need), Math.floor(limit / value));
  return factor >= 2 ? [value * factor, Math.floor(spare / factor)] : [value, spare];
}

/** Shapes of both inputs in the stripe, where the operation has two. */
export type InputPair = readonly [first: Hwc, second: Hwc];

/** Blocks of an elementwise operation; its IFM block is its OFM block. docs/model/cycles-u85.md#elementwise-blocks. */
export function elementwiseBlocks(s: BlockSearch, inputs: InputPair | undefined): Blocks {
  const { granule, ublock, acc } = s;
  const whole = roundUpTo(s.ofm, granule);
  const limit = minOf(whole, s.maxBlock);
  const outputWidth = Math.floor(Math.floor((acc.outputBuffer * 8) / s.ifmBits) / granule.c);
  const chainWidth = Math.floor(chainingWidth(acc.chainingBuffer, s.ifmBits) / ublock.h);
  let h = evenTile(whole.h, granule.h, limit.h);
  const need = Math.max(evenTile(whole.w, granule.w, Math.min(outputWidth, limit.w)), granule.w);
  let [c, w] = reapportion(granule.c, limit.c, outputWidth, need);

  const scalar = s.op.ifms.some((view) => volume(view.shape) === 1);
  if (inputs !== undefined && !scalar) {
    const [a, b] = inputs;
    const broadcast = (axis: 'h' | 'w' | 'c'): boolean => Math.min(a[axis], b[axis]) < s.ofm[axis];
    if (broadcast('c')) {
      c = evenTile(whole.c, granule.c, limit.c);
      w = chainWidth;
      if (!broadcast('h') && !broadcast('w')) [h, w] = reapportion(ublock.h, limit.h, w, need);
    } else if (broadcast('h')) {
      [c, w] = reapportion(DEPTH_GRANULE, limit.c, chainWidth, need);
    }
  }
  const ofm = roundUpTo(hwc(h, w, c), granule);
  return { ofm, ifm: ofm };
}
