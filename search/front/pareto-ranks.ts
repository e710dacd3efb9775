import { RankSorter } from './rank-sorter.js';

/** Objective values of many points: row-major, `dimensions` numbers per point; smaller is better. */
export interface Points {
  readonly count: number;
  readonly dimensions: number;
  readonly values: Float64Array;
}

/** Distinct points in lexicographic order, and which of them each point is. */
const distinct = (
  points: Points,
): { readonly values: Float64Array; readonly count: number; readonly of: Uint32Array } => {
  const { count, dimensions: k, values } = points;
  const order = new Uint32Array(count).map((_, i) => i);
  const compare = (a: number, b: number): number => {
    for (let j = 0; j < k; j++) {
      const difference = values[a * k + j]! - values[b * k + j]!;
      if (difference !== 0) return difference;
    }
    return 0;
  };
  order.sort(compare);
  const sorted = new Float64Array(count * k);
  const of = new Uint32Array(count);
  let unique = 0;
  order.forEach((point, i) => {
    if (i > 0 && compare(order[i - 1]!, point) !== 0) unique++;
    of[point] = unique;
    for (let j = 0; j < k; j++) sorted[unique * k + j] = values[point * k + j]!;
  });
  return { values: sorted, count: count === 0 ? 0 : unique + 1, of };
};

/** Position of the last of the ascending `list` that is at most `value`; −1 for none. */
const lastAtMost = (list: readonly number[], value: number): number => {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (list[middle]! <= value) from = middle + 1;
    else to = middle;
  }
  return from - 1;
};

/** The last two objectives of a front's points that matter: `ys` ascending, `zs` descending. */
interface Stairs {
  readonly ys: number[];
  readonly zs: number[];
}

const covers = ({ ys, zs }: Stairs, y: number, z: number): boolean => {
  const i = lastAtMost(ys, y);
  return i >= 0 && zs[i]! <= z;
};

const extend = ({ ys, zs }: Stairs, y: number, z: number): void => {
  const before = lastAtMost(ys, y);
  const from = before >= 0 && ys[before] === y ? before : before + 1;
  let to = from;
  while (to < zs.length && zs[to]! >= z) to++;
  ys.splice(from, to - from, y);
  zs.splice(from, to - from, z);
};

/**
 * Ranks from 0 of distinct points with up to three objectives in lexicographic order. A front that dominates a point
 * is dominated by every front before it, so the rank is found by bisection.
 */
const sweep = (values: Float64Array, count: number, k: number): Int32Array => {
  const fronts: Stairs[] = [];
  const ranks = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    // One objective: the order says it all. Two: the third is level.
    const y = k === 1 ? 0 : values[i * k + 1]!;
    const z = k === 3 ? values[i * k + 2]! : 0;
    let [from, to] = [0, fronts.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (covers(fronts[middle]!, y, z)) from = middle + 1;
      else to = middle;
    }
    ranks[i] = from;
    const front = (fronts[from] ??= { ys: [], zs: [] });
    extend(front, y, z);
  }
  return ranks;
};

/** Ranks from 0 by divide and conquer. */
const sortRanks = (values: Float64Array, count: number, k: number): Int32Array => {
  const sorter = new RankSorter(values, count, k);
  sorter.within(
    new Uint32Array(count).map((_, i) => i),
    k - 1,
  );
  return sorter.ranks;
};

/**
 * Pareto rank of every point, from 1: a point has rank r + 1 when its best dominators have rank r. Equal points share
 * a rank. No value may be NaN. O(n log² n) for up to three objectives.
 */
export const paretoRanks = (points: Points): Uint32Array => {
  const { values, count, of } = distinct(points);
  const ranks = (points.dimensions <= 3 ? sweep : sortRanks)(values, count, points.dimensions);
  return of.map((i) => ranks[i]! + 1);
};
