/** Rows of numbers, one after another; smaller is better in each. */
export interface Rows {
  readonly values: Float64Array;
  readonly count: number;
  readonly dimensions: number;
}

const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
const MASK = BUCKETS - 1;
/** Whole numbers below this are sorted by their digits. */
const RADIX_LIMIT = 2 ** 32;
/** Fewer rows are sorted by comparing them. */
const FEW = 64;

/** Room for sorting, kept between calls: sorting is most of the work of a search. */
let room = { keys: new Uint32Array(0), from: new Uint32Array(0), to: new Uint32Array(0) };

const roomFor = (count: number): typeof room => {
  if (room.keys.length < count) {
    const size = 2 * count;
    room = { keys: new Uint32Array(size), from: new Uint32Array(size), to: new Uint32Array(size) };
  }
  return room;
};

const counts = new Uint32Array(BUCKETS);

/** Fills the keys with a column if it holds whole numbers that fit; tells the largest, or −1 if it does not. */
const columnKeys = ({ values, count, dimensions: k }: Rows, column: number, keys: Uint32Array): number => {
  let largest = 0;
  for (let i = 0, at = column; i < count; i++, at += k) {
    const value = values[at]!;
    if (!(value >= 0 && value < RADIX_LIMIT)) return -1;
    const key = value >>> 0;
    if (key !== value) return -1;
    keys[i] = key;
    if (key > largest) largest = key;
  }
  return largest;
};

/** Positions of rows in lexicographic order; of equal rows the first comes first. Valid until the next call. */
const sorted = (rows: Rows): Uint32Array => {
  const { values, count, dimensions: k } = rows;
  const compareFrom =
    (first: number) =>
    (a: number, b: number): number => {
      for (let j = first; j < k; j++) {
        const difference = values[a * k + j]! - values[b * k + j]!;
        if (difference !== 0) return difference;
      }
      return a - b;
    };
  const { keys } = roomFor(count);
  let { from, to } = room;
  for (let i = 0; i < count; i++) from[i] = i;
  if (count < FEW) return from.subarray(0, count).sort(compareFrom(0));
  // Least significant first: columns of whole numbers that come before any other.
  let prefix = 0;
  while (prefix < k && columnKeys(rows, prefix, keys) >= 0) prefix++;
  for (let column = prefix - 1; column >= 0; column--) {
    const largest = columnKeys(rows, column, keys);
    for (let shift = 0; shift < 32 && (shift === 0 || largest >>> shift > 0); shift += DIGIT_BITS) {
      counts.fill(0);
      for (let i = 0; i < count; i++) counts[(keys[i]! >>> shift) & MASK]!++;
      let sum = 0;
      for (let digit = 0; digit < BUCKETS; digit++) {
        const size = counts[digit]!;
        counts[digit] = sum;
        sum += size;
      }
      for (let i = 0; i < count; i++) {
        const row = from[i]!;
        to[counts[(keys[row]! >>> shift) & MASK]!++] = row;
      }
      [from, to] = [to, from];
    }
  }
  const order = from.subarray(0, count);
  if (prefix === k) return order;
  const compare = compareFrom(prefix);
  for (let start = 0, end = 1; start < count; start = end++) {
    const first = order[start]! * k;
    while (end < count) {
      const other = order[end]! * k;
      let j = 0;
      while (j < prefix && values[first + j] === values[other + j]) j++;
      if (j < prefix) break;
      end++;
    }
    if (end - start > 1) order.subarray(start, end).sort(compare);
  }
  return order;
};

/** The least y for every x of the points added so far. */
class Staircase {
  private xs = new Float64Array(64);
  private ys = new Float64Array(64);
  private size = 0;

  /** First step right of x. */
  private after(x: number): number {
    let [from, to] = [0, this.size];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.xs[middle]! <= x) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** True if a point with coordinates of at most (x, y) was added. */
  covers(x: number, y: number): boolean {
    const at = this.after(x);
    return at > 0 && this.ys[at - 1]! <= y;
  }

  add(x: number, y: number): void {
    const at = this.after(x);
    if (at > 0 && this.ys[at - 1]! <= y) return;
    const from = at > 0 && this.xs[at - 1] === x ? at - 1 : at;
    let end = from;
    while (end < this.size && this.ys[end]! >= y) end++;
    if (end === from) {
      if (this.size === this.xs.length) {
        const [xs, ys] = [new Float64Array(2 * this.size), new Float64Array(2 * this.size)];
        xs.set(this.xs);
        ys.set(this.ys);
        [this.xs, this.ys] = [xs, ys];
      }
      this.xs.copyWithin(from + 1, from, this.size);
      this.ys.copyWithin(from + 1, from, this.size);
      this.size++;
    } else if (end > from + 1) {
      this.xs.copyWithin(from + 1, end, this.size);
      this.ys.copyWithin(from + 1, end, this.size);
      this.size -= end - from - 1;
    }
    this.xs[from] = x;
    this.ys[from] = y;
  }
}

/** Knows whether a row is covered by rows seen before; rows come in the order of their first value. */
interface Cover {
  readonly covers: (at: number) => boolean;
  readonly add: (at: number) => void;
}

const coverOf = ({ values, dimensions: k }: Rows, margins: readonly number[]): Cover => {
  const [, m1 = 0, m2 = 0] = margins;
  if (k <= 3) {
    const stairs = new Staircase();
    const x = (at: number): number => (k > 1 ? values[at * k + 1]! : 0);
    const y = (at: number): number => (k > 2 ? values[at * k + 2]! : 0);
    return {
      covers: (at) => stairs.covers(x(at) - m1, y(at) - m2),
      add: (at) => stairs.add(x(at), y(at)),
    };
  }
  const seen: number[] = [];
  const covered = (at: number, by: readonly number[]): boolean =>
    seen.some((other) => {
      for (let j = 1; j < k; j++) {
        if (values[other * k + j]! > values[at * k + j]! - (by[j] ?? 0)) return false;
      }
      return true;
    });
  return {
    covers: (at) => covered(at, margins),
    add: (at) => {
      if (!covered(at, [])) seen.push(at);
    },
  };
};

/**
 * Positions of the rows that no other row dominates, in lexicographic order; of equal rows the first is kept.
 * O(n log n) for up to three dimensions.
 *
 * @param margins if any is positive: keeps every row unless another is better by the margin in each dimension
 */
export const prune = (rows: Rows, margins?: readonly number[]): Uint32Array => {
  const { values, count, dimensions: k } = rows;
  const order = sorted(rows);
  const banded = margins?.some((m) => m > 0) === true;
  const cover = coverOf(rows, banded ? margins : []);
  const kept = new Uint32Array(count);
  let size = 0;
  let next = 0;
  for (const at of order) {
    if (banded) {
      const most = values[at * k]! - (margins[0] ?? 0);
      for (; next < count && values[order[next]! * k]! <= most; next++) cover.add(order[next]!);
    }
    if (cover.covers(at)) continue;
    kept[size++] = at;
    if (!banded) cover.add(at);
  }
  return kept.subarray(0, size);
};

/** 1 for each row that some row of `front` is at most equal to in every dimension. */
export const covered = (front: Rows, rows: Rows): Uint8Array => {
  const { dimensions: k } = rows;
  const all: Rows = {
    values: new Float64Array((front.count + rows.count) * k),
    count: front.count + rows.count,
    dimensions: k,
  };
  all.values.set(front.values.subarray(0, front.count * k));
  all.values.set(rows.values.subarray(0, rows.count * k), front.count * k);
  const cover = coverOf(all, []);
  const result = new Uint8Array(rows.count);
  // Of equal rows, those of the front come first.
  for (const at of sorted(all)) {
    if (at < front.count) cover.add(at);
    else if (cover.covers(at)) result[at - front.count] = 1;
  }
  return result;
};
