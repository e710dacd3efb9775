import type { View } from './ir.js';
import { sameShape, withAxis, zeros } from './shape.js';
import type { Shape } from './shape.js';

/** Largest height, width and depth that the hardware addresses. */
export const LARGEST_AXIS = 65536;

/** Sets a slice, or none where it is the whole view. */
export function setSlice(view: View, offset: Shape, size: Shape): void {
  view.slice = sameShape(size, view.shape) ? undefined : { offset, size };
}

/** Restricts a view on one axis, relative to the part that it is restricted to already. */
export function narrow(view: View, axis: number, start: number, size: number): void {
  const offset = view.slice?.offset ?? zeros(view.shape.length);
  const from = view.slice?.size ?? view.shape;
  setSlice(view, withAxis(offset, axis, offset[axis]! + start), withAxis(from, axis, size));
}

/** Product of the axes before height, width and depth of the part that counts. */
export function leading(view: View): number {
  const size = view.slice?.size ?? view.shape;
  let product = 1;
  for (let i = 0; i < size.length - 3; i++) product *= size[i]!;
  return product;
}

/** Is height, width or depth beyond what the hardware addresses? */
export function isTooLarge(view: View): boolean {
  const size = view.slice?.size ?? view.shape;
  for (let i = Math.max(0, size.length - 3); i < size.length; i++) if (size[i]! > LARGEST_AXIS) return true;
  return false;
}
