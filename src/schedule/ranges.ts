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

/**
 * Pairs of ranges in order of first meeting: at each time those that begin meet all that are alive. Undefined when
 * there are more than `MAX_PAIRS`.
 */
function meetings(count: number, start: Int32Array, end: Int32Array, length: number): number[] | undefined {
  const pairs: number[] = [];
  const alive: number[] = [];
  const { first, ranges } = byStart(count, start, length);
  for (let t = 0; t < length; t++) {
    let kept = 0;
    const fresh: number[] = [];
    for (let k = first[t]!; k < first[t + 1]!; k++) if (end[ranges[k]!]! >= t) fresh.push(ranges[k]!);
    if (fresh.length === 0) continue;
    for (const r of alive) if (end[r]! >= t) alive[kept++] = r;
    alive.length = kept;
    for (const r of fresh) insert(alive, r);
    if (pairs.length / 2 + fresh.length * alive.length > MAX_PAIRS) return undefined;
    let older = 0;
    for (let i = 0; i < alive.length; i++) {
      const a = alive[i]!;
      if (start[a] === t) {
        older++;
        for (let j = i + 1; j < alive.length; j++) pairs.push(a, alive[j]!);
      } else for (let k = older; k < fresh.length; k++) pairs.push(a, fresh[k]!);
    }
  }
  return pairs;
}

/** Adds a number to a sorted list. */
function insert(list: number[], value: number): void {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! < value) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, value);
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
  const pairs = meetings(count, start, end, length);
  if (pairs === undefined) return undefined;
  const first = new Int32Array(count + 1);
  for (const r of pairs) first[r + 1]!++;
  for (let r = 0; r < count; r++) first[r + 1]! += first[r]!;
  const neighbours = new Int32Array(pairs.length);
  const next = first.slice();
  for (let p = 0; p < pairs.length; p += 2) {
    const a = pairs[p]!;
    const b = pairs[p + 1]!;
    neighbours[next[a]!++] = b;
    neighbours[next[b]!++] = a;
  }
  return { ...known, neighbours, first };
}
