import type { Entry } from '../../../src/schedule/entry.js';
import { allocateFirstFit, RangeList, type FirstFit } from '../../../src/schedule/first-fit.js';
import type { ProgramOp, ProgramTensor } from '../../../src/schedule/program.js';
import { searchSwaps } from '../../../src/schedule/swap-search.js';

const ALIGNMENT = 16;

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** A live range that begins with the network, or lasts until its end. */
const FROM_START = 1;
const TO_END = 2;

/** Numbers of a live range in a flat list: first and last time, size, flags, when it is created. */
const RANGE = 5;
/** The same of a tensor that several segments touch, after its number. */
const SHARED = 6;

/**
 * Ranges are created one after another: for each operation what is taken over, then its weight buffers, then its
 * tensors. The moment is a number that grows by this much from operation to operation.
 */
const MOMENTS = 2 ** 20;
const BUFFER_MOMENT = 1;
const TENSOR_MOMENT = 16;

/**
 * Live ranges in one memory of the tensors of a segment, times counted from its first operation, in one list: how many
 * numbers the next two parts have; pairs of shared tensors, of which the first takes over the memory of the second; the
 * ranges of its own tensors; its part in those of tensors that other segments touch as well.
 */
export type LivePieces = Float64Array;

/** Where the parts of a list begin. */
const ALIASES = 2;
const ownFrom = (pieces: LivePieces): number => ALIASES + pieces[0]!;
const sharedFrom = (pieces: LivePieces): number => ownFrom(pieces) + pieces[1]!;

/** Sizes of ranges in a flat list, from a position to another, added up. */
export function bytesOfRanges(ranges: Float64Array, from = 0, to = ranges.length): number {
  let bytes = 0;
  for (let k = from; k < to; k += RANGE) bytes += ranges[k + 2]!;
  return bytes;
}

/** The same of all tensors of a segment, those that others touch as well included. */
export function bytesOf(pieces: LivePieces): number {
  const shared = sharedFrom(pieces);
  let bytes = bytesOfRanges(pieces, ownFrom(pieces), shared);
  for (let k = shared; k < pieces.length; k += SHARED) bytes += pieces[k + 3]!;
  return bytes;
}

/** A range under construction. */
class Range {
  start = Infinity;
  end = -1;
  flags = 0;
  /** Number of a tensor in it that several segments touch; −1 for none. */
  shared = -1;

  constructor(
    readonly size: number,
    readonly moment: number,
  ) {}

  use(from: number, to: number): void {
    this.start = Math.min(this.start, from);
    this.end = Math.max(this.end, to);
  }
}

/**
 * The live ranges of a segment's tensors, as `liveRanges` has them for schedules without cascades
 * (docs/model/scheduling.md#live-ranges).
 *
 * @param isIn whether a tensor counts in the memory
 * @param sharedCount tensors with smaller numbers are touched by several segments
 */
export function livePiecesOf(
  ops: readonly ProgramOp[],
  tensors: readonly ProgramTensor[],
  isIn: (tensor: number) => boolean,
  sharedCount: number,
): LivePieces {
  const rangeOf = new Map<number, Range>();
  const aliases: number[] = [];
  let moment = 0;
  const rangeFor = (id: number): Range => {
    let range = rangeOf.get(id);
    if (range === undefined) {
      range = new Range(aligned(tensors[id]!.bytes), moment++);
      if (id < sharedCount) range.shared = id;
      rangeOf.set(id, range);
    }
    return range;
  };
  const touch = (id: number, t: number): void => {
    const { bytes, graphInput } = tensors[id]!;
    if (!isIn(id) || bytes === 0) return;
    const range = rangeFor(id);
    range.use(t, t + 1);
    if (graphInput) range.flags |= FROM_START;
  };
  ops.forEach((op, k) => {
    const t = 2 * k;
    moment = k * MOMENTS;
    const ofm = op.ofms[0];
    const reused = ofm !== undefined && isIn(ofm) ? op.inPlaceIfms.find(isIn) : undefined;
    if (reused !== undefined) {
      const range = rangeFor(reused);
      rangeOf.set(ofm!, range);
      if (ofm! < sharedCount) {
        if (range.shared === -1) range.shared = ofm!;
        else aliases.push(ofm!, range.shared);
      }
    }
    moment = k * MOMENTS + TENSOR_MOMENT;
    for (const id of op.ifms) touch(id, t);
    for (const id of op.ofms) touch(id, t);
    if (op.scratch !== -1) touch(op.scratch, t);
    for (const id of op.chainedIfms) touch(id, t);
  });
  for (const [id, range] of rangeOf) {
    const { graphOutput, persistent } = tensors[id]!;
    if (graphOutput) range.flags |= TO_END;
    if (persistent) range.flags |= FROM_START | TO_END;
  }
  const own: number[] = [];
  const shared: number[] = [];
  for (const range of new Set(rangeOf.values())) {
    const { start, end, size, flags, moment: created } = range;
    if (end < 0 && flags === 0) continue;
    if (range.shared === -1) own.push(start, end, size, flags, created);
    else shared.push(range.shared, start, end, size, flags, created);
  }
  // Not as arguments: a large network without choices is one segment.
  return Float64Array.from([aliases.length, own.length].concat(aliases, own, shared));
}

/**
 * The live ranges of a segment's weight buffers, times counted from its first operation (−1: while the one before runs).
 */
export function bufferPiecesOf(entries: readonly Entry[]): Float64Array {
  const numbers = entries.flatMap(({ buffer, slices }, k) => {
    if (buffer === undefined) return [];
    const { parts, prebuffered } = buffer;
    const lastPart = (slices!.boundaries.length - 2) % parts.length;
    return parts.flatMap((bytes, p) => {
      const from = 2 * k - (p === 0 && prebuffered ? 1 : 0);
      const to = 2 * k + (p === lastPart ? 1 : 0);
      return [from, to, aligned(bytes), 0, k * MOMENTS + BUFFER_MOMENT + p];
    });
  });
  return Float64Array.from(numbers);
}

/** The live ranges of one memory, put together from those of the segments of a design. */
export class LiveRanges {
  private readonly list = new RangeList();
  /** The list in order of creation. */
  private readonly sorted = new RangeList();
  /** When each range of the list is created. */
  private readonly moments: number[] = [];
  private readonly order: number[] = [];
  /** The shared tensor whose memory each one is in. */
  private readonly root: Int32Array;
  private readonly starts: Float64Array;
  private readonly ends: Float64Array;
  private readonly sizes: Float64Array;
  private readonly created: Float64Array;

  constructor(private readonly sharedCount: number) {
    this.root = new Int32Array(sharedCount);
    this.starts = new Float64Array(sharedCount);
    this.ends = new Float64Array(sharedCount);
    this.sizes = new Float64Array(sharedCount);
    this.created = new Float64Array(sharedCount);
  }

  begin(): void {
    this.list.clear();
    const { root, sharedCount } = this;
    for (let t = 0; t < sharedCount; t++) root[t] = t;
    this.starts.fill(Infinity);
    this.ends.fill(-1);
    this.sizes.fill(0);
    this.created.fill(Infinity);
  }

  /**
   * Adds a segment's tensors.
   *
   * @param at time of its first operation
   * @param last time index of the end of the network
   */
  add(pieces: LivePieces, at: number, last: number): void {
    const { root, starts, ends, sizes, created } = this;
    const own = ownFrom(pieces);
    const shared = sharedFrom(pieces);
    for (let k = ALIASES; k < own; k += 2) root[pieces[k]!] = root[pieces[k + 1]!]!;
    this.addOwn(pieces, own, shared, at, last);
    const first = (at / 2) * MOMENTS;
    for (let k = shared; k < pieces.length; k += SHARED) {
      const range = root[pieces[k]!]!;
      const flags = pieces[k + 4]!;
      const start = (flags & FROM_START) !== 0 ? 0 : at + pieces[k + 1]!;
      const end = (flags & TO_END) !== 0 ? last : at + pieces[k + 2]!;
      if (start < starts[range]!) starts[range] = start;
      if (end > ends[range]!) ends[range] = end;
      if (sizes[range] === 0) sizes[range] = pieces[k + 3]!;
      const moment = first + pieces[k + 5]!;
      if (moment < created[range]!) created[range] = moment;
    }
  }

  /** Adds ranges that are a segment's alone: the numbers from `from` to before `to` of a list. */
  addOwn(own: Float64Array, from: number, to: number, at: number, last: number): void {
    const first = (at / 2) * MOMENTS;
    for (let k = from; k < to; k += RANGE) {
      const flags = own[k + 3]!;
      const start = (flags & FROM_START) !== 0 ? 0 : at + own[k]!;
      const end = (flags & TO_END) !== 0 ? last : at + own[k + 1]!;
      this.push(start < 0 ? 0 : start, end, own[k + 2]!, first + own[k + 4]!);
    }
  }

  /** Adds what all segments together know of shared tensors. */
  end(): void {
    const { starts, ends, sizes, created, sharedCount } = this;
    for (let t = 0; t < sharedCount; t++) {
      if (ends[t]! >= 0 && sizes[t]! > 0) this.push(starts[t]!, ends[t]!, sizes[t]!, created[t]!);
    }
  }

  /**
   * Places the ranges by the first trial of an allocation.
   *
   * @param length number of time indices
   */
  firstFit(length: number): FirstFit {
    return allocateFirstFit(this.list, length);
  }

  /**
   * Bytes that the ranges take, after the first trial. Where that is no optimum, further trials follow, and the order in
   * which the ranges are created matters.
   *
   * @param limit the size that the result should not exceed
   */
  size({ size, peak }: FirstFit, length: number, limit = Infinity): number {
    if (size <= peak) return size;
    const { list, moments, sorted, order } = this;
    // Nearly sorted: segments are added in their order.
    for (let n = 0; n < list.count; n++) {
      let at = n;
      while (at > 0 && moments[order[at - 1]!]! > moments[n]!) {
        order[at] = order[at - 1]!;
        at--;
      }
      order[at] = n;
    }
    sorted.clear();
    for (let n = 0; n < list.count; n++) {
      const r = order[n]!;
      sorted.add(list.starts[r]!, list.ends[r]!, list.sizes[r]!);
    }
    return searchSwaps(sorted, length, limit) ?? size;
  }

  private push(start: number, end: number, size: number, moment: number): void {
    this.moments[this.list.count] = moment;
    this.list.add(start, end, size);
  }
}
