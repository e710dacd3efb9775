import type { IrGraph, Op, Tensor } from './ir.js';

function pushWriters(stack: Op[], tensor: Tensor, reversed: boolean, done: number): void {
  const { writers } = tensor;
  if (!reversed) {
    for (const writer of writers) if (writer.stamp < done) stack.push(writer);
    return;
  }
  for (let i = writers.length - 1; i >= 0; i--) if (writers[i]!.stamp < done) stack.push(writers[i]!);
}

/** Operations that `executionOrder` has just left out are no readers of what they read: nothing needs them. */
export function forgetUnlisted(order: readonly Op[], { stamp }: IrGraph): void {
  for (const { inputs } of order) {
    for (const { tensor } of inputs) {
      const { readers } = tensor;
      for (let i = readers.length - 1; i >= 0; i--) if (readers[i]!.stamp !== stamp) readers.splice(i, 1);
    }
  }
}

/** Operations in execution order: depth first from the outputs (docs/model/lowering.md#execution-order). */
export function executionOrder(graph: IrGraph): Op[] {
  const opened = graph.stamp + 1;
  const listed = graph.stamp + 2;
  graph.stamp = listed;
  const order: Op[] = [];
  const stack: Op[] = [];
  const reversed = graph.persistent;
  for (const output of graph.outputs) pushWriters(stack, output, reversed, opened);
  while (stack.length > 0) {
    const op = stack[stack.length - 1]!;
    if (op.stamp >= opened) {
      stack.pop();
      if (op.stamp === opened) {
        op.stamp = listed;
        order.push(op);
      }
      continue;
    }
    op.stamp = opened;
    for (const view of op.inputs) pushWriters(stack, view.tensor, reversed, opened);
  }
  return order;
}
