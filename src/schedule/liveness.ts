import { roundUp } from '../cost/integers.js';
import type { CascadePlace, Schedule, WeightBuffer } from './entry.js';
import { AREA } from './machine.js';
import type { Program, ProgramOp, ProgramTensor } from './program.js';

/** Where every tensor lies (`AREA`), and what that means for one target memory. */
export interface Placement {
  /** `AREA` per tensor. */
  readonly areas: Uint8Array;
  /** Feature maps and staging are different memories. */
  readonly spilling: boolean;
}

/** Live ranges of one memory; docs/model/scheduling.md#live-ranges. Ranges are numbered in order of creation. */
export interface Liveness {
  readonly count: number;
  /** First and last time index, inclusive; the arrays may be longer than `count`. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Bytes. */
  readonly sizes: Float64Array;
  /** Range of each tensor, −1 for none. */
  readonly rangeOf: Int32Array;
  /** Time index of each operation. */
  readonly times: Int32Array;
  /** Number of time indices. */
  readonly length: number;
}

const NONE = -1;
const MAX_TIME = 2 ** 31 - 1;

/** True if a tensor counts in `target`. Constants never do. */
export const isIn = (placement: Placement, tensor: number, target: number): boolean => {
  const area = placement.areas[tensor]!;
  return area !== AREA.constants && (!placement.spilling || area === target);
};

/**
 * The input whose memory the OFM takes over, −1 for none: an operation that maps its input one to one and is its
 * only reader may write in place.
 */
function inPlaceInput(op: ProgramOp, placement: Placement, target: number): number {
  if (op.inPlaceIfms.length === 0 || !isIn(placement, op.ofms[0]!, target)) return NONE;
  for (const ifm of op.inPlaceIfms) if (isIn(placement, ifm, target)) return ifm;
  return NONE;
}

/** Ranges under construction, in arrays large enough for every tensor and buffer. */
class RangeTable {
  count = 0;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly sizes: Float64Array;
  readonly rangeOf: Int32Array;
  private states: Map<object, number> | undefined;

  constructor(
    private readonly tensors: readonly ProgramTensor[],
    ops: number,
  ) {
    const capacity = tensors.length + 2 * ops;
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.sizes = new Float64Array(capacity);
    this.rangeOf = new Int32Array(tensors.length).fill(NONE);
  }

  create(size: number): number {
    const range = this.count++;
    this.starts[range] = MAX_TIME;
    this.ends[range] = NONE;
    this.sizes[range] = size;
    return range;
  }

  forTensor(tensor: number): number {
    let range = this.rangeOf[tensor]!;
    if (range !== NONE) return range;
    const { bytes, state } = this.tensors[tensor]!;
    range = state === undefined ? this.create(bytes) : this.forState(state, bytes);
    this.rangeOf[tensor] = range;
    return range;
  }

  private forState(state: object, bytes: number): number {
    this.states ??= new Map();
    const range = this.states.get(state) ?? this.create(bytes);
    this.states.set(state, range);
    return range;
  }

  use(range: number, at: number, duration: number): void {
    const start = at < 0 ? 0 : at;
    if (start < this.starts[range]!) this.starts[range] = start;
    if (at + duration > this.ends[range]!) this.ends[range] = at + duration;
  }
}

/**
 * Live ranges of all tensors and weight buffers in one memory.
 *
 * @param target `AREA.featureMaps` or `AREA.staging`; the same memory unless the mode spills
 * @param rolling also count the rolling buffers of cascades whose tensors lie elsewhere
 * @param bufferOwner for each operation the one whose weight buffer it uses (itself, usually)
 */
export function liveRanges(
  program: Program,
  schedule: Schedule,
  placement: Placement,
  target: number,
  rolling: boolean,
  bufferOwner?: Int32Array,
): Liveness {
  const { ops, tensors } = program;
  const table = new RangeTable(tensors, ops.length);
  const times = new Int32Array(ops.length);
  const bufferRanges: (readonly number[] | undefined)[] = [];
  const holdsBuffers = !placement.spilling || target === AREA.staging;

  const touch = (tensor: number, t: number, place: CascadePlace | undefined, isPrimary: boolean): void => {
    const info = tensors[tensor]!;
    const buffer = isPrimary ? place?.rolling : undefined;
    if (!(rolling && buffer !== undefined) && !isIn(placement, tensor, target)) return;
    if (info.bytes === 0) return;
    const range = table.forTensor(tensor);
    if (buffer !== undefined) table.sizes[range] = buffer.bytes;
    table.use(range, t, 1);
    if (info.graphInput) table.use(range, 0, 1);
  };
  const touchBuffers = (i: number, t: number, buffer: WeightBuffer): void => {
    const { parts, prebuffered } = buffer;
    const owner = bufferOwner?.[i] ?? i;
    const ranges = owner === i ? parts.map((bytes) => table.create(bytes)) : bufferRanges[owner]!;
    bufferRanges[i] = ranges;
    const lastPart = (schedule[i]!.slices!.boundaries.length - 2) % parts.length;
    for (let p = 0; p < ranges.length; p++) {
      const early = p === 0 && prebuffered;
      table.use(ranges[p]!, early ? t - 1 : t, (early ? 2 : 1) - (p === lastPart ? 0 : 1));
    }
  };

  let clock = 0;
  let cascade = 0;
  let cascadeTime = 0;
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i]!;
    const { buffer, place } = schedule[i]!;
    let t = clock;
    if (place !== undefined) {
      if (cascade !== place.cascade || place.first) cascadeTime = clock;
      t = cascadeTime;
    }
    cascade = place?.cascade ?? 0;
    times[i] = t;

    const ofm = op.ofms[0];
    const primary = op.ifms[op.primaryIfm];
    let reused = NONE;
    if (place === undefined) reused = inPlaceInput(op, placement, target);
    else if (place.reusesInput && (rolling || isIn(placement, ofm!, target))) reused = primary!;
    if (reused !== NONE) {
      const range = table.forTensor(reused);
      const old = table.rangeOf[ofm!]!;
      if (old !== NONE && old !== range) table.sizes[old] = 0;
      table.rangeOf[ofm!] = range;
    }
    if (buffer !== undefined && holdsBuffers) touchBuffers(i, t, buffer);
    for (const ifm of op.ifms) touch(ifm, t, place, ifm === primary);
    for (const id of op.ofms) touch(id, t, place, false);
    if (op.scratch !== NONE) touch(op.scratch, t, place, false);
    for (const id of op.chainedIfms) touch(id, t, place, false);
    if (t === clock) clock += 2;
  }
  for (let id = 0; id < tensors.length; id++) {
    const range = table.rangeOf[id]!;
    if (range === NONE) continue;
    if (tensors[id]!.graphOutput) table.use(range, clock, 1);
    if (tensors[id]!.persistent) {
      table.use(range, 0, 1);
      table.use(range, clock, 1);
    }
  }
  const { count, starts, ends, sizes, rangeOf } = table;
  return { count, starts, ends, sizes, rangeOf, times, length: clock + 2 };
}

/** Bytes alive per time index, every range rounded up to `alignment`. */
export function usage(liveness: Liveness, alignment = 16): Float64Array {
  const { count, starts, ends, sizes, length } = liveness;
  const used = new Float64Array(length + 1);
  for (let range = 0; range < count; range++) {
    const start = starts[range]!;
    const end = Math.min(ends[range]!, length - 1);
    if (start > end) continue;
    const bytes = roundUp(sizes[range]!, alignment);
    used[start]! += bytes;
    used[end + 1]! -= bytes;
  }
  for (let t = 1; t < length; t++) used[t]! += used[t - 1]!;
  return used.subarray(0, length);
}

/** Memory alive at each time index, weight buffers (at their own operation's time) apart from the rest. */
export interface Snapshot {
  readonly liveness: Liveness;
  readonly used: Float64Array;
  readonly buffers: Float64Array;
  readonly peak: number;
}

/** The staging memory's use under a schedule. */
export function takeSnapshot(
  program: Program,
  schedule: Schedule,
  placement: Placement,
  bufferOwner?: Int32Array,
): Snapshot {
  const liveness = liveRanges(program, schedule, placement, AREA.staging, true, bufferOwner);
  const used = usage(liveness);
  const buffers = new Float64Array(liveness.length);
  schedule.forEach(({ buffer }, i) => {
    if (buffer === undefined || (bufferOwner !== undefined && bufferOwner[i] !== i)) return;
    for (const part of buffer.parts) buffers[liveness.times[i]!]! += roundUp(part, 16);
  });
  let peak = 0;
  for (const bytes of used) if (bytes > peak) peak = bytes;
  return { liveness, used, buffers, peak };
}
