import { roundUp } from './integers.js';
import type { CostCall, CyclesParts } from './model.js';
import type { CostOp } from './operation.js';

/**
 * Cycles of an elementwise operation: four commands are under way at a time, and the output stage sets the pace at least
 * (docs/model/cycles-u55-u65.md#run-cycles).
 *
 * @param perElement cycles of the output stage per OFM element
 * @param transfer the slower transfer of one block, cycles
 * @param blockElements OFM elements of one block
 * @param parts filled in with the output side, if given
 */
export function elementwiseCycles(
  op: CostOp,
  call: CostCall,
  perElement: number,
  transfer: number,
  blockElements: number,
  parts: CyclesParts | undefined,
): number {
  const depth = op.ofm.format === 'NHCWB16' ? roundUp(call.ofmC, 16) : call.ofmC;
  const elements = op.ofm.shape[0] * call.ofmH * call.ofmW * depth;
  const output = Math.ceil(perElement * elements);
  const command = (transfer / blockElements + perElement) / 4;
  const cycles = Math.max(Math.ceil(command * elements), output);
  if (parts !== undefined) {
    parts.outputCycles = output;
    parts.slowest = output >= cycles ? 'output' : 'blocks';
  }
  return cycles;
}
