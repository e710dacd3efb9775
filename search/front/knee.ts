import { LuDecomposition, Matrix } from 'ml-matrix';
import type { Points } from './points.js';

/** Values from 0 (best of all points) to 1 (worst); 0 in dimensions without a difference. */
const normalised = ({ count, dimensions, values }: Points): Float64Array => {
  const scaled = new Float64Array(values.length);
  for (let j = 0; j < dimensions; j++) {
    let [least, most] = [Infinity, -Infinity];
    for (let i = 0; i < count; i++) {
      least = Math.min(least, values[i * dimensions + j]!);
      most = Math.max(most, values[i * dimensions + j]!);
    }
    const span = most - least || 1;
    for (let i = 0; i < count; i++) {
      scaled[i * dimensions + j] = (values[i * dimensions + j]! - least) / span;
    }
  }
  return scaled;
};

/** The best point of each dimension; of equal ones that with the least sum. */
const extremes = (scaled: Float64Array, count: number, dimensions: number): number[][] => {
  const rowAt = (i: number): number[] => [...scaled.subarray(i * dimensions, (i + 1) * dimensions)];
  const sum = (row: readonly number[]): number => row.reduce((total, x) => total + x, 0);
  return Array.from({ length: dimensions }, (_, j) => {
    let best = rowAt(0);
    for (let i = 1; i < count; i++) {
      const row = rowAt(i);
      if (row[j]! < best[j]! || (row[j] === best[j] && sum(row) < sum(best))) best = row;
    }
    return best;
  });
};

/**
 * Normal of the plane n · x = 1 through the extremes, with a positive entry per dimension. Where they lie on no such
 * plane, all entries are equal: the plane is parallel to that through the worst values of single dimensions.
 */
const normalOf = (points: readonly (readonly number[])[], dimensions: number): number[] => {
  const even = new Array<number>(dimensions).fill(1);
  const lu = new LuDecomposition(new Matrix(points.map((row) => [...row])));
  if (lu.isSingular()) return even;
  const normal = lu.solve(Matrix.columnVector(even)).to1DArray();
  return normal.every((n) => Number.isFinite(n) && n > 1e-9) ? normal : even;
};

/**
 * How far each point of a front (smaller is better) lies before the plane through the extremes, dimensions normalised
 * to the front's own ranges; only the order matters. The largest value is the knee (Das, 1999).
 */
export const kneeDistances = (front: Points): Float64Array => {
  const { count, dimensions } = front;
  if (count === 0) return new Float64Array(0);
  const scaled = normalised(front);
  const normal = normalOf(extremes(scaled, count, dimensions), dimensions);
  return new Float64Array(count).map((_, i) => {
    let distance = 0;
    for (let j = 0; j < dimensions; j++) distance -= normal[j]! * scaled[i * dimensions + j]!;
    return distance;
  });
};
