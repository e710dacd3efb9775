import type { Points } from './pareto-ranks.js';

/** Rows of `points` that are better than the reference in every objective. */
const inside = (points: Points, reference: readonly number[]): number[][] => {
  const rows: number[][] = [];
  for (let i = 0; i < points.count; i++) {
    const row = Array.from(points.values.subarray(i * points.dimensions, (i + 1) * points.dimensions));
    if (row.every((value, j) => value < reference[j]!)) rows.push(row);
  }
  return rows;
};

/** A staircase of points (x ascending, y descending) and the area between it and a reference corner. */
class Staircase {
  area = 0;
  private readonly xs: number[] = [];
  private readonly ys: number[] = [];

  constructor(
    private readonly right: number,
    private readonly top: number,
  ) {}

  add(x: number, y: number): void {
    let [from, to] = [0, this.xs.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.xs[middle]! <= x) from = middle + 1;
      else to = middle;
    }
    if (from > 0 && this.ys[from - 1]! <= y) return;
    let ceiling = from > 0 ? this.ys[from - 1]! : this.top;
    let left = x;
    let end = from;
    for (; end < this.xs.length && this.ys[end]! >= y; end++) {
      this.area += (this.xs[end]! - left) * (ceiling - y);
      left = this.xs[end]!;
      ceiling = this.ys[end]!;
    }
    this.area += ((end < this.xs.length ? this.xs[end]! : this.right) - left) * (ceiling - y);
    if (from > 0 && this.xs[from - 1] === x) from--;
    this.xs.splice(from, end - from, x);
    this.ys.splice(from, end - from, y);
  }
}

/** Area or volume of two or three objectives, by a sweep over the last; exact. Reorders `rows`. */
const swept = (rows: number[][], reference: readonly number[], dimensions: number): number => {
  const [rx = 0, ry = 0, rz = 0] = reference;
  if (dimensions === 1) return rows.reduce((best, [x = 0]) => Math.max(best, rx - x), 0);
  const stairs = new Staircase(rx, ry);
  if (dimensions === 2) {
    for (const [x = 0, y = 0] of rows) stairs.add(x, y);
    return stairs.area;
  }
  rows.sort((a, b) => a[2]! - b[2]!);
  let volume = 0;
  rows.forEach(([x = 0, y = 0, z = 0], i) => {
    stairs.add(x, y);
    volume += stairs.area * ((rows[i + 1]?.[2] ?? rz) - z);
  });
  return volume;
};

const covers = (a: readonly number[], b: readonly number[], dimensions: number): boolean => {
  for (let j = 0; j < dimensions; j++) if (a[j]! > b[j]!) return false;
  return true;
};

/** The rows that no other covers in the first objectives; one of equal ones. */
const nonDominated = (rows: readonly number[][], dimensions: number): number[][] => {
  const kept: number[][] = [];
  for (const row of rows) {
    if (kept.some((other) => covers(other, row, dimensions))) continue;
    let left = 0;
    for (const other of kept) if (!covers(row, other, dimensions)) kept[left++] = other;
    kept.length = left;
    kept.push(row);
  }
  return kept;
};

/**
 * Volume of many objectives: the sum of what each point adds to those that are better in the last objective. Seen from
 * a point these shrink to points that are no better than it in any objective and equal to it in the last, so what it
 * adds is a matter of one objective less (While, Bradstreet and Barone 2012).
 */
const summed = (rows: number[][], reference: readonly number[], dimensions: number): number => {
  if (dimensions <= 3) return swept(rows, reference, dimensions);
  const last = dimensions - 1;
  rows.sort((a, b) => b[last]! - a[last]!);
  let volume = 0;
  rows.forEach((row, i) => {
    const limited = rows.slice(i + 1).map((other) => {
      const point = new Array<number>(last);
      for (let j = 0; j < last; j++) point[j] = Math.max(row[j]!, other[j]!);
      return point;
    });
    let own = 1;
    for (let j = 0; j < last; j++) own *= reference[j]! - row[j]!;
    own -= summed(nonDominated(limited, last), reference, last);
    volume += own * (reference[last]! - row[last]!);
  });
  return volume;
};

/** Most points that are measured, by the number of objectives: some seconds of work. */
const MOST_POINTS: readonly number[] = [0, Infinity, Infinity, Infinity, 4000, 1000, 400, 200, 100];

/**
 * Volume that the points dominate up to a reference point, all objectives minimised; exact. Undefined for fronts that
 * would take too long: those of more than 4000, 1000, 400, 200 or 100 points with 4, 5, 6, 7 or 8 objectives, and any
 * with more than 8.
 */
export const hypervolume = (points: Points, reference: readonly number[]): number | undefined => {
  const k = points.dimensions;
  const all = inside(points, reference);
  if (k <= 3) return swept(all, reference, k);
  const rows = nonDominated(all, k);
  return rows.length > (MOST_POINTS[k] ?? -1) ? undefined : summed(rows, reference, k);
};
