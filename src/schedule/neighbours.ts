import type { FirstFitRanges } from './first-fit.js';

/** Pairs of neighbours beyond which they are not listed: a thousand tensors that are all alive at the same time. */
const MAX_PAIRS = 2 ** 19;

/** Adds a number to a sorted list. */
function insert(list: number[], value: number): void {
  let at = list.length;
  list.push(value);
  for (; at > 0 && list[at - 1]! > value; at--) list[at] = list[at - 1]!;
  list[at] = value;
}

/** An array at least so long, the same one if it is. */
const withRoom = (array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> =>
  array.length >= length ? array : new Int32Array(2 * length);

/** Ranges that are alive at the same time, in arrays that are filled again and again. */
export class Neighbours {
  /** Ranges that meet each one, in order of first meeting: range r's from `first[r]` to `first[r + 1]`. */
  list = new Int32Array(1024);
  first = new Int32Array(128);
  private pairs = new Int32Array(1024);
  private next = new Int32Array(128);
  private byStart = new Int32Array(64);
  private startsAt = new Int32Array(256);
  private readonly alive: number[] = [];
  private readonly fresh: number[] = [];

  /**
   * Fills in the neighbours of some ranges. Ranges that end before they start meet none.
   *
   * @param length number of time indices
   * @returns false when there are more than `MAX_PAIRS` pairs
   */
  find(ranges: FirstFitRanges, length: number): boolean {
    const { count } = ranges;
    const filled = this.meet(ranges, length);
    if (filled === undefined) return false;
    this.first = withRoom(this.first, count + 1);
    this.next = withRoom(this.next, count + 1);
    this.list = withRoom(this.list, filled);
    const { pairs, first, next, list } = this;
    first.fill(0, 0, count + 1);
    for (let p = 0; p < filled; p++) first[pairs[p]! + 1]!++;
    for (let r = 0; r < count; r++) {
      first[r + 1]! += first[r]!;
      next[r] = first[r]!;
    }
    for (let p = 0; p < filled; p += 2) {
      const a = pairs[p]!;
      const b = pairs[p + 1]!;
      list[next[a]!++] = b;
      list[next[b]!++] = a;
    }
    return true;
  }

  /** Sorts ranges by their start, in order of creation where equal: those of time t from `startsAt[t]`. */
  private sortByStart({ count, starts }: FirstFitRanges, length: number): void {
    this.startsAt = withRoom(this.startsAt, length + 2);
    this.byStart = withRoom(this.byStart, count);
    const { startsAt, byStart } = this;
    // Entry t + 1 is where the next range of time t goes, and in the end where those of time t + 1 begin.
    startsAt.fill(0, 0, length + 2);
    for (let r = 0; r < count; r++) if (starts[r]! < length) startsAt[starts[r]! + 2]!++;
    for (let t = 2; t <= length; t++) startsAt[t]! += startsAt[t - 1]!;
    for (let r = 0; r < count; r++) if (starts[r]! < length) byStart[startsAt[starts[r]! + 1]!++] = r;
  }

  /**
   * Fills in the pairs of ranges in order of first meeting: at each time those that begin meet all that are alive.
   *
   * @returns twice their number; undefined when there are more than `MAX_PAIRS`
   */
  private meet(ranges: FirstFitRanges, length: number): number | undefined {
    this.sortByStart(ranges, length);
    const { starts, ends } = ranges;
    const { startsAt, byStart, alive, fresh } = this;
    let filled = 0;
    alive.length = 0;
    for (let t = 0; t < length; t++) {
      fresh.length = 0;
      for (let k = startsAt[t]!; k < startsAt[t + 1]!; k++) {
        if (ends[byStart[k]!]! >= t) fresh.push(byStart[k]!);
      }
      if (fresh.length === 0) continue;
      let kept = 0;
      for (let k = 0; k < alive.length; k++) if (ends[alive[k]!]! >= t) alive[kept++] = alive[k]!;
      if (kept < alive.length) alive.length = kept;
      for (let k = 0; k < fresh.length; k++) insert(alive, fresh[k]!);
      const most = filled + 2 * fresh.length * alive.length;
      if (most > 2 * MAX_PAIRS) return undefined;
      if (most > this.pairs.length) {
        const wider = new Int32Array(2 * most);
        wider.set(this.pairs);
        this.pairs = wider;
      }
      const { pairs } = this;
      let older = 0;
      for (let i = 0; i < alive.length; i++) {
        const a = alive[i]!;
        const begins = starts[a] === t;
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
}
