import { EDGE, type CyclesParts } from './model.js';

/**
 * Run cycles of an operation with MACs, block after block: the MACs of a block are done while the one before leaves
 * through the output stage, and a block takes at least a quarter of all its steps one after another.
 *
 * @param macBlock cycles of a block's MACs
 * @param output cycles of a block's output stage
 * @param scales cycles of reading a block's scales, which the output stage waits for
 * @param ifmIn transfer of the first block's IFM
 * @param ofmOut transfer of the last block's OFM
 * @param blocks how many, fractional
 * @param edge see {@link EDGE}
 */
export function pipelineCycles(
  macBlock: number,
  output: number,
  scales: number,
  ifmIn: number,
  ofmOut: number,
  blocks: number,
  edge: number,
  parts: CyclesParts | undefined,
): number {
  const outputBlock = Math.max(output, scales);
  const between = blocks > 1 ? Math.abs(ofmOut - ifmIn) : 0;
  const command = (between + macBlock + outputBlock) / 4;
  const m = Math.max(macBlock, command);
  const a = Math.max(outputBlock, command);
  const last = (edge & EDGE.last) !== 0;
  let total: number;
  if (m > a) {
    total = Math.trunc(m * blocks);
    if (last) total = Math.trunc(total + a);
  } else {
    total = Math.trunc(a * blocks + m);
  }
  if (last) total += ofmOut;
  if ((edge & EDGE.first) !== 0) total += ifmIn;
  if (parts !== undefined) {
    parts.macCycles = Math.trunc(macBlock * blocks);
    parts.outputCycles = Math.trunc(outputBlock * blocks);
    parts.ifmIn = ifmIn;
    parts.ofmOut = ofmOut;
    parts.blocks = blocks;
    parts.macBlock = macBlock;
    parts.slowest = m > a ? 'mac' : command > outputBlock ? 'blocks' : scales > output ? 'scales' : 'output';
  }
  return total;
}
