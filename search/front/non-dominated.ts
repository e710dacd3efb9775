import { lexicographicOrder } from './lexicographic.js';
import { joinPoints, type Points } from './points.js';
import { Staircase } from './staircase.js';

type Margins = readonly number[];
const NONE: Margins = [];

/** Knows whether a row is covered by rows seen before; rows come in the order of their first value. */
interface Cover {
  /** True if a row seen before is at least as good, or better by the margins. */
  readonly covers: (at: number, margins: Margins) => boolean;
  /** Takes in a row that is not covered. */
  readonly add: (at: number) => void;
}

const coverOf = ({ values, dimensions: k }: Points): Cover => {
  if (k <= 3) {
    const stairs = new Staircase();
    const x = (at: number): number => (k > 1 ? values[at * k + 1]! : 0);
    const y = (at: number): number => (k > 2 ? values[at * k + 2]! : 0);
    return {
      covers: (at, margins) => stairs.covers(x(at) - (margins[1] ?? 0), y(at) - (margins[2] ?? 0)),
      add: (at) => stairs.add(x(at), y(at)),
    };
  }
  const seen: number[] = [];
  return {
    covers: (at, margins) =>
      seen.some((other) => {
        for (let j = 1; j < k; j++) {
          if (values[other * k + j]! > values[at * k + j]! - (margins[j] ?? 0)) return false;
        }
        return true;
      }),
    add: (at) => seen.push(at),
  };
};

/**
 * Positions of the rows that no other row dominates, in lexicographic order; of equal rows the first is kept.
 * O(n log n) for up to three dimensions.
 *
 * @param margins if any is positive: keeps every row unless another is better by the margin in each dimension
 */
export const prune = (rows: Points, margins = NONE): Uint32Array => {
  const { values, count, dimensions: k } = rows;
  const order = lexicographicOrder(rows);
  const banded = margins.some((m) => m > 0);
  const cover = coverOf(rows);
  const kept = new Uint32Array(count);
  let size = 0;
  let next = 0;
  for (const at of order) {
    if (banded) {
      const most = values[at * k]! - (margins[0] ?? 0);
      for (; next < count && values[order[next]! * k]! <= most; next++) {
        if (!cover.covers(order[next]!, NONE)) cover.add(order[next]!);
      }
    }
    if (cover.covers(at, banded ? margins : NONE)) continue;
    kept[size++] = at;
    if (!banded) cover.add(at);
  }
  return kept.subarray(0, size);
};

/** 1 for each row that some row of `front` is at most equal to in every dimension. */
export const covered = (front: Points, rows: Points): Uint8Array => {
  const all = joinPoints(front, rows);
  const cover = coverOf(all);
  const result = new Uint8Array(rows.count);
  // Of equal rows, those of the front come first.
  for (const at of lexicographicOrder(all)) {
    const isCovered = cover.covers(at, NONE);
    if (at >= front.count) result[at - front.count] = Number(isCovered);
    else if (!isCovered) cover.add(at);
  }
  return result;
};
