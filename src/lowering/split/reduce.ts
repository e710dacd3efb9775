import { cloneOp } from '../clone.js';
import { disconnect, ifmOf, NO_KERNEL, ofmOf, sizeOf } from '../ir.js';
import type { Op } from '../ir.js';
import { around, elements } from '../shape.js';
import { hasBatch } from './batch.js';
import { LARGEST_AXIS, narrow } from './parts.js';
import type { SplitContext } from './parts.js';

/** Is the axis one that the hardware reduces over (reference 01 §9, table)? */
function fits(op: Op, axis: number, rank: number, extended: boolean): boolean {
  if (hasBatch(op)) return false;
  return extended ? axis === rank - 3 || axis === rank - 2 : axis === rank - 2;
}

/** Parts of at most 65536 positions of an axis that is not reduced. */
function splitAxis(op: Op, context: SplitContext, axis: number): Op[] {
  const total = sizeOf(ifmOf(op))[axis]!;
  if (total <= LARGEST_AXIS) return [op];
  const parts: Op[] = [];
  for (let at = 0; at < total; at += LARGEST_AXIS) {
    const part = cloneOp(context.graph, op);
    const count = Math.min(LARGEST_AXIS, total - at);
    narrow(ifmOf(part), axis, at, count);
    narrow(ofmOf(part), axis, at, count);
    parts.push(part);
  }
  disconnect(op);
  return parts;
}

/** Sums over the depth. */
export function splitReduceSum(op: Op, context: SplitContext): Op[] {
  if (hasBatch(op)) {
    const { shape } = ifmOf(op);
    const [w, c] = [shape.at(-2)!, shape.at(-1)!];
    ifmOf(op).shape = [1, elements(shape) / w / c, w, c];
    ofmOf(op).shape = [1, elements(shape) / w / c, w, 1];
  }
  return splitAxis(op, context, 1).flatMap((part) => splitAxis(part, context, 2));
}

/**
 * Three axes around an axis that the hardware does not reduce over (reference 01 §9.8). IFM and OFM are each seen
 * around the axis of that number, and the IFM is read as a whole (reference 07 R2).
 */
function viewAround(op: Op, axis: number): void {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  ifm.shape = around(ifm.shape, axis);
  ifm.slice = undefined;
  ofm.shape = around(ofm.shape, axis);
  op.kernel = { ...NO_KERNEL, width: ifm.shape[1]! };
}

/** Maxima and the like. */
export function splitReduce(op: Op, context: SplitContext): Op[] {
  const { shape } = ifmOf(op);
  let axis = op.axes?.[0] ?? 0;
  if (!fits(op, axis, shape.length, context.target.family === 'u85')) {
    viewAround(op, axis);
    axis = 1;
  }
  const rank = ifmOf(op).shape.length;
  return [rank - 3, rank - 2, rank - 1]
    .filter((other) => other !== axis)
    .reduce<Op[]>((parts, other) => parts.flatMap((part) => splitAxis(part, context, other)), [op]);
}
