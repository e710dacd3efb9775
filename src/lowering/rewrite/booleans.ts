import { filledConstant } from '../build.js';
import { connectInput, connectOutput, newOp, newTensor, reread, rewrite } from '../ir.js';
import type { IrGraph, Op, Source, Tensor } from '../ir.js';
import { elements, MAX_BYTES } from '../shape.js';
import { walk } from '../traverse.js';

/** Can the NPU convert it? What only the CPU deals with may be of any size, or of none that is known. */
const isAdaptable = ({ type, shape, shapeless }: Tensor): boolean =>
  type === 'bool' && !shapeless && shape.every((size) => size > 0) && elements(shape) <= MAX_BYTES;

/** A tensor of the same kind that stands behind (or in front of) a boolean input (or output). */
const inside = (tensor: Tensor): Tensor => newTensor(`${tensor.name}_int8`, tensor.type, tensor.shape);

function connectMask(
  graph: IrGraph,
  kind: 'NotEqual' | 'And',
  like: Op,
  from: Tensor,
  to: Tensor,
  mask: 0 | 1,
): Op {
  const source: Source = { operator: like.source.operator, original: 'N/A' };
  const op = newOp(graph, kind, source);
  connectInput(op, 0, from);
  connectInput(op, 1, filledConstant('bool_mask', 'int8', [1], mask));
  connectOutput(op, to);
  return op;
}

/** All readers of a boolean input read the masks that it is converted to. */
function adaptInput(tensor: Tensor, graph: IrGraph): void {
  const [reader] = tensor.readers;
  if (reader === undefined) return;
  const mask = inside(tensor);
  for (const op of [...tensor.readers]) {
    for (const view of op.inputs) if (view.tensor === tensor) reread(op, view, mask);
  }
  connectMask(graph, 'NotEqual', reader, tensor, mask, 0);
}

/** What writes a boolean output writes masks, which are converted. */
function adaptOutput(tensor: Tensor, graph: IrGraph): Op {
  const [writer] = tensor.writers;
  const mask = inside(tensor);
  for (const op of [...tensor.writers]) {
    for (const view of op.outputs) if (view.tensor === tensor) rewrite(op, view, mask);
  }
  return connectMask(graph, 'And', writer!, mask, tensor, 1);
}

/**
 * Booleans are bytes outside and masks inside: inputs and outputs are converted (docs/model/lowering.md#booleans). An
 * output is converted again for every use by an operation that is visited while it still has it:
 * by its writer, unless a reader comes first, and by each of its readers.
 */
export function adaptBooleans(graph: IrGraph): void {
  for (const tensor of graph.inputs) if (isAdaptable(tensor)) adaptInput(tensor, graph);
  const outputs = new Set(graph.outputs.filter((tensor) => isAdaptable(tensor) && tensor.writers.length > 0));
  if (outputs.size === 0) return;
  const made = new Set<Op>();
  walk(graph, (op) => {
    if (made.has(op)) return op;
    for (const { tensor } of [...op.outputs, ...op.inputs]) {
      if (outputs.has(tensor)) made.add(adaptOutput(tensor, graph));
    }
    return op;
  });
}
