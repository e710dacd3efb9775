import { bufferWeights } from './buffer-weights.js';
import { bufferBytes, type Entry, type Schedule } from './entry.js';
import type { Snapshot } from './liveness.js';
import type { Machine } from './machine.js';
import type { Program } from './program.js';

const BUFFER_LIMIT = 2 ** 30;

/** Readers of an operation's weight tensor if the neighbour has the same weights in the same slices; else 1. */
function sharedReaders(
  program: Program,
  entries: readonly Entry[],
  from: number,
  reference: Schedule,
  index: number,
): number {
  const { readers } = program.sharing;
  if (readers.size === 0) return 1;
  const own = program.ops[index]!.weights;
  const neighbour = index === 0 ? 1 : index - 1;
  const other = program.ops[neighbour]?.weights;
  if (own === undefined || other?.content !== own.content || other.offset !== own.offset) return 1;
  const slices = (entries[neighbour - from] ?? reference[neighbour])?.slices?.boundaries;
  return slices?.length === 2 ? (readers.get(own.source) ?? 1) : 1;
}

/**
 * Gives the operations from `from` to `to` weight buffers where that pays; docs/model/scheduling.md#weight-buffers.
 *
 * @param reference the schedule to start from; also consulted for the operations around
 * @param snapshot memory use of `reference`
 * @param limit bytes of staging memory
 * @param before entry to take as the one before `from`, if not `reference`'s
 * @returns the new entries of from … to
 */
export function bufferSchedule(
  machine: Machine,
  program: Program,
  reference: Schedule,
  snapshot: Snapshot,
  limit: number,
  from = 0,
  to: number = reference.length - 1,
  before: Entry | undefined = reference[from - 1],
): Entry[] {
  const bound = Math.min(limit, BUFFER_LIMIT);
  const buffers = snapshot.buffers.slice();
  const rest = snapshot.used.map((bytes, t) => bytes - snapshot.buffers[t]!);
  const result: Entry[] = [];
  let previous = before;
  for (let i = from; i <= to; i++) {
    const old = reference[i]!;
    let entry = old;
    if (old.plan !== undefined) {
      const { plan } = old;
      const t = snapshot.liveness.times[i]!;
      const used = Math.max(buffers[t]! - bufferBytes(old.buffer), 0) + rest[t]!;
      const free = Math.max(bound - used, 0);
      entry = {
        plan,
        slices: plan.whole,
        buffer: undefined,
        hideCycles: old.buffer === undefined ? plan.opCycles : plan.stagedOpCycles,
        freeMemory: free,
        place: old.place,
      };
      if (plan.whole.encoding !== undefined) {
        const accepted = bufferWeights(machine, program, reference, i, {
          limit: free,
          previous,
          shared: sharedReaders(program, result, from, reference, i),
        });
        if (accepted !== undefined) {
          const { slices, buffer, lastSlice } = accepted;
          const { parts } = buffer;
          buffers[t]! += bufferBytes(buffer);
          if (buffer.prebuffered && t > 0) rest[t - 1]! += parts[0]!;
          entry = {
            ...entry,
            slices,
            buffer,
            hideCycles: lastSlice,
            freeMemory: free - parts[(slices.boundaries.length - 2) % parts.length]!,
          };
        }
      }
    }
    result.push(entry);
    previous = entry;
  }
  return result;
}
