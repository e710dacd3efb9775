import { cloneOp } from '../clone.js';
import { disconnect, expectOperations, sizeOf } from '../ir.js';
import type { IrGraph, Op, View } from '../ir.js';
import { elements, sameShape } from '../shape.js';
import type { Shape } from '../shape.js';
import { leading, narrow } from '../view-parts.js';

/** Reads or writes more than one element before height, width and depth. */
export function hasBatch(op: Op): boolean {
  for (const view of op.inputs) if (view.role < 100 && leading(view) > 1) return true;
  for (const view of op.outputs) if (leading(view) > 1) return true;
  return false;
}

/**
 * One operation per index of the first axis that is larger than 1 (docs/model/lowering.md#batches); `last` limits the
 * axes.
 */
export function splitLeading(op: Op, graph: IrGraph, axes: number): Op[] {
  const ofm = op.outputs[0]!;
  const size = sizeOf(ofm);
  expectOperations(graph, op.source, elements(size.slice(0, Math.max(0, axes))));
  for (let axis = 0; axis < axes; axis++) {
    const count = size[axis]!;
    if (count <= 1) continue;
    const parts: Op[] = [];
    for (let i = 0; i < count; i++) {
      const part = cloneOp(graph, op);
      for (const view of part.inputs) advance(view, axis, size.length, i);
      narrow(part.outputs[0]!, axis, i, 1);
      parts.push(part);
    }
    disconnect(op);
    return parts.flatMap((part) => splitLeading(part, graph, axes));
  }
  return [op];
}

/** Takes index `i` of an axis of the OFM, where the input has more than one element there. */
function advance(view: View, axis: number, rank: number, i: number): void {
  if (view.role >= 100) return;
  const own = axis - rank + view.shape.length;
  if (own >= 0 && sizeOf(view)[own]! > 1) narrow(view, own, i, 1);
}

/** The shape without batch in which an elementwise operation sees its data. */
function flattened(shape: Shape): Shape {
  const axes = [...shape];
  for (let back = 1; back <= 3; back++) {
    while (axes.length > 3 && elements(axes.slice(0, -3)) > 1 && axes[axes.length - back] === 1) {
      axes.splice(axes.length - back, 1);
    }
  }
  if (axes.length <= 3) return axes;
  return [1, elements(axes.slice(0, -2)), axes[axes.length - 2]!, axes[axes.length - 1]!];
}

/** Elementwise operations and copies: flattened where nothing is broadcast or sliced, else one per index. */
export function splitElementwiseBatch(op: Op, graph: IrGraph): Op[] {
  const views = [...op.inputs.filter((view) => view.role < 100), ...op.outputs];
  const { shape } = op.outputs[0]!;
  const plain = views.every(
    (view) =>
      view.slice === undefined &&
      view.step === undefined &&
      view.reversed === undefined &&
      (sameShape(view.shape, shape) || elements(view.shape) === 1),
  );
  if (!plain) return splitLeading(op, graph, shape.length - 3);
  const flat = flattened(shape);
  for (const view of views) if (elements(view.shape) !== 1 || elements(shape) === 1) view.shape = flat;
  return [op];
}
