import type { Accelerator } from '../../npu/accelerators.js';
import type { Memory } from '../../npu/system.js';
import type { Encoder, StreamLayout } from '../../weights/encoding.js';
import { transferCycles } from '../integers.js';
import type { CostModel } from '../model.js';
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
  const { ifmMemory, ifm2Memory, ofmMemory } = call;
  const elements = countElements(op, config, call);
  const bytes = featureMapBytes(op, config, acc, elements, ifmMemory, ifm2Memory, ofmMemory);
  return Math.max(
    transferCycles(bytes.ifm, ifmMemory.bytesPerCycle) + ifmMemory.readLatency,
    transferCycles(bytes.ofm, ofmMemory.bytesPerCycle) + ofmMemory.writeLatency,
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

/** The cost model of one Ethos-U55 or Ethos-U65. */
export function createU55Model(acc: Accelerator, encoder: Encoder): CostModel {
  return {
    minimumSliceDepth: 16,
    findConfig: (op, stripeH) => findBlockConfig(op, acc, stripeH),
    encode: (op, config, boundaries) => {
      if (op.weights === undefined) throw new Error(`${op.kind} has no weights to encode`);
      return encoder(op.weights, streamLayout(op, config, acc), boundaries);
    },
    cycles: (op, config, call, parts) => operationCycles(op, config, acc, call, parts),
    elements: countElements,
    bytes: (op, config, elements, ifm, ifm2, ofm) =>
      featureMapBytes(op, config, acc, elements, ifm, ifm2, ofm),
    copyCycles,
    readCycles,
    accessCycles: (memory, n) => transferCycles(n, memory.bytesPerCycle),
  };
}
