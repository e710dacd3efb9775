import { product, type Site } from './site.js';

/** Row-major strides of a shape: elements from one index of an axis to the next. */
export const stridesOf = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => product(shape.slice(axis + 1)));

/**
 * For each place of `shape` in row-major order, the sum over its axes of index · stride, plus `offset`.
 */
export const places = (shape: readonly number[], strides: readonly number[], offset = 0): Int32Array => {
  let sums = Int32Array.of(offset);
  shape.forEach((size, axis) => {
    const next = new Int32Array(sums.length * size);
    let at = 0;
    for (const sum of sums) for (let i = 0; i < size; i++) next[at++] = sum + i * strides[axis]!;
    sums = next;
  });
  return sums;
};

/**
 * For each element of the output, the element of an input that is broadcast to it; undefined if they are the same.
 */
export const broadcast = (
  site: Site,
  from: readonly number[],
  to: readonly number[],
): Int32Array | undefined => {
  const missing = to.length - from.length;
  const shape = to.map((_, axis) => (axis < missing ? 1 : from[axis - missing]!));
  if (missing < 0 || shape.some((size, axis) => size !== 1 && size !== to[axis]))
    throw site.fault(`an input of ${from.join('×')} does not suit its output of ${to.join('×')}`);
  if (product(shape) === product(to)) return undefined;
  const strides = stridesOf(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride));
  return places(to, strides);
};
