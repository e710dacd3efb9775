import { lexicographicOrder } from './lexicographic.js';
import { prune } from './non-dominated.js';
import { orderBy, pointAt, selectPoints, type Points } from './points.js';
import { Staircase } from './staircase.js';

type Reference = readonly number[];

/** The points that are better than the reference in every objective. */
const inside = (points: Points, reference: Reference): Points => {
  const { dimensions: k, values } = points;
  const isInside = (i: number): boolean => reference.every((limit, j) => values[i * k + j]! < limit);
  const all = new Uint32Array(points.count).map((_, i) => i);
  return selectPoints(points, all.filter(isInside));
};

const length = ({ values }: Points, [right = 0]: Reference): number =>
  values.reduce((best, x) => Math.max(best, right - x), 0);

/** From left to right, each point adds the strip below those before it. */
const area = (points: Points, [right = 0, top = 0]: Reference): number => {
  let total = 0;
  let least = top;
  for (const i of lexicographicOrder(points)) {
    const y = points.values[2 * i + 1]!;
    if (y >= least) continue;
    total += (right - points.values[2 * i]!) * (least - y);
    least = y;
  }
  return total;
};

/** A sweep over the last objective. */
const volume = (points: Points, [right = 0, top = 0, far = 0]: Reference): number => {
  const stairs = new Staircase([right, top]);
  const order = orderBy(points, 2);
  const { values } = points;
  return order.reduce((total, i, n) => {
    stairs.add(values[3 * i]!, values[3 * i + 1]!);
    const next = n + 1 < order.length ? values[3 * order[n + 1]! + 2]! : far;
    return total + stairs.area * (next - values[3 * i + 2]!);
  }, 0);
};

/** Points with three objectives, none dominated by another, in the order of the third. */
class Slice {
  private size = 0;
  private readonly values: Float64Array;
  private readonly stairs: Staircase;

  constructor(
    capacity: number,
    private readonly reference: Reference,
  ) {
    this.values = new Float64Array(3 * capacity);
    this.stairs = new Staircase([reference[0]!, reference[1]!]);
  }

  /** Volume that a point adds to that of the others: its own, without what they take of it; 0 if one dominates it. */
  gain(x: number, y: number, z: number): number {
    const { values, stairs } = this;
    const [, , far = 0] = this.reference;
    let [right = 0, top = 0] = this.reference;
    let gained = (right - x) * (top - y) * (far - z);
    let reached = z;
    const above = this.after(z);
    stairs.clear();
    const take = (at: number): void => {
      const [otherX, otherY, otherZ] = [values[at]!, values[at + 1]!, values[at + 2]!];
      // Most points are beyond what others have left.
      if (otherX >= right || otherY >= top) return;
      if (otherZ > reached) {
        gained -= stairs.area * (otherZ - reached);
        reached = otherZ;
      }
      stairs.add(Math.max(x, otherX), Math.max(y, otherY));
      if (otherY <= y) right = otherX;
      if (otherX <= x) top = otherY;
    };
    // Those that are near in z leave the others the least.
    for (let at = above - 3; at >= 0 && right > x; at -= 3) take(at);
    if (right <= x) return 0;
    for (let at = above; at < 3 * this.size && right > x; at += 3) take(at);
    return gained - stairs.area * (far - reached);
  }

  /** Adds a point that no other dominates, and drops those that it dominates. */
  add(x: number, y: number, z: number): void {
    const { values } = this;
    const end = 3 * this.size;
    let at = this.after(z);
    while (at > 0 && values[at - 1] === z) at -= 3;
    let kept = at;
    for (let from = at; from < end; from += 3) {
      if (values[from]! >= x && values[from + 1]! >= y) continue;
      if (kept !== from) values.copyWithin(kept, from, from + 3);
      kept += 3;
    }
    values.copyWithin(at + 3, at, kept);
    values.set([x, y, z], at);
    this.size = kept / 3 + 1;
  }

  /** Where the points begin whose third objective is larger. */
  private after(z: number): number {
    let at = 0;
    while (at < 3 * this.size && this.values[at + 2]! <= z) at += 3;
    return at;
  }
}

/**
 * Four objectives: a point's volume is what it adds, in the first three, to the points that are better in the last, as
 * far as the last reaches.
 */
const sliced = (points: Points, reference: Reference): number => {
  const slice = new Slice(points.count, reference);
  let total = 0;
  for (const i of orderBy(points, 3)) {
    const [x = 0, y = 0, z = 0, w = 0] = pointAt(points, i);
    const gain = slice.gain(x, y, z);
    if (gain === 0) continue;
    total += gain * (reference[3]! - w);
    slice.add(x, y, z);
  }
  return total;
};

/**
 * Volume of more objectives: the sum of what each point adds to those that are better in the last objective. Seen from
 * a point these shrink to points that are no better than it in any objective and equal to it in the last, so what it
 * adds is a matter of one objective less (While, Bradstreet and Barone 2012).
 */
const summed = (points: Points, reference: Reference): number => {
  const { dimensions: k, count, values } = selectPoints(points, prune(points));
  const last = k - 1;
  const order = orderBy({ dimensions: k, count, values }, last);
  return order.reduce((total, i, n) => {
    const limited = new Float64Array(n * last);
    let own = 1;
    for (let j = 0; j < last; j++) {
      const value = values[i * k + j]!;
      own *= reference[j]! - value;
      for (let m = 0; m < n; m++) limited[m * last + j] = Math.max(value, values[order[m]! * k + j]!);
    }
    const gain = own - measured({ count: n, dimensions: last, values: limited }, reference);
    return total + gain * (reference[last]! - values[i * k + last]!);
  }, 0);
};

/** Volume of points that are better than the reference in every objective. */
const measured = (points: Points, reference: Reference): number => {
  const { count, dimensions: k, values } = points;
  if (count === 0) return 0;
  if (count === 1) return values.reduce((box, value, j) => box * (reference[j]! - value), 1);
  return ([length, area, volume, sliced][k - 1] ?? summed)(points, reference);
};

/** Most points that are measured, by the number of objectives: some seconds of work. */
const MOST_POINTS: readonly number[] = [0, Infinity, Infinity, Infinity, 4000, 1000, 400, 200, 100];

/**
 * Volume that the points dominate up to a reference point, all objectives minimised; exact. Undefined for fronts that
 * would take too long: those of more than 4000, 1000, 400, 200 or 100 points with 4, 5, 6, 7 or 8 objectives, and any
 * with more than 8.
 */
export const hypervolume = (points: Points, reference: Reference): number | undefined => {
  const all = inside(points, reference);
  const most = MOST_POINTS[points.dimensions] ?? -1;
  return all.count > most && prune(all).length > most ? undefined : measured(all, reference);
};
