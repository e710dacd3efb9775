import { ceilDiv } from '../cost/integers.js';
import type { OpKind } from '../lowering/operations.js';
import type { Entry, Schedule, WeightBuffer } from './entry.js';
import type { Machine } from './machine.js';
import { type Figures, type Plan, type Slices } from './plan.js';
import { estimateFigures } from './planning.js';
import type { Program, ProgramOp } from './program.js';
import { bufferParts, chooseSlices, firstShare } from './slicing.js';

/** Below this many cycles a transfer at the start of a network, or one that shows, does not matter. */
const NEGLIGIBLE_CYCLES = 1000;
/** Cycles that each further slice of a network's first operation is credited with. */
const SLICE_CREDIT = 500;

/**
 * Operations that only move data: their results are not worth keeping close (docs/model/scheduling.md#weight-buffers,
 * step 6).
 */
export const DATA_LAYOUT: ReadonlySet<OpKind> = new Set<OpKind>(['Reverse', 'Transpose', 'MemoryCopy']);

/** What buffering one operation needs to know of its surroundings. */
export interface Surroundings {
  /** Bytes that the buffers may take. */
  readonly limit: number;
  /** Entry of the operation before, which may be a CPU operation. */
  readonly previous: Entry | undefined;
  /** Readers of the weights, if a neighbour has the same; else 1. */
  readonly shared: number;
}

/** Buffered weights of one operation. */
export interface Buffered {
  readonly slices: Slices;
  readonly buffer: WeightBuffer;
  /** Cycles of the last slice. */
  readonly lastSlice: number;
}

/** An operation whose weights could be buffered, with all that the decision depends on. */
interface Case extends Surroundings {
  readonly op: ProgramOp;
  readonly plan: Plan;
  readonly wholeBytes: number;
  /** Times that the weights are read, over all stripes. */
  readonly passes: number;
  readonly stripes: number;
  /** Cycles of reading them from the constants' memory and from staging memory. */
  readonly unmoved: number;
  readonly moved: number;
  /** Cycles in which a first transfer hides, and bytes that were free then. */
  readonly hidden: number;
  readonly previousFree: number;
  readonly sliceable: boolean;
  /** The first slice may be fetched while the operation before runs. */
  readonly early: boolean;
  /** The network begins here, and a first transfer is worth its wait. */
  readonly startup: boolean;
  /** The operation takes longer than reading its weights. */
  readonly busy: boolean;
  readonly ifmStaged: boolean;
}

/** Cycles of the smallest first part's transfer. */
const firstPartCycles = ({ plan }: Pick<Case, 'plan'>): number => {
  const depth = plan.op.ofm.shape[3];
  return Math.trunc((plan.fullTransfer * Math.min(depth, 16)) / depth);
};

/** Steps 1 and 2; undefined where reading from staging memory would not be faster. */
function assess(
  machine: Machine,
  program: Program,
  entry: Entry,
  index: number,
  around: Surroundings,
): Case | undefined {
  const { model, system } = machine;
  const { constants, staging } = system;
  const plan = entry.plan!;
  const op = program.ops[index]!;
  const inCascade = entry.place !== undefined;
  const wholeBytes = plan.whole.encoding!.allocatedBytes;
  const stripes = inCascade ? ceilDiv(plan.op.ofm.shape[1], plan.stripeH) : 1;
  const passes = plan.elements.passes * stripes;
  const unmoved = model.weightReadCycles(plan.config, constants, wholeBytes) * passes;
  const moved = model.weightReadCycles(plan.config, staging, wholeBytes) * passes;
  if (staging.name === constants.name || moved >= unmoved) return undefined;

  const { previous, limit, shared } = around;
  const firstPart = firstPartCycles({ plan });
  return {
    limit,
    previous,
    shared,
    op,
    plan,
    wholeBytes,
    passes,
    stripes,
    unmoved,
    moved,
    hidden: previous?.hideCycles ?? 0,
    previousFree: previous?.freeMemory ?? limit,
    sliceable: op.sliceable && !inCascade,
    early: index !== 0 && (!inCascade || entry.place.first),
    startup:
      previous?.plan === undefined &&
      passes > 1 &&
      (firstPart < Math.trunc(unmoved / 10) || firstPart <= NEGLIGIBLE_CYCLES),
    busy: plan.unbuffered.run > unmoved,
    ifmStaged: entry.place?.rolling !== undefined,
  };
}

/** Step 3: in slices, as a whole for several readers, as a whole for one, or not at all. */
function chooseMethod(c: Case): 'sliced' | 'full' | 'single' | undefined {
  const { plan, unmoved, hidden } = c;
  const visible = Math.max(plan.fullTransfer - hidden, 0);
  const cost = c.moved + visible;
  const covered =
    visible < Math.trunc(plan.fullTransfer / 20) || ceilDiv(visible, c.stripes) < NEGLIGIBLE_CYCLES;
  const wholePays =
    c.wholeBytes <= c.limit &&
    (c.shared > 1 || (!c.sliceable && (covered || c.startup))) &&
    (cost < unmoved || !c.busy);
  if (wholePays) return c.shared > 1 ? 'full' : 'single';
  const slicesPay =
    c.startup ||
    cost < unmoved ||
    Math.trunc(plan.op.ofm.shape[3] / plan.config.ofmC) > 2 ||
    (c.early && firstPartCycles(c) < hidden && c.passes > 1);
  return c.sliceable && slicesPay ? 'sliced' : undefined;
}

const isOpDominated = (f: Figures): boolean => f.run > f.weightCycles && f.run > f.ifmCycles;

/** Step 6: whether the memory is worth more to feature maps, of this operation or its reader. */
function feedsBetterUnbuffered(
  machine: Machine,
  c: Case,
  buffered: Figures,
  bytes: number,
  reader: Plan | undefined,
): boolean {
  const { unbuffered, ifmBytes } = c.plan;
  const close = machine.model.ifmReadCycles(c.plan.op, machine.system.staging, unbuffered.ifmRead);
  const without = Math.max(unbuffered.run, unbuffered.weightCycles, close);
  const withBuffer = Math.max(buffered.all, buffered.weightCycles, buffered.ifmCycles);
  const apart = ifmBytes + bytes > c.limit;
  if (apart && ifmBytes < c.previousFree && without < withBuffer && without < buffered.ifmCycles) return true;
  if (reader === undefined) return false;
  const next = reader.unbuffered;
  return (
    !isOpDominated(next) &&
    next.weightCycles > 0 &&
    next.ifmCycles / next.weightCycles > 2 &&
    reader.ifmBytes < c.limit &&
    reader.ifmBytes + ifmBytes + bytes > c.previousFree &&
    (isOpDominated(unbuffered) || next.ifmCycles > buffered.ifmCycles)
  );
}

/** Steps 6 and 7: whether the buffer makes the operation faster. */
function pays(
  machine: Machine,
  program: Program,
  reference: Schedule,
  c: Case,
  slices: Slices,
  bytes: number,
  figures: Figures,
): boolean {
  const { unbuffered, ifmBytes, fullTransfer } = c.plan;
  const { ifms, ofms } = c.op;
  let { ifmCycles } = figures;
  const producer = program.tensors[ifms[0]!]!.producers[0];
  if (producer !== undefined && !c.ifmStaged && !DATA_LAYOUT.has(program.ops[producer]!.lowered.kind)) {
    const reader = program.tensors[ofms[0]!]!.consumers[0];
    const readerPlan = reader === undefined ? undefined : reference[reader]?.plan;
    if (feedsBetterUnbuffered(machine, c, figures, bytes, readerPlan)) return false;
    if (ifmBytes + bytes <= c.limit) {
      ifmCycles = machine.model.ifmReadCycles(c.plan.op, machine.system.staging, figures.ifmRead);
    }
  }
  const old = Math.max(unbuffered.run, unbuffered.weightCycles, ifmCycles);
  let now = Math.max(figures.all, figures.weightCycles, ifmCycles);
  if (c.busy) {
    const count = slices.boundaries.length - 1;
    if (Math.trunc(figures.shown / count) < NEGLIGIBLE_CYCLES) now -= figures.shown;
    if (count > 1 && figures.all === now && c.startup) now -= count * SLICE_CREDIT;
  }
  return old >= now && (c.passes !== 1 || fullTransfer + figures.weightCycles <= old);
}

/** Decides whether and how one operation's weights are buffered; docs/model/scheduling.md#weight-buffers. */
export function bufferWeights(
  machine: Machine,
  program: Program,
  reference: Schedule,
  index: number,
  around: Surroundings,
): Buffered | undefined {
  const c = assess(machine, program, reference[index]!, index, around);
  const method = c && chooseMethod(c);
  if (c === undefined || method === undefined) return undefined;
  const { plan, limit, hidden, busy } = c;

  const half = Math.trunc(limit / 2);
  const share =
    method === 'sliced'
      ? firstShare(plan.op.ofm.shape[3], half, c.wholeBytes, hidden, plan.fullTransfer, busy)
      : 1;
  const slices = share >= 1 ? plan.whole : chooseSlices(machine, plan, index, share, half, busy);
  const parts = slices && bufferParts(slices.encoding!, limit);
  if (slices === undefined || parts === undefined) return undefined;

  const prebuffered = c.early && parts[0]! < c.previousFree;
  const figures = estimateFigures(machine, plan, slices, {
    staged: true,
    double: parts.length === 2,
    slack: prebuffered ? hidden : c.startup ? NEGLIGIBLE_CYCLES : 0,
    ifmStaged: c.ifmStaged,
  });
  const bytes = parts.reduce((sum, part) => sum + part, 0);
  if (method !== 'full' && !pays(machine, program, reference, c, slices, bytes, figures)) return undefined;
  return { slices, buffer: { parts, prebuffered }, lastSlice: figures.lastSlice };
}
