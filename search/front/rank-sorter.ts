import { orderBy, type Points } from './points.js';

/**
 * Non-dominated sorting by divide and conquer after Jensen (2003) with the corrections of Fortin et al. (2013) and the
 * three-way splits of Buzdalov and Shalyto (2014): O(n log^(k−1) n) for k objectives, all minimised.
 */

/** Below this size comparing all pairs is faster than splitting. */
const SMALL = 24;

/** Largest rank among points with a second objective up to a given one, over positions of that objective's order. */
class PrefixMaximum {
  private readonly tree: Int32Array;

  constructor(readonly size: number) {
    this.tree = new Int32Array(size + 1).fill(-1);
  }

  query(position: number): number {
    let best = -1;
    for (let i = position + 1; i > 0; i &= i - 1) if (this.tree[i]! > best) best = this.tree[i]!;
    return best;
  }

  raise(position: number, rank: number): void {
    for (let i = position + 1; i <= this.size && this.tree[i]! < rank; i += i & -i) this.tree[i] = rank;
  }

  clear(position: number): void {
    for (let i = position + 1; i <= this.size && this.tree[i] !== -1; i += i & -i) this.tree[i] = -1;
  }
}

/** Position of each point's value of objective `j` among the distinct values of it. */
const positions = (points: Points, j: number): Uint32Array => {
  const { values, count, dimensions: k } = points;
  const order = orderBy(points, j);
  const result = new Uint32Array(count);
  let position = 0;
  for (let i = 0; i < count; i++) {
    if (i > 0 && values[order[i]! * k + j] !== values[order[i - 1]! * k + j]) position++;
    result[order[i]!] = position;
  }
  return result;
};

/** Points that a pivot is taken from. */
const PROBES = 64;

/** Two ascending lists as one. */
const merge = (a: Uint32Array, b: Uint32Array): Uint32Array => {
  const result = new Uint32Array(a.length + b.length);
  let [i, j] = [0, 0];
  for (let n = 0; n < result.length; n++) {
    result[n] = j >= b.length || (i < a.length && a[i]! < b[j]!) ? a[i++]! : b[j++]!;
  }
  return result;
};

interface Split {
  readonly less: Uint32Array;
  readonly equal: Uint32Array;
  readonly more: Uint32Array;
}

/** Ranks of distinct points in lexicographic order, for any number of objectives; ranks count from 0. */
export class RankSorter {
  readonly ranks: Int32Array;
  /** Every objective as positions among its distinct values: comparisons of integers. */
  private readonly columns: readonly Uint32Array[];
  private readonly highest: PrefixMaximum;

  constructor(points: Points) {
    this.ranks = new Int32Array(points.count);
    this.columns = Array.from({ length: points.dimensions }, (_, j) => positions(points, j));
    this.highest = new PrefixMaximum(points.count);
  }

  /** Ranks `set` within itself, objectives above `j` being settled. */
  within(set: Uint32Array, j: number): void {
    if (set.length < 2) return;
    if (j <= 1) {
      this.sweepWithin(set);
      return;
    }
    if (set.length <= SMALL) {
      this.pairsWithin(set, j);
      return;
    }
    const { less, equal, more } = this.split(set, j, this.median(set, j));
    this.within(less, j);
    this.between(less, equal, j - 1);
    this.within(equal, j - 1);
    this.between(merge(less, equal), more, j - 1);
    this.within(more, j);
  }

  /** Raises the ranks of `right` above those of the points of `left` that dominate them; `left` is final. */
  private between(left: Uint32Array, right: Uint32Array, j: number): void {
    if (left.length === 0 || right.length === 0) return;
    if (j <= 1) {
      this.sweepBetween(left, right);
      return;
    }
    if (left.length * right.length <= SMALL * SMALL) {
      this.pairsBetween(left, right, j);
      return;
    }
    const column = this.columns[j]!;
    let [leastLeft, mostLeft, leastRight, mostRight] = [Infinity, -1, Infinity, -1];
    for (const i of left) {
      if (column[i]! < leastLeft) leastLeft = column[i]!;
      if (column[i]! > mostLeft) mostLeft = column[i]!;
    }
    for (const i of right) {
      if (column[i]! < leastRight) leastRight = column[i]!;
      if (column[i]! > mostRight) mostRight = column[i]!;
    }
    if (leastLeft > mostRight) return;
    if (mostLeft <= leastRight) {
      this.between(left, right, j - 1);
      return;
    }
    const pivot = this.median(left.length > right.length ? left : right, j);
    const l = this.split(left, j, pivot);
    const r = this.split(right, j, pivot);
    this.between(l.less, r.less, j);
    this.between(l.less, r.equal, j - 1);
    this.between(l.equal, r.equal, j - 1);
    this.between(merge(l.less, l.equal), r.more, j - 1);
    this.between(l.more, r.more, j);
  }

  /** Middle value of objective `j` over evenly spaced members. */
  private median(set: Uint32Array, j: number): number {
    const column = this.columns[j]!;
    const count = Math.min(PROBES, set.length);
    const probes = new Uint32Array(count);
    for (let i = 0; i < count; i++) probes[i] = column[set[Math.floor((i * set.length) / count)]!]!;
    return probes.sort()[count >> 1]!;
  }

  private split(set: Uint32Array, j: number, pivot: number): Split {
    const column = this.columns[j]!;
    let [less, equal] = [0, 0];
    for (const i of set) {
      if (column[i]! < pivot) less++;
      else if (column[i] === pivot) equal++;
    }
    const sides: Split = {
      less: new Uint32Array(less),
      equal: new Uint32Array(equal),
      more: new Uint32Array(set.length - less - equal),
    };
    let [l, e, m] = [0, 0, 0];
    for (const i of set) {
      if (column[i]! < pivot) sides.less[l++] = i;
      else if (column[i] === pivot) sides.equal[e++] = i;
      else sides.more[m++] = i;
    }
    return sides;
  }

  private raise(point: number, rank: number): void {
    if (this.ranks[point]! < rank) this.ranks[point] = rank;
  }

  private dominates(a: number, b: number, j: number): boolean {
    for (let o = 1; o <= j; o++) if (this.columns[o]![a]! > this.columns[o]![b]!) return false;
    return true;
  }

  private pairsWithin(set: Uint32Array, j: number): void {
    for (let b = 1; b < set.length; b++) {
      for (let a = 0; a < b; a++) {
        if (this.dominates(set[a]!, set[b]!, j)) this.raise(set[b]!, this.ranks[set[a]!]! + 1);
      }
    }
  }

  private pairsBetween(left: Uint32Array, right: Uint32Array, j: number): void {
    for (const b of right) {
      for (const a of left) {
        if (a > b) break;
        if (this.dominates(a, b, j)) this.raise(b, this.ranks[a]! + 1);
      }
    }
  }

  private sweepWithin(set: Uint32Array): void {
    const column = this.columns[1] ?? this.columns[0]!;
    for (const i of set) {
      this.raise(i, this.highest.query(column[i]!) + 1);
      this.highest.raise(column[i]!, this.ranks[i]!);
    }
    for (const i of set) this.highest.clear(column[i]!);
  }

  private sweepBetween(left: Uint32Array, right: Uint32Array): void {
    const column = this.columns[1]!;
    let next = 0;
    for (const b of right) {
      for (; next < left.length && left[next]! < b; next++) {
        this.highest.raise(column[left[next]!]!, this.ranks[left[next]!]!);
      }
      this.raise(b, this.highest.query(column[b]!) + 1);
    }
    for (let i = 0; i < next; i++) this.highest.clear(column[left[i]!]!);
  }
}
