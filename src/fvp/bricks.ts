import type { Format } from '../cost/operation.js';
import type { Shape4 } from '../lowering/operations.js';
import { BRICK, LONGEST_BURST } from './constants.js';

/** Bricks of the channels of one pixel. */
export const bricksPerPixel = (channels: number): number => Math.ceil(channels / BRICK);

/** Bricks of a whole map. */
export const bricksOf = ([, h, w, c]: Shape4): number => h * w * bricksPerPixel(c);

/**
 * Bytes of one burst of a map; docs/model/fvp.md#bursts. Plain maps are read pixel by pixel where a block holds only a
 * part of their channels.
 *
 * @param blockW width of a block, in the map
 * @param blockC its channels
 */
export function burstOf(format: Format, blockW: number, blockC: number, [, , w, c]: Shape4): number {
  const pixels = Math.min(blockW, w);
  if (format === 'NHCWB16') return Math.min(LONGEST_BURST, BRICK * pixels);
  return Math.min(LONGEST_BURST, c <= blockC ? c * pixels : blockC);
}
