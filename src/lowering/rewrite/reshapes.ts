import { build } from '../build.js';
import { disconnect, ifmOf, newTensor, ofmOf, reread, rewrite } from '../ir.js';
import type { IrGraph, Op, Tensor } from '../ir.js';
import { sameShape } from '../shape.js';

const isCpu = (op: Op): boolean => op.kind === 'Passthrough';

/** Must keep its name and place in memory: the outside writes or reads it. */
const fixedInput = (tensor: Tensor): boolean =>
  tensor.graphInput ||
  tensor.graphOutput ||
  tensor.persistent ||
  tensor.constant !== undefined ||
  tensor.writers.some(isCpu);

const fixedOutput = (tensor: Tensor): boolean =>
  tensor.graphOutput || tensor.persistent || tensor.readers.some(isCpu);

/** Lets every view of `op` on `from` be one on `to`. */
function redirectReaders(from: Tensor, to: Tensor, except?: Op): void {
  for (const reader of [...from.readers]) {
    if (reader === except) continue;
    for (const view of reader.inputs) if (view.tensor === from) reread(reader, view, to);
  }
}

function redirectWriters(from: Tensor, to: Tensor): void {
  for (const writer of [...from.writers]) {
    for (const view of writer.outputs) if (view.tensor === from) rewrite(writer, view, to);
  }
}

/** A copy of `from` that all its readers read instead. */
function insertCopy(graph: IrGraph, op: Op, from: Tensor): Tensor {
  const copy = newTensor(`${from.name}_copy`, from.type, from.shape);
  copy.quant = from.quant;
  redirectReaders(from, copy);
  build(graph, 'MemoryCopy', op.source, [from], copy);
  return copy;
}

/**
 * Takes a reshape out; its tensors become one (docs/model/lowering.md#reshapes). Returns the operation to go on with.
 */
export function removeReshape(op: Op, graph: IrGraph): Op {
  let from = ifmOf(op).tensor;
  const to = ofmOf(op).tensor;
  const keepsOutput = fixedOutput(to);
  if ((keepsOutput && fixedInput(from)) || (from.readers.length > 1 && !sameShape(from.shape, to.shape))) {
    from = insertCopy(graph, op, from);
  }
  disconnect(op);
  if (keepsOutput) {
    redirectWriters(from, to);
    redirectReaders(from, to);
    return to.writers[0] ?? op;
  }
  redirectReaders(to, from);
  from.shape = to.shape;
  return from.writers[0] ?? op;
}
