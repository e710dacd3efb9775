import { filledConstant } from '../build.js';
import { connectInput, connectOutput, newOp, newTensor, reread, rewrite } from '../ir.js';
import type { IrGraph, Op, Tensor } from '../ir.js';
import { elements, MAX_BYTES } from '../shape.js';

/** Can the NPU convert it? What only the CPU deals with may be of any size, or of none that is known. */
const isAdaptable = ({ type, shape, shapeless }: Tensor): boolean =>
  type === 'bool' && !shapeless && shape.every((size) => size > 0) && elements(shape) <= MAX_BYTES;

/** A tensor of the same kind that stands behind (or in front of) a boolean input (or output). */
const inside = (tensor: Tensor): Tensor => newTensor(`${tensor.name}_bool`, tensor.type, tensor.shape);

function connectMask(
  graph: IrGraph,
  kind: 'NotEqual' | 'And',
  like: Op,
  from: Tensor,
  to: Tensor,
  mask: 0 | 1,
): void {
  const op = newOp(graph, kind, like.source);
  connectInput(op, 0, from);
  connectInput(op, 1, filledConstant('bool_mask', 'int8', [1], mask));
  connectOutput(op, to);
}

/** Booleans are bytes outside and masks inside: inputs and outputs are converted (reference 01 §6.2). */
export function adaptBooleans(graph: IrGraph): void {
  for (const tensor of graph.inputs) {
    const reader = isAdaptable(tensor) ? tensor.readers[0] : undefined;
    if (reader === undefined) continue;
    const mask = inside(tensor);
    for (const op of [...tensor.readers]) {
      for (const view of op.inputs) if (view.tensor === tensor) reread(op, view, mask);
    }
    connectMask(graph, 'NotEqual', reader, tensor, mask, 0);
  }
  for (const tensor of graph.outputs) {
    const writer = isAdaptable(tensor) ? tensor.writers[0] : undefined;
    if (writer === undefined) continue;
    const mask = inside(tensor);
    for (const op of [...tensor.writers]) {
      for (const view of op.outputs) if (view.tensor === tensor) rewrite(op, view, mask);
    }
    connectMask(graph, 'And', writer, mask, tensor, 1);
  }
}
