import { roundUp } from '../cost/integers.js';
import { usage, type Liveness } from './liveness.js';
import { rangeMaximum } from './range-maximum.js';

/** Pairs of neighbours beyond which they are not listed: a thousand tensors that are all alive at the same time. */
const MAX_PAIRS = 2 ** 19;

/** Ranges as they are to be placed. */
export interface Ranges {
  readonly count: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly size: Float64Array;
  /** Largest sum of live sizes: no allocation can be smaller. */
  readonly lowerBound: number;
  /** Largest sum of live sizes during each range. */
  readonly pressure: Float64Array;
}

/** Ranges with those that they must not overlap. */
export interface NeighbouredRanges extends Ranges {
  /** Ranges that are alive at the same time, in order of first meeting: range r's from `first[r]` to `first[r + 1]`. */
  readonly neighbours: Int32Array;
  readonly first: Int32Array;
}

/** Ranges by their start, in order of creation where equal: those of time t from `first[t]` to `first[t + 1]`. */
function byStart(
  count: number,
  start: Int32Array,
  length: number,
): { first: Int32Array; ranges: Int32Array } {
  const first = new Int32Array(length + 1);
  for (let r = 0; r < count; r++) if (start[r]! < length) first[start[r]! + 1]!++;
  for (let t = 0; t < length; t++) first[t + 1]! += first[t]!;
  const ranges = new Int32Array(first[length]!);
  const next = first.slice();
  for (let r = 0; r < count; r++) if (start[r]! < length) ranges[next[start[r]!]!++] = r;
  return { first, ranges };
}

/** Pairs of ranges, one after another, in an array that is filled again and again. */
let pairs = new Int32Array(1024);

/**
 * Fills in the pairs of ranges in order of first meeting: at each time those that begin meet all that are alive.
 *
 * @returns twice their number; undefined when there are more than `MAX_PAIRS`
 */
function meet(count: number, start: Int32Array, end: Int32Array, length: number): number | undefined {
  let filled = 0;
  const alive: number[] = [];
  const fresh: number[] = [];
  const { first, ranges } = byStart(count, start, length);
  for (let t = 0; t < length; t++) {
    fresh.length = 0;
    for (let k = first[t]!; k < first[t + 1]!; k++) if (end[ranges[k]!]! >= t) fresh.push(ranges[k]!);
    if (fresh.length === 0) continue;
    let kept = 0;
    for (let k = 0; k < alive.length; k++) if (end[alive[k]!]! >= t) alive[kept++] = alive[k]!;
    alive.length = kept;
    for (let k = 0; k < fresh.length; k++) insert(alive, fresh[k]!);
    const most = filled + 2 * fresh.length * alive.length;
    if (most > 2 * MAX_PAIRS) return undefined;
    if (most > pairs.length) {
      const wider = new Int32Array(2 * most);
      wider.set(pairs);
      pairs = wider;
    }
    let older = 0;
    for (let i = 0; i < alive.length; i++) {
      const a = alive[i]!;
      const begins = start[a] === t;
      if (begins) older++;
      const others = begins ? alive : fresh;
      for (let k = begins ? i + 1 : older; k < others.length; k++) {
        pairs[filled++] = a;
        pairs[filled++] = others[k]!;
      }
    }
  }
  return filled;
}

/** Adds a number to a sorted list. */
function insert(list: number[], value: number): void {
  let at = list.length;
  list.push(value);
  for (; at > 0 && list[at - 1]! > value; at--) list[at] = list[at - 1]!;
  list[at] = value;
}

/** The ranges of a memory, sizes rounded up to `alignment`. */
export function rangesOf(liveness: Liveness, alignment: number): Ranges {
  const { count, length, starts: start } = liveness;
  const end = new Int32Array(count);
  const size = new Float64Array(count);
  for (let r = 0; r < count; r++) {
    end[r] = Math.min(liveness.ends[r]!, length - 1);
    size[r] = roundUp(liveness.sizes[r]!, alignment);
  }
  const total = usage(liveness, alignment);
  let lowerBound = 0;
  for (const bytes of total) if (bytes > lowerBound) lowerBound = bytes;
  const most = rangeMaximum(total);
  const pressure = new Float64Array(count);
  for (let r = 0; r < count; r++) pressure[r] = most(start[r]!, end[r]!);
  return { count, start, end, size, lowerBound, pressure };
}

/** Ranges with their neighbours; undefined when there are more than `MAX_PAIRS` pairs of them. `length`: of time. */
export function withNeighbours(known: Ranges, length: number): NeighbouredRanges | undefined {
  const { count, start, end } = known;
  const filled = meet(count, start, end, length);
  if (filled === undefined) return undefined;
  const first = new Int32Array(count + 1);
  for (let p = 0; p < filled; p++) first[pairs[p]! + 1]!++;
  for (let r = 0; r < count; r++) first[r + 1]! += first[r]!;
  const neighbours = new Int32Array(filled);
  const next = first.slice();
  for (let p = 0; p < filled; p += 2) {
    const a = pairs[p]!;
    const b = pairs[p + 1]!;
    neighbours[next[a]!++] = b;
    neighbours[next[b]!++] = a;
  }
  return { ...known, neighbours, first };
}
