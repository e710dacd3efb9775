import {
  connectInputLike,
  connectOutput,
  connectOutputLike,
  disconnect,
  ifmOf,
  input,
  newOp,
  newTensor,
  ofmOf,
} from '../ir.js';
import type { IrGraph, Op, View } from '../ir.js';
import { numberOption } from '../read.js';
import { around, elements } from '../shape.js';
import type { Shape } from '../shape.js';

/** The indices in 32 bits. */
function widened(op: Op, graph: IrGraph, indices: View): View {
  if (indices.tensor.type !== 'int16') return indices;
  const wide = newTensor(`${indices.tensor.name}_32bit`, 'int32', indices.shape);
  const copy = newOp(graph, 'MemoryCopy', op.source);
  connectInputLike(copy, 0, indices);
  return { ...connectOutput(copy, wide), role: 1 };
}

/** GATHER (docs/model/lowering.md#gather-and-scatter). Its tensors get names by what they are to it. */
export function lowerGather(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const axis = numberOption(op.source.operator, 'axis');
  const [n, k, c] = around(ifm.shape, axis < 0 ? axis + ifm.shape.length : axis);
  const indices = widened(op, graph, input(op, 1)!);
  const w = elements(indices.shape) / n;
  const made = newOp(graph, 'Gather', op.source);
  const connect = (view: View, name: string, shape: Shape): void => {
    view.tensor.name = name;
    view.shape = shape;
  };
  connect(connectInputLike(made, 0, ifm), 'values', [1, n, k, c]);
  connect(connectInputLike(made, 1, indices), 'indices', [1, 1, n, w]);
  connect(connectOutputLike(made, ofm), 'output', [1, n, w, c]);
  disconnect(op);
  return made;
}

/** SCATTER_ND (docs/model/lowering.md#gather-and-scatter): its updates with the indices beside them. */
export function lowerScatter(op: Op, graph: IrGraph): Op {
  const indices = ifmOf(op);
  const updates = input(op, 1)!;
  const ofm = ofmOf(op);
  const rows = elements(indices.shape);
  const depth = elements(updates.shape) / rows;
  const made = newOp(graph, 'Scatter', op.source);
  connectInputLike(made, 0, updates).shape = [1, 1, rows, depth];
  connectInputLike(made, 1, indices).shape = [1, 1, 1, rows];
  connectOutputLike(made, ofm).shape = [1, 1, elements(ofm.shape) / depth, depth];
  disconnect(op);
  return made;
}
