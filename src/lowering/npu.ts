import { increaseDepth } from './deepen.js';
import type { Op, View } from './ir.js';
import { padPermutation } from './permutation.js';
import { padTo, sameShape } from './shape.js';

function normalise(view: View): void {
  const rank = Math.max(4, view.shape.length);
  const { slice } = view;
  if (slice !== undefined) {
    view.slice = sameShape(slice.size, view.shape)
      ? undefined
      : { offset: padTo(slice.offset, rank, 0), size: padTo(slice.size, rank) };
  }
  if (view.step !== undefined) {
    view.step = view.step.every((step) => step === 1) ? undefined : padTo(view.step, rank);
  }
  view.shape = padTo(view.shape, rank);
}

/** Gives an operation the form in which the hardware takes it (docs/model/lowering.md#deepening). */
export function toNpuForm(op: Op): void {
  if (op.axes !== undefined) {
    const rank = op.inputs[0]!.shape.length;
    const extra = Math.max(0, 4 - rank);
    op.axes = op.kind === 'Transpose' ? padPermutation(op.axes, 4) : op.axes.map((axis) => axis + extra);
  }
  for (const view of op.inputs) normalise(view);
  for (const view of op.outputs) normalise(view);
  increaseDepth(op);
}
