import type { Points } from './pareto.js';

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

/**
 * Volume that the points dominate up to a reference point, all objectives minimised; exact for one, two and three
 * objectives, undefined for more.
 */
export const hypervolume = (points: Points, reference: readonly number[]): number | undefined => {
  const rows = inside(points, reference);
  const [rx = 0, ry = 0, rz = 0] = reference;
  if (points.dimensions === 1) return rows.reduce((best, [x = 0]) => Math.max(best, rx - x), 0);
  const stairs = new Staircase(rx, ry);
  if (points.dimensions === 2) {
    for (const [x = 0, y = 0] of rows) stairs.add(x, y);
    return stairs.area;
  }
  if (points.dimensions !== 3) return undefined;
  rows.sort((a, b) => a[2]! - b[2]!);
  let volume = 0;
  rows.forEach(([x = 0, y = 0, z = 0], i) => {
    stairs.add(x, y);
    volume += stairs.area * ((rows[i + 1]?.[2] ?? rz) - z);
  });
  return volume;
};
