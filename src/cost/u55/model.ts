import type { Accelerator } from '../../npu/accelerators.js';
import type { Memory } from '../../npu/system.js';
import type { StreamLayout } from '../../weights/encoding.js';
import { transferCycles } from '../integers.js';
import type { CostOp } from '../operation.js';
import { findBlockConfig, type BlockConfig } from './block-config.js';
import { runCycles, type CostCall, type CyclesParts } from './cycles.js';
import { countElements, featureMapBytes } from './traffic.js';

/** Cycles of copying n bytes between memories; both sides pay the source's latencies (reference 04 section 3). */
export function copyCycles(to: Memory, from: Memory, n: number): number {
  return Math.max(
    transferCycles(n, from.bytesPerCycle) + from.readLatency,
    transferCycles(n, to.bytesPerCycle) + from.writeLatency,
  );
}

/** Cycles of reading n bytes, in double precision (reference 04 section 3). */
export const readCycles = (memory: Memory, n: number): number =>
  Math.trunc(n / memory.bytesPerCycle + memory.readLatency);

/** Cycles of an operation of any class; see `runCycles`. A Transpose costs the slower of its two transfers. */
export function operationCycles(
  op: CostOp,
  config: BlockConfig,
  acc: Accelerator,
  call: CostCall,
  parts?: CyclesParts,
): number {
  if (op.opClass !== 'transpose') return runCycles(op, config, acc, call, parts);
  const elements = countElements(op, config, call);
  const bytes = featureMapBytes(
    op,
    config,
    acc,
    elements,
    call.ifmMemory,
    call.ifm2Memory,
    call.ofmMemory,
  );
  return Math.max(
    transferCycles(bytes.ifm, call.ifmMemory.bytesPerCycle) + call.ifmMemory.readLatency,
    transferCycles(bytes.ofm, call.ofmMemory.bytesPerCycle) + call.ofmMemory.writeLatency,
  );
}

/** How the weights of `op` are laid out for that block config. */
export const streamLayout = (op: CostOp, config: BlockConfig, acc: Accelerator): StreamLayout => ({
  traversal: config.traversal,
  blockDepth: config.ofmC,
  ofmUblockDepth: acc.ofmUblock[2],
  ifmUblockDepth: acc.ifmUblockDepth,
  cores: acc.cores,
  ifmBits: op.ifms[0]!.bits,
  dilationH: op.kernel.dilationH,
  dilationW: op.kernel.dilationW,
});

export { findBlockConfig, countElements, featureMapBytes };
