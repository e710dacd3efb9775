import type { Shape4 } from './operations.js';

/** Elements per axis, any rank. Never changed in place. */
export type Shape = readonly number[];

/** Bytes of a feature map that an NPU addresses. */
export const MAX_BYTES = 2 ** 32;

/** Product of all axes; 1 for rank 0. */
export function elements(shape: Shape): number {
  let product = 1;
  for (const size of shape) product *= size;
  return product;
}

/** Same rank and same sizes. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Equal when leading axes of size 1 are ignored. */
export function sameIgnoringLeadingOnes(a: Shape, b: Shape): boolean {
  const rank = Math.max(a.length, b.length);
  for (let i = 1; i <= rank; i++) if ((a[a.length - i] ?? 1) !== (b[b.length - i] ?? 1)) return false;
  return true;
}

/** `shape` with axes of `fill` in front until it has `rank` axes; longer shapes stay. */
export function padTo(shape: Shape, rank: number, fill = 1): Shape {
  if (shape.length >= rank) return shape;
  const padded = new Array<number>(rank).fill(fill);
  for (let i = 1; i <= shape.length; i++) padded[rank - i] = shape[shape.length - i]!;
  return padded;
}

/** Four axes; axes before the last three are merged into the first. */
export function toShape4(shape: Shape): Shape4 {
  const n = shape.length;
  if (n === 4) return shape as Shape4;
  if (n < 4) return padTo(shape, 4) as unknown as Shape4;
  return [elements(shape.slice(0, n - 3)), shape[n - 3]!, shape[n - 2]!, shape[n - 1]!];
}

/** Four offsets for a view whose shape is given by `toShape4`. */
export function toOffset4(offset: Shape, shape: Shape): Shape4 {
  const n = offset.length;
  if (n <= 4) return padTo(offset, 4, 0) as unknown as Shape4;
  let lead = 0;
  for (let i = 0; i < n - 3; i++) lead = lead * shape[i]! + offset[i]!;
  return [lead, offset[n - 3]!, offset[n - 2]!, offset[n - 1]!];
}

/** Size of the axis counted from the end (−1 is the last); 1 where the shape is shorter. */
export const fromEnd = (shape: Shape, axis: number): number => shape[shape.length + axis] ?? 1;

/** Per-axis maximum after padding both to one rank: the shape of an elementwise result. */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) result[rank - i] = Math.max(fromEnd(a, -i), fromEnd(b, -i));
  return result;
}

/** Three axes around `axis`: product before, the axis (1 where there is none), product after. */
export const around = (shape: Shape, axis: number): [number, number, number] => [
  elements(shape.slice(0, axis)),
  shape[axis] ?? 1,
  elements(shape.slice(axis + 1)),
];

/** Copy of `shape` with one axis replaced. */
export function withAxis(shape: Shape, axis: number, size: number): number[] {
  const copy = [...shape];
  copy[axis] = size;
  return copy;
}

/** All zeros. */
export const zeros = (rank: number): number[] => new Array<number>(rank).fill(0);

/** Are the sequences of axes other than 1 the same: does a reshape only move ones? */
export function sameWithoutOnes(a: Shape, b: Shape): boolean {
  let i = 0;
  let j = 0;
  for (;;) {
    while (i < a.length && a[i] === 1) i++;
    while (j < b.length && b[j] === 1) j++;
    if (i === a.length || j === b.length) return i === a.length && j === b.length;
    if (a[i++] !== b[j++]) return false;
  }
}
