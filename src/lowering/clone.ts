import { connectInputLike, connectOutputLike, newOp } from './ir.js';
import type { IrGraph, Op } from './ir.js';

/** A second operation on the same tensors, appended to their lists. */
export function cloneOp(graph: IrGraph, op: Op): Op {
  const copy = newOp(graph, op.kind, op.source);
  copy.builtin = op.builtin;
  copy.kernel = op.kernel;
  copy.weights = op.weights;
  copy.scaling = op.scaling;
  copy.lut = op.lut;
  copy.axes = op.axes;
  copy.upscale = op.upscale;
  copy.extra = op.extra;
  copy.divided = op.divided;
  for (const view of op.inputs) connectInputLike(copy, view.role, view);
  for (const view of op.outputs) connectOutputLike(copy, view);
  return copy;
}
