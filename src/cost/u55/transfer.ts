import type { Format } from '../operation.js';

/**
 * Bytes that `count` bytes of a feature map cost on the bus, waste of short bursts included;
 * docs/model/cycles-u55-u65.md#bursts.
 *
 * @param bits element width · @param blockW @param blockC the unclipped block · @param shapeW @param shapeC the
 * feature map's shape
 */
export function transfer(
  direction: 'read' | 'write',
  burstLength: number,
  format: Format,
  bits: number,
  blockW: number,
  blockC: number,
  shapeW: number,
  shapeC: number,
  cores: number,
  count: number,
): number {
  const wholeBlock = bits * blockW * blockC;
  let burst: number;
  if (format === 'NHCWB16') {
    if (Math.floor((shapeW * bits * 16) / 8) === blockC) burst = wholeBlock;
    else burst = 16 * bits * blockW * (direction === 'write' ? cores : 1);
  } else {
    const dense = Math.floor((shapeC * bits) / 8) === blockC;
    if (direction === 'read') burst = dense ? wholeBlock : bits * blockC;
    else if (blockC <= 16 && dense) burst = wholeBlock;
    else burst = Math.min(512, 16 * bits * cores, blockC * bits);
  }
  const burstBytes = Math.min(burstLength, Math.floor(burst / 8));
  return Math.trunc((count * burstLength) / burstBytes);
}
