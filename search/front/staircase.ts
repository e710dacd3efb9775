import { grown } from './grown.js';

/** The least y for every x of the points added so far: x ascending, y descending. */
export class Staircase {
  /** Area between the staircase and the corner. */
  area = 0;
  private xs = new Float64Array(8);
  private ys = new Float64Array(8);
  private size = 0;

  /** @param corner beyond which the area does not count: larger than every point added */
  constructor(private readonly corner?: readonly [right: number, top: number]) {}

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
    let end = at;
    while (end < this.size && this.ys[end]! >= y) end++;
    if (this.corner !== undefined) this.widen(this.corner, x, y, at, end);
    const from = at > 0 && this.xs[at - 1] === x ? at - 1 : at;
    if (end === from) {
      if (this.size === this.xs.length) [this.xs, this.ys] = [grown(this.xs), grown(this.ys)];
      this.xs.copyWithin(from + 1, from, this.size);
      this.ys.copyWithin(from + 1, from, this.size);
    } else if (end > from + 1) {
      this.xs.copyWithin(from + 1, end, this.size);
      this.ys.copyWithin(from + 1, end, this.size);
    }
    this.size += 1 - (end - from);
    this.xs[from] = x;
    this.ys[from] = y;
  }

  /** Forgets all points. */
  clear(): void {
    this.size = 0;
    this.area = 0;
  }

  /** Adds to the area what a point adds to it that covers the steps from `at` to `end`. */
  private widen(
    [right, top]: readonly [number, number],
    x: number,
    y: number,
    at: number,
    end: number,
  ): void {
    let ceiling = at > 0 ? this.ys[at - 1]! : top;
    let left = x;
    for (let step = at; step < end; step++) {
      this.area += (this.xs[step]! - left) * (ceiling - y);
      left = this.xs[step]!;
      ceiling = this.ys[step]!;
    }
    this.area += ((end < this.size ? this.xs[end]! : right) - left) * (ceiling - y);
  }
}
