import { stridesOf } from '../graph/shape.js';
import type { Site } from './site.js';

/** `count` numbers from `first` in steps of `step`. */
export const steps = (count: number, step: number, first = 0): number[] =>
  Array.from({ length: count }, (_, i) => first + i * step);

/** One number of each axis added up, for all choices in row-major order. */
export const places = (axes: readonly (readonly number[])[]): Int32Array => {
  let sums = Int32Array.of(0);
  for (const numbers of axes) {
    const next = new Int32Array(sums.length * numbers.length);
    let at = 0;
    for (const sum of sums) for (const number of numbers) next[at++] = sum + number;
    sums = next;
  }
  return sums;
};

/** For each element of an output, the element of an input that is broadcast to it. */
export const broadcast = (site: Site, from: readonly number[], to: readonly number[]): Int32Array => {
  const missing = to.length - from.length;
  const shape = to.map((_, axis) => (axis < missing ? 1 : from[axis - missing]!));
  if (missing < 0 || shape.some((size, axis) => size !== 1 && size !== to[axis]))
    throw site.fault(`an input of ${from.join('×')} does not suit its output of ${to.join('×')}`);
  const strides = stridesOf(shape);
  return places(to.map((size, axis) => steps(size, shape[axis] === 1 ? 0 : strides[axis]!)));
};
