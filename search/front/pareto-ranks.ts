import { lexicographicOrder } from './lexicographic.js';
import { agree, selectPoints, type Points } from './points.js';
import { RankSorter } from './rank-sorter.js';
import { Staircase } from './staircase.js';

/** Distinct points in lexicographic order, and which of them each point is. */
const distinct = (points: Points): { readonly unique: Points; readonly of: Uint32Array } => {
  const first: number[] = [];
  const of = new Uint32Array(points.count);
  for (const point of lexicographicOrder(points)) {
    if (first.length === 0 || !agree(points, first.at(-1)!, point)) first.push(point);
    of[point] = first.length - 1;
  }
  return { unique: selectPoints(points, first), of };
};

/**
 * Ranks from 0 of distinct points with up to three objectives in lexicographic order. A front that dominates a point
 * is dominated by every front before it, so the rank is found by bisection.
 */
const sweep = ({ values, count, dimensions: k }: Points): Int32Array => {
  const fronts: Staircase[] = [];
  const ranks = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    // One objective: the order says it all. Two: the third is level.
    const y = k === 1 ? 0 : values[i * k + 1]!;
    const z = k === 3 ? values[i * k + 2]! : 0;
    let [from, to] = [0, fronts.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (fronts[middle]!.covers(y, z)) from = middle + 1;
      else to = middle;
    }
    ranks[i] = from;
    (fronts[from] ??= new Staircase()).add(y, z);
  }
  return ranks;
};

/** Ranks from 0 by divide and conquer. */
const sortRanks = (points: Points): Int32Array => {
  const sorter = new RankSorter(points);
  const all = Uint32Array.from({ length: points.count }, (_, i) => i);
  sorter.within(all, points.dimensions - 1);
  return sorter.ranks;
};

/**
 * Pareto rank of every point, from 1: a point has rank r + 1 when its best dominators have rank r. Equal points share
 * a rank. No value may be NaN. O(n log² n) for up to three objectives.
 */
export const paretoRanks = (points: Points): Uint32Array => {
  const { unique, of } = distinct(points);
  const ranks = (points.dimensions <= 3 ? sweep : sortRanks)(unique);
  return of.map((i) => ranks[i]! + 1);
};
