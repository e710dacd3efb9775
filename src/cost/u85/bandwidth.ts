import type { Memory } from '../../npu/system.js';
import type { U85Accelerator } from '../../npu/u85-tables.js';
import { CHANNEL, CHANNELS, GROUPS, type Channel } from '../channels.js';
import { transferCycles } from '../integers.js';

const fround = Math.fround;
const BEAT = 16;
/** Share of the outstanding transfers, and of the rate they allow, that is reached. */
const EFFICIENCY = 0.8;

/**
 * Bytes per cycle on one channel, a float32 value: the memory's, or what latency leaves;
 * docs/model/cycles-u85.md#channel-bandwidth.
 */
export function channelBandwidth(acc: U85Accelerator, memory: Memory, channel: Channel): number {
  const write = channel === CHANNEL.write;
  const latency = write ? memory.writeLatency : memory.readLatency;
  if (latency === 0) return memory.bytesPerCycle;
  const outstanding = write ? memory.maxWrites : memory.maxReads;
  const beats = Math.max(Math.floor(memory.burstLength / BEAT), 1);
  const limit = write ? Infinity : fround(acc.readBuffers[channel]! / beats);
  const bursts = Math.min(limit, fround(outstanding * memory.portsUsed * EFFICIENCY));
  const rate = fround(fround(fround(memory.burstLength) * bursts) / latency);
  return Math.min(memory.bytesPerCycle, fround(rate * EFFICIENCY));
}

/** Cycles of copying n bytes between memories; docs/model/cycles-u85.md#u85-copies. */
export function copyCycles(acc: U85Accelerator, to: Memory, from: Memory, n: number): number {
  const read = transferCycles(n, channelBandwidth(acc, from, CHANNEL.memoryToMemory));
  const write = transferCycles(n, channelBandwidth(acc, to, CHANNEL.write));
  return Math.max(read + from.readLatency, write + to.writeLatency);
}

/** Cycles of reading n bytes on a channel, in double precision; docs/model/cycles-u85.md#u85-copies. */
export const readCycles = (acc: U85Accelerator, memory: Memory, n: number, channel: Channel): number =>
  Math.trunc(n / channelBandwidth(acc, memory, channel) + memory.readLatency);

/**
 * Cycles that a memory is busy; docs/model/cycles-u85.md#u85-access-cycles.
 *
 * @param bytes what is moved, indexed by `accessSlot` from `offset` on
 */
export function accessCycles(
  acc: U85Accelerator,
  memory: Memory,
  bytes: Float64Array,
  offset: number,
): number {
  let total = 0;
  let longest = 0;
  for (let channel = 0; channel < CHANNELS; channel++) {
    const at = offset + channel * GROUPS;
    const moved = bytes[at]! + bytes[at + 1]! + bytes[at + 2]!;
    if (moved === 0) continue;
    total += moved;
    const rate = channelBandwidth(acc, memory, channel as Channel);
    const cycles =
      transferCycles(bytes[at]!, rate) +
      transferCycles(bytes[at + 1]!, rate) +
      transferCycles(bytes[at + 2]!, rate);
    longest = Math.max(longest, cycles);
  }
  return Math.max(transferCycles(total, memory.bytesPerCycle), longest);
}
