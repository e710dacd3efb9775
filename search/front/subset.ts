import { hypervolume } from './hypervolume.js';
import type { Points } from './points.js';

/** How the points of a front are compared. */
export interface Yardstick {
  /** Up to where points dominate; without it, only distances count. */
  readonly reference: readonly number[] | undefined;
  /** Per objective what differences are divided by; absent, the larger of the two magnitudes. */
  readonly scales: readonly (number | undefined)[];
}

/** Some points that stand for a whole front. */
export interface Subset {
  /** Rows of the points, in the order in which they were taken. */
  readonly rows: readonly number[];
  /** Share of the front's hypervolume that they dominate; undefined where that is not known. */
  readonly kept: number | undefined;
  /**
   * How much better a point left out can be than these: of each, the largest difference in any objective from the point
   * that comes nearest; of all, the largest. 0 where none is left out.
   */
  readonly gap: number;
}

/** Shares of the hypervolume below this are rounding. */
const NOTHING = 1e-12;

/** By how much row `a` is better than row `b` in the objective in which it is best. */
const excessOf = (
  { dimensions: k, values }: Points,
  scales: Yardstick['scales'],
  a: number,
  b: number,
): number => {
  let most = 0;
  for (let j = 0; j < k; j++) {
    const [x, y] = [values[a * k + j]!, values[b * k + j]!];
    if (x < y) most = Math.max(most, (y - x) / (scales[j] ?? Math.max(Math.abs(x), Math.abs(y))));
  }
  return most;
};

/** The distinct points of some rows: of equal ones the first. */
export const distinctRows = ({ count, dimensions: k, values }: Points): number[] => {
  const seen = new Set<string>();
  return Array.from({ length: count }, (_, i) => i).filter((i) => {
    const key = values.subarray(i * k, (i + 1) * k).join();
    return !seen.has(key) && seen.add(key);
  });
};

/** Volume that a point dominates, and the part of it that chosen points do not. */
const volumesOf = ({ dimensions: k, values }: Points, reference: readonly number[]) => {
  const box = (i: number): number => {
    let volume = 1;
    for (let j = 0; j < k; j++) volume *= Math.max(0, reference[j]! - values[i * k + j]!);
    return volume;
  };
  const exclusive = (i: number, chosen: readonly number[]): number => {
    const limited = Float64Array.from({ length: chosen.length * k }, (_, at) =>
      Math.max(values[i * k + (at % k)]!, values[chosen[Math.floor(at / k)]! * k + (at % k)]!),
    );
    return box(i) - hypervolume({ count: chosen.length, dimensions: k, values: limited }, reference)!;
  };
  return { box, exclusive };
};

/**
 * Some points of a front: given ones, then those that add most to the hypervolume of what was taken, which keeps at least
 * 63 % of what as many points could add. Where none adds anything, the one that is farthest from what was taken.
 *
 * @param first rows to begin with
 * @param most rows in all
 */
export const greedySubset = (
  points: Points,
  first: readonly number[],
  most: number,
  { reference, scales }: Yardstick,
): Subset => {
  const { count } = points;
  const rows: number[] = [];
  const gaps = new Float64Array(count).fill(Infinity);
  const volumes = reference && volumesOf(points, reference);
  const whole = reference && hypervolume(points, reference);
  // What a point adds falls with every one taken: an old number is a bound of the new one.
  const bounds = new Float64Array(count).map((_, i) => volumes?.box(i) ?? 0);
  const ages = new Uint32Array(count);
  const least = NOTHING * bounds.reduce((a, b) => Math.max(a, b), 0);
  let volume = 0;
  const take = (row: number): void => {
    volume += volumes?.exclusive(row, rows) ?? 0;
    rows.push(row);
    bounds[row] = 0;
    for (let i = 0; i < count; i++) gaps[i] = Math.min(gaps[i]!, excessOf(points, scales, i, row));
  };
  const largest = (of: Float64Array): number => {
    let best = 0;
    for (let i = 1; i < count; i++) if (of[i]! > of[best]!) best = i;
    return best;
  };
  for (const row of new Set(first)) if (rows.length < most) take(row);
  while (rows.length < Math.min(most, count)) {
    let next = largest(bounds);
    while (bounds[next]! > least && ages[next] !== rows.length) {
      bounds[next] = volumes!.exclusive(next, rows);
      ages[next] = rows.length;
      next = largest(bounds);
    }
    if (bounds[next]! > least) take(next);
    else if (gaps[(next = largest(gaps))]! > 0) take(next);
    else break;
  }
  return {
    rows,
    kept: whole === undefined ? undefined : whole === 0 ? 1 : Math.min(1, volume / whole),
    gap: count === 0 ? 0 : gaps[largest(gaps)]!,
  };
};
