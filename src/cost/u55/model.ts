import type { U55Accelerator } from '../../npu/u55-tables.js';
import type { Memory } from '../../npu/system.js';
import type { Encoder, Encoding, StreamLayout } from '../../weights/encoding.js';
import { u55StreamKey } from '../../weights/stream-key.js';
import { ACCESS_SLOTS, CHANNEL } from '../channels.js';
import { transferCycles } from '../integers.js';
import type { CostCall, CostModel, CyclesParts } from '../model.js';
import type { CostOp } from '../operation.js';
import { findBlockConfig, type U55Config } from './block-config.js';
import { outputCyclesPerElement, runCycles } from './cycles.js';
import { countElements, featureMapTransfers } from './traffic.js';

/**
 * Cycles of copying n bytes between memories; both sides pay the source's latencies
 * (docs/model/cycles-u55-u65.md#copies).
 */
export function copyCycles(to: Memory, from: Memory, n: number): number {
  return Math.max(
    transferCycles(n, from.bytesPerCycle) + from.readLatency,
    transferCycles(n, to.bytesPerCycle) + from.writeLatency,
  );
}

/** Cycles of reading n bytes, in double precision (docs/model/cycles-u55-u65.md#copies). */
export const readCycles = (memory: Memory, n: number): number =>
  Math.trunc(n / memory.bytesPerCycle + memory.readLatency);

/** Cycles of an operation of any class; see `runCycles`. A Transpose costs the slower of its two transfers. */
export function operationCycles(
  op: CostOp,
  config: U55Config,
  acc: U55Accelerator,
  call: CostCall,
  parts?: CyclesParts,
): number {
  if (op.opClass !== 'transpose') return runCycles(op, config, acc, call, parts);
  const elements = countElements(op, config, call);
  const places = {
    ifm: call.ifmMemory,
    ifm2: call.ifm2Memory,
    ofm: call.ofmMemory,
    scratch: call.scratchMemory,
    externals: [],
  };
  let cycles = 0;
  for (const { memory, channel, bytes } of featureMapTransfers(op, config, acc, elements, places)) {
    const latency = channel === CHANNEL.write ? memory.writeLatency : memory.readLatency;
    cycles = Math.max(cycles, transferCycles(bytes, memory.bytesPerCycle) + latency);
  }
  return cycles;
}

/** How the weights of `op` are laid out for that block config. */
export const streamLayout = (op: CostOp, config: U55Config, acc: U55Accelerator): StreamLayout => ({
  traversal: config.traversal,
  blockDepth: config.ofmC,
  ofmUblockDepth: acc.ofmUblock[2],
  ifmUblockDepth: acc.ifmUblockDepth,
  cores: acc.cores,
  ifmBits: op.ifms[0]!.bits,
  dilationH: op.kernel.dilationH,
  dilationW: op.kernel.dilationW,
});

const MINIMUM_SLICE_DEPTH = 16;

/** The cost model of one Ethos-U55 or Ethos-U65. Weights have one format; channels have no bandwidths. */
export function createU55Model(acc: U55Accelerator, encoder: Encoder): CostModel<U55Config> {
  const encode = (op: CostOp, config: U55Config, boundaries: readonly number[]): Encoding => {
    if (op.weights === undefined) throw new Error(`${op.kind} has no weights to encode`);
    return encoder(op.weights, streamLayout(op, config, acc), boundaries);
  };
  return {
    findConfig: (op, stripeH) => findBlockConfig(op, acc, stripeH),
    prepare: (op, stripeH) => {
      const config = findBlockConfig(op, acc, stripeH);
      if (config === undefined) return undefined;
      const encoding = op.weights === undefined ? undefined : encode(op, config, [0, op.ofm.shape[3]]);
      return { config, encoding };
    },
    encode,
    layoutKey: ({ kernel }, { traversal, ofmC }) =>
      `${traversal} ${ofmC} ${kernel.dilationH} ${kernel.dilationW}`,
    streamKey: (op, config, boundaries) =>
      u55StreamKey(op.weights!, streamLayout(op, config, acc), boundaries),
    minimumSliceDepth: () => MINIMUM_SLICE_DEPTH,
    weightFormat: () => 'standard',
    macs: (_op, _config, dense) => dense,
    cycles: (op, config, call, parts) => operationCycles(op, config, acc, call, parts),
    outputRate: (op, config) => outputCyclesPerElement(op, acc, config.accumulatorBits),
    elements: countElements,
    transfers: (op, config, elements, places) => featureMapTransfers(op, config, acc, elements, places),
    copyCycles,
    weightReadCycles: (_config, memory, n) => readCycles(memory, n),
    ifmReadCycles: (_op, memory, n) => readCycles(memory, n),
    stagedWeightChannel: () => CHANNEL.weight,
    accessCycles: (memory, bytes, offset) => {
      let total = 0;
      for (let slot = offset; slot < offset + ACCESS_SLOTS; slot++) total += bytes[slot]!;
      return transferCycles(total, memory.bytesPerCycle);
    },
  };
}
