import { ceilDiv, roundDown, roundUp } from '../cost/integers.js';
import type { OpKind } from '../lowering/operations.js';
import type { Encoding } from '../weights/encoding.js';
import { bufferBytes, type Entry, type Schedule, type WeightBuffer } from './entry.js';
import type { Snapshot } from './liveness.js';
import type { Machine } from './machine.js';
import { estimateFigures, prebufferCycles, slicesOf, type Figures, type Plan, type Slices } from './plan.js';
import type { Program } from './program.js';

/** Below this many cycles a transfer at the start of a network, or one that shows, does not matter. */
const NEGLIGIBLE_CYCLES = 1000;
const BUFFER_LIMIT = 2 ** 30;

/** Operations that only move data: their results are not worth keeping close (reference 04 §6.2 step 13). */
const DATA_LAYOUT: ReadonlySet<OpKind> = new Set<OpKind>(['Reverse', 'Transpose', 'MemoryCopy']);

/** What buffering one operation needs to know of its surroundings. */
interface Surroundings {
  /** Bytes that the buffers may take. */
  readonly limit: number;
  /** The operation before has an entry; it may be a CPU operation. */
  readonly previous: Entry | undefined;
  readonly previousIsCpu: boolean;
  /** Readers of the weights, if a neighbour has the same; else 1. */
  readonly shared: number;
}

interface Accepted {
  readonly slices: Slices;
  readonly buffer: WeightBuffer;
  readonly lastSlice: number;
}

/** Share of the depth that the first slice should take; reference 04 §6.2 step 7. */
function firstShare(
  depth: number,
  half: number,
  wholeBytes: number,
  hidden: number,
  transfer: number,
  busy: boolean,
): number {
  const least = Math.min(16 / depth, 1);
  const most = Math.min(half / wholeBytes, 1);
  const covered = Math.min(hidden / transfer, 1);
  let share = 1 - Math.floor(covered / least) * least < least / 2 ? 1 : covered;
  if (busy && share > 0.5 && share < 1) {
    share = Math.min(Math.max(roundUp(Math.floor(depth * 0.5), 16) / depth, 0.5), 1);
  }
  return Math.min(Math.max(share, least), most);
}

/** Depth slices whose buffers fit; reference 04 §6.2 steps 9 and 10. Undefined: not worth it. */
function chooseSlices(
  machine: Machine,
  plan: Plan,
  share: number,
  half: number,
  busy: boolean,
): Slices | undefined {
  const whole = plan.whole.encoding!;
  const depth = plan.op.ofm.shape[3];
  const blockDepth = plan.config.ofmC;
  const minimum = machine.model.minimumSliceDepth;
  let first = Math.max(roundDown(Math.trunc(depth * share), minimum), 16);
  let step = 0;
  if (first < depth) {
    const cycles = prebufferCycles(machine, plan, first);
    step = Math.trunc((depth * cycles) / plan.fullTransfer);
    step = roundUp(Math.max(step, 16), blockDepth);
    if (Math.trunc((step / depth) * whole.allocatedBytes) > half) {
      step = Math.trunc((half / whole.allocatedBytes) * depth);
    }
  }
  let result = plan.whole;
  while (step !== 0) {
    step = Math.max(roundDown(step, step > blockDepth ? blockDepth : minimum), minimum);
    result = slicesOf(machine, plan, first, step);
    if (largestRange(result.encoding!) <= half || (first === 16 && step === minimum)) break;
    if (step > first) step = roundUp(Math.trunc(step / 2), minimum);
    else first = roundUp(Math.trunc(first / 2), 16);
  }
  const slices = result.boundaries.length - 1;
  if (slices >= 3 && Math.fround(step / roundUp(step, blockDepth)) < Math.fround(0.3) && busy) {
    return undefined;
  }
  return result;
}

const largestRange = (encoding: Encoding): number => Math.max(...encoding.rangeBytes);

function bufferParts(encoding: Encoding, limit: number): readonly number[] | undefined {
  let even = 0;
  let odd = 0;
  encoding.rangeBytes.forEach((bytes, k) => {
    if (k % 2 === 0) even = Math.max(even, bytes);
    else odd = Math.max(odd, bytes);
  });
  const largest = Math.max(even, odd);
  if (even + odd <= limit && largest < encoding.allocatedBytes) return [even, odd];
  const single = Math.min(encoding.allocatedBytes, largest);
  return single <= limit ? [single] : undefined;
}

const isOpDominated = (f: Figures): boolean => f.run > f.weightCycles && f.run > f.ifmCycles;

/** Whether keeping feature maps close is worth more than the buffer (reference 04 §6.2 step 13, first part). */
function feedsBetterUnbuffered(
  machine: Machine,
  plan: Plan,
  buffered: Figures,
  bytes: number,
  limit: number,
  previousFree: number,
  nextPlan: Plan | undefined,
): boolean {
  const { unbuffered, ifmBytes } = plan;
  const together = ifmBytes + bytes <= limit;
  const close = machine.model.readCycles(machine.system.staging, unbuffered.ifmRead);
  const without = Math.max(unbuffered.run, unbuffered.weightCycles, close);
  const withBuffer = Math.max(buffered.all, buffered.weightCycles, buffered.ifmCycles);
  if (!together && ifmBytes < previousFree && without < withBuffer && without < buffered.ifmCycles) {
    return true;
  }
  if (nextPlan === undefined) return false;
  const next = nextPlan.unbuffered;
  return (
    !isOpDominated(next) &&
    next.weightCycles > 0 &&
    next.ifmCycles / next.weightCycles > 2 &&
    nextPlan.ifmBytes < limit &&
    nextPlan.ifmBytes + ifmBytes + bytes > previousFree &&
    (isOpDominated(unbuffered) || next.ifmCycles > buffered.ifmCycles)
  );
}

/** Decides whether and how one operation's weights are buffered; reference 04 §6.2 steps 3 to 14. */
function bufferWeights(
  machine: Machine,
  program: Program,
  reference: Schedule,
  index: number,
  around: Surroundings,
): Accepted | undefined {
  const entry = reference[index]!;
  const plan = entry.plan!;
  const whole = plan.whole.encoding!;
  const op = program.ops[index]!;
  const { model, system } = machine;
  const { constants, staging } = system;
  if (staging.name === constants.name) return undefined;

  const { limit, previous } = around;
  const rows = plan.op.ofm.shape[1];
  const inCascade = entry.place !== undefined;
  const stripes = inCascade ? ceilDiv(rows, plan.stripeH) : 1;
  const passes = plan.elements.passes * stripes;
  const unmoved = model.readCycles(constants, whole.allocatedBytes) * passes;
  const moved = model.readCycles(staging, whole.allocatedBytes) * passes;
  if (moved >= unmoved) return undefined;

  const sliceable = op.divisible && !inCascade;
  const depth = plan.op.ofm.shape[3];
  const transfer = plan.fullTransfer;
  const hidden = previous?.hideCycles ?? 0;
  const previousFree = previous?.freeMemory ?? limit;
  const firstPart = Math.trunc((transfer * Math.min(depth, 16)) / depth);
  const early = index !== 0 && (!inCascade || entry.place.first);
  const startup =
    (previous === undefined || around.previousIsCpu) &&
    passes > 1 &&
    (firstPart < Math.trunc(unmoved / 10) || firstPart <= NEGLIGIBLE_CYCLES);
  const { unbuffered } = plan;
  const busy = unbuffered.run > unmoved;

  const visible = Math.max(transfer - hidden, 0);
  const cost = moved + visible;
  let method: 'sliced' | 'full' | 'single' | undefined;
  if (
    sliceable &&
    (startup ||
      cost < unmoved ||
      Math.trunc(depth / plan.config.ofmC) > 2 ||
      (early && firstPart < hidden && passes > 1))
  ) {
    method = 'sliced';
  }
  const covered = visible < Math.trunc(transfer / 20) || ceilDiv(visible, stripes) < NEGLIGIBLE_CYCLES;
  if (
    whole.allocatedBytes <= limit &&
    (around.shared > 1 || (!sliceable && (covered || startup))) &&
    (cost < unmoved || !busy)
  ) {
    method = around.shared > 1 ? 'full' : 'single';
  }
  if (method === undefined) return undefined;

  const half = Math.trunc(limit / 2);
  const share =
    method === 'sliced' ? firstShare(depth, half, whole.allocatedBytes, hidden, transfer, busy) : 1;
  const slices = share >= 1 ? plan.whole : chooseSlices(machine, plan, share, half, busy);
  if (slices === undefined) return undefined;
  const parts = bufferParts(slices.encoding!, limit);
  if (parts === undefined) return undefined;

  const [part0 = 0] = parts;
  const prebuffered = early && part0 < previousFree;
  const ifmStaged = entry.place?.rolling !== undefined;
  const figures = estimateFigures(machine, plan, slices, {
    staged: true,
    double: parts.length === 2,
    slack: prebuffered ? hidden : startup ? NEGLIGIBLE_CYCLES : 0,
    ifmStaged,
  });
  const bytes = parts.reduce((sum, part) => sum + part, 0);

  if (method !== 'full') {
    let ifmCycles = figures.ifmCycles;
    const producer = program.tensors[op.ifms[0]!]?.producers[0];
    if (producer !== undefined && !ifmStaged && !DATA_LAYOUT.has(program.ops[producer]!.lowered.kind)) {
      const reader = program.tensors[op.ofms[0]!]?.consumers[0];
      const next = reader === undefined ? undefined : reference[reader]?.plan;
      if (feedsBetterUnbuffered(machine, plan, figures, bytes, limit, previousFree, next)) {
        return undefined;
      }
      if (plan.ifmBytes + bytes <= limit) ifmCycles = model.readCycles(staging, figures.ifmRead);
    }
    const old = Math.max(unbuffered.run, unbuffered.weightCycles, ifmCycles);
    let now = Math.max(figures.all, figures.weightCycles, ifmCycles);
    if (busy) {
      const count = slices.boundaries.length - 1;
      if (Math.trunc(figures.shown / count) < NEGLIGIBLE_CYCLES) now -= figures.shown;
      if (count > 1 && figures.all === now && startup) now -= count * 500;
    }
    if (old < now || (passes === 1 && transfer + figures.weightCycles > old)) return undefined;
  }
  return {
    slices,
    buffer: { parts, prebuffered },
    lastSlice: figures.lastSlice,
  };
}

/** Readers of an operation's weights if the neighbour has the same weights in the same slices; else 1. */
function sharedReaders(
  program: Program,
  entries: readonly Entry[],
  from: number,
  reference: Schedule,
  index: number,
): number {
  if (program.sharedWeights.size === 0) return 1;
  const own = program.ops[index]!.weights;
  const neighbour = index === 0 ? 1 : index - 1;
  if (own === undefined || program.ops[neighbour]?.weights !== own) return 1;
  const slices = (entries[neighbour - from] ?? reference[neighbour])?.slices?.boundaries;
  const same = slices?.length === 2 && slices[1] === reference[index]!.slices?.boundaries[1];
  return same ? (program.sharedWeights.get(own) ?? 1) : 1;
}

/**
 * Gives the operations from `from` to `to` weight buffers where that pays; reference 04 §6.2.
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
          previousIsCpu: previous !== undefined && previous.plan === undefined,
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
