import { roundUp } from '../cost/integers.js';
import type { Schedule } from './entry.js';
import { AREA } from './machine.js';
import type { Program, ProgramOp } from './program.js';

/** Where every tensor lies (`AREA`), and what that means for one target memory. */
export interface Placement {
  /** `AREA` per tensor. */
  readonly areas: Uint8Array;
  /** Feature maps and staging are different memories. */
  readonly spilling: boolean;
}

/** Live ranges of one memory; reference 04 section 5. Ranges are numbered in order of creation. */
export interface Liveness {
  /** First and last time index, inclusive. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Bytes. */
  readonly sizes: readonly number[];
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
export function inPlaceInput(
  program: Program,
  op: ProgramOp,
  placement: Placement,
  target: number,
): number {
  const [ofmId] = op.ofms;
  if (!op.mapsOneToOne || ofmId === undefined || !isIn(placement, ofmId, target)) return NONE;
  const ofm = program.tensors[ofmId]!;
  if (ofm.producers.length !== 1 || ofm.persistent) return NONE;
  for (const ifmId of op.ifms) {
    if (!isIn(placement, ifmId, target)) continue;
    const ifm = program.tensors[ifmId]!;
    if (
      ifm.format === ofm.format &&
      ifm.type === ofm.type &&
      !ifm.graphInput &&
      !ifm.persistent &&
      ifm.consumers.length === 1 &&
      ifm.shape.every((axis, i) => axis === ofm.shape[i])
    ) {
      return ifmId;
    }
  }
  return NONE;
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
  const starts: number[] = [];
  const ends: number[] = [];
  const sizes: number[] = [];
  const rangeOf = new Int32Array(tensors.length).fill(NONE);
  const times = new Int32Array(ops.length);
  const bufferRanges: number[][] = [];
  const holdsBuffers = !placement.spilling || target === AREA.staging;

  const create = (size: number): number => {
    starts.push(MAX_TIME);
    ends.push(NONE);
    sizes.push(size);
    return starts.length - 1;
  };
  const use = (range: number, at: number, duration: number): void => {
    const start = Math.max(at, 0);
    if (start < starts[range]!) starts[range] = start;
    if (at + duration > ends[range]!) ends[range] = at + duration;
  };
  const rangeFor = (tensor: number): number => {
    let range = rangeOf[tensor]!;
    if (range === NONE) {
      range = create(tensors[tensor]!.bytes);
      rangeOf[tensor] = range;
    }
    return range;
  };

  let clock = 0;
  let cascade = 0;
  let cascadeTime = 0;
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i]!;
    const { buffer, place, boundaries } = schedule[i]!;
    let t = clock;
    if (place !== undefined) {
      if (cascade !== place.cascade || place.first) cascadeTime = clock;
      cascade = place.cascade;
      t = cascadeTime;
    } else {
      cascade = 0;
    }
    times[i] = t;

    const [ofm] = op.ofms;
    let reused = NONE;
    if (place === undefined) {
      reused = inPlaceInput(program, op, placement, target);
    } else if (place.reusesInput && ofm !== undefined && (rolling || isIn(placement, ofm, target))) {
      reused = op.ifms[op.primaryIfm]!;
    }
    if (reused !== NONE && ofm !== undefined) {
      const range = rangeFor(reused);
      const old = rangeOf[ofm]!;
      if (old !== NONE && old !== range) sizes[old] = 0;
      rangeOf[ofm] = range;
    }

    if (buffer !== undefined && holdsBuffers) {
      const { parts, prebuffered } = buffer;
      const owner = bufferOwner?.[i] ?? i;
      const ranges = owner === i ? parts.map(create) : bufferRanges[owner]!;
      bufferRanges[i] = ranges;
      const lastPart = (boundaries.length - 2) % parts.length;
      ranges.forEach((range, p) => {
        const early = p === 0 && prebuffered;
        use(range, early ? t - 1 : t, (early ? 2 : 1) - (p === lastPart ? 0 : 1));
      });
    }

    const touch = (tensor: number): void => {
      const info = tensors[tensor]!;
      const buffered = rolling && place?.rolling !== undefined && tensor === op.ifms[op.primaryIfm];
      if (!buffered && !isIn(placement, tensor, target)) return;
      const range = rangeFor(tensor);
      if (place?.rolling !== undefined && tensor === op.ifms[op.primaryIfm]) {
        sizes[range] = place.rolling.bytes;
      }
      use(range, t, 1);
      if (info.graphInput) use(range, 0, 1);
    };
    op.ifms.forEach(touch);
    op.ofms.forEach(touch);
    if (op.scratch !== NONE) touch(op.scratch);
    op.chainedIfms.forEach(touch);
    if (t === clock) clock += 2;
  }
  tensors.forEach((tensor, id) => {
    const range = rangeOf[id]!;
    if (range === NONE) return;
    if (tensor.graphOutput) use(range, clock, 1);
    if (tensor.persistent) {
      use(range, 0, 1);
      use(range, clock, 1);
    }
  });
  return { starts, ends, sizes, rangeOf, times, length: clock + 2 };
}

/** Bytes alive per time index, every range rounded up to 16. */
export function usage(liveness: Liveness): Float64Array {
  const used = new Float64Array(liveness.length);
  liveness.sizes.forEach((size, range) => {
    const bytes = roundUp(size, 16);
    const end = Math.min(liveness.ends[range]!, liveness.length - 1);
    for (let t = liveness.starts[range]!; t <= end; t++) used[t]! += bytes;
  });
  return used;
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
