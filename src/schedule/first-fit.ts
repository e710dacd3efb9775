import { rangeMaximum } from './range-maximum.js';

/** Ranges of a memory as first fit reads them. */
export interface FirstFitRanges {
  readonly count: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly sizes: Float64Array;
}

/** Live ranges of one memory, in arrays that are filled again and again. Sizes are multiples of the alignment. */
export class RangeList implements FirstFitRanges {
  count = 0;
  starts: Int32Array = new Int32Array(64);
  /** Last time index, inclusive. */
  ends: Int32Array = new Int32Array(64);
  sizes: Float64Array = new Float64Array(64);

  clear(): void {
    this.count = 0;
  }

  add(start: number, end: number, size: number): void {
    if (this.count === this.starts.length) this.grow();
    const at = this.count++;
    this.starts[at] = start;
    this.ends[at] = end;
    this.sizes[at] = size;
  }

  private grow(): void {
    const copied = <T extends Int32Array | Float64Array>(old: T, next: T): T => {
      next.set(old);
      return next;
    };
    const length = 2 * this.starts.length;
    this.starts = copied(this.starts, new Int32Array(length));
    this.ends = copied(this.ends, new Int32Array(length));
    this.sizes = copied(this.sizes, new Float64Array(length));
  }
}

/** What first fit works on, large enough for the most ranges and times so far. */
let used = new Float64Array(256);
/** Sizes of the ranges that have begun by a time, and of those that have ended before it. */
let begun = new Float64Array(256);
let ended = new Float64Array(256);
/** How many of them there are. */
let begunCount = new Int32Array(256);
let endedCount = new Int32Array(256);
/** Largest sum of live sizes during each range. */
let pressure = new Float64Array(64);
let order = new Int32Array(64);
let address = new Float64Array(64);
let placed = new Int32Array(64);

function makeRoom(count: number, length: number): void {
  if (used.length < length + 1) {
    used = new Float64Array(2 * (length + 1));
    begun = new Float64Array(used.length);
    ended = new Float64Array(used.length);
    begunCount = new Int32Array(used.length);
    endedCount = new Int32Array(used.length);
  }
  if (order.length >= count) return;
  pressure = new Float64Array(2 * count);
  order = new Int32Array(2 * count);
  address = new Float64Array(2 * count);
  placed = new Int32Array(2 * count);
}

/** Fills in the live sizes and returns the largest; ranges that end before they start do not count. */
function measure({ count, starts, ends, sizes }: FirstFitRanges, length: number): number {
  makeRoom(count, length);
  for (const sums of [begun, ended, begunCount, endedCount]) sums.fill(0, 0, length + 1);
  for (let r = 0; r < count; r++) {
    if (starts[r]! > ends[r]!) continue;
    begun[starts[r]!]! += sizes[r]!;
    ended[ends[r]! + 1]! += sizes[r]!;
    begunCount[starts[r]!]!++;
    endedCount[ends[r]! + 1]!++;
  }
  let peak = 0;
  for (let t = 0; t < length; t++) {
    if (t > 0) {
      begun[t]! += begun[t - 1]!;
      ended[t]! += ended[t - 1]!;
      begunCount[t]! += begunCount[t - 1]!;
      endedCount[t]! += endedCount[t - 1]!;
    }
    used[t] = begun[t]! - ended[t]!;
    if (used[t]! > peak) peak = used[t]!;
  }
  return peak;
}

/** Largest sum of live sizes from one time to another. */
function usedDuring(start: number, end: number): number {
  let most = 0;
  for (let t = start; t <= end; t++) if (used[t]! > most) most = used[t]!;
  return most;
}

/** Up to so many time indices are gone through one after another. */
const SHORT = 512;

/**
 * Fills in the largest sum of live sizes during each range, and returns the largest of all: no allocation can be
 * smaller.
 *
 * @param length number of time indices
 */
export function pressureOf(ranges: FirstFitRanges, length: number, most: Float64Array): number {
  const peak = measure(ranges, length);
  const { count, starts, ends } = ranges;
  if (length <= SHORT) {
    for (let r = 0; r < count; r++) most[r] = usedDuring(starts[r]!, ends[r]!);
    return peak;
  }
  const during = rangeMaximum(used.subarray(0, length));
  for (let r = 0; r < count; r++) most[r] = during(starts[r]!, ends[r]!);
  return peak;
}

/**
 * Order in which two ranges are placed, negative if `a` comes first (docs/model/scheduling.md#allocation).
 *
 * @param most largest sum of live sizes during each range
 */
const placingOrder = (
  { starts, ends, sizes }: FirstFitRanges,
  most: Float64Array,
  a: number,
  b: number,
): number =>
  most[b]! - most[a]! ||
  ends[b]! - starts[b]! - (ends[a]! - starts[a]!) ||
  starts[a]! - starts[b]! ||
  sizes[b]! - sizes[a]! ||
  a - b;

/** Up to so many ranges are sorted by insertion. */
const FEW = 100;

/**
 * Sorts the first `count` ranges of a list into the order in which they are placed.
 *
 * @param most largest sum of live sizes during each range
 */
export function sortForPlacing(
  list: Int32Array,
  count: number,
  ranges: FirstFitRanges,
  most: Float64Array,
): void {
  if (count > FEW) {
    list.subarray(0, count).sort((a, b) => placingOrder(ranges, most, a, b));
    return;
  }
  for (let n = 1; n < count; n++) {
    const r = list[n]!;
    let at = n;
    while (at > 0 && placingOrder(ranges, most, r, list[at - 1]!) < 0) {
      list[at] = list[at - 1]!;
      at--;
    }
    list[at] = r;
  }
}

/**
 * Sorts the ranges that matter: up to the last one that could exceed `peak`. A range cannot if all that it ever meets
 * fits below `peak` together with it, with a gap below each that is just too small for it.
 *
 * @returns how many there are
 */
function sortRanges(ranges: FirstFitRanges, peak: number): number {
  const { count, starts, ends, sizes } = ranges;
  let least = Infinity;
  for (let r = 0; r < count; r++) {
    const [start, end] = [starts[r]!, ends[r]!];
    const most = usedDuring(start, end);
    pressure[r] = most;
    if (most >= least) continue;
    const met = begunCount[end]! - endedCount[start]! - 1;
    if (begun[end]! - ended[start]! + met * sizes[r]! > peak) least = most;
  }
  let chosen = 0;
  for (let r = 0; r < count; r++) if (pressure[r]! >= least) order[chosen++] = r;
  sortForPlacing(order, chosen, ranges, pressure);
  return chosen;
}

/** Places the first `chosen` ranges in order, each at the lowest address that is free; returns the bytes they take. */
function place({ starts, ends, sizes }: FirstFitRanges, chosen: number): number {
  let size = 0;
  for (let n = 0; n < chosen; n++) {
    const range = order[n]!;
    const start = starts[range]!;
    const end = ends[range]!;
    const length = sizes[range]!;
    let low = 0;
    // Ranges by address: the first gap between those that are alive at the same time.
    for (let p = 0; p < n; p++) {
      const other = placed[p]!;
      if (starts[other]! > end || ends[other]! < start) continue;
      if (address[other]! >= low + length) break;
      const top = address[other]! + sizes[other]!;
      if (top > low) low = top;
    }
    address[range] = low;
    if (low + length > size) size = low + length;
    let at = n;
    while (at > 0 && address[placed[at - 1]!]! >= low) {
      placed[at] = placed[at - 1]!;
      at--;
    }
    placed[at] = range;
  }
  return size;
}

/** What first fit makes of some ranges. */
export interface FirstFit {
  /** Bytes that they take. */
  readonly size: number;
  /** Largest sum of live sizes: no allocation can be smaller. */
  readonly peak: number;
}

/**
 * Places ranges in the order of the reference's first trial (docs/model/scheduling.md#allocation).
 *
 * @param length number of time indices
 */
export function allocateFirstFit(ranges: FirstFitRanges, length: number): FirstFit {
  const peak = measure(ranges, length);
  return { size: Math.max(peak, place(ranges, sortRanges(ranges, peak))), peak };
}
