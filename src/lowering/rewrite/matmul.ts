import { build } from '../build.js';
import {
  connectInputLike,
  connectOutputLike,
  copyView,
  disconnect,
  ifmOf,
  input,
  newOp,
  newTensor,
  ofmOf,
  reread,
  ROLE,
} from '../ir.js';
import type { IrGraph, Op, View } from '../ir.js';
import { flagOption } from '../read.js';
import { elements, fromEnd } from '../shape.js';
import type { Shape } from '../shape.js';

/** 1 × (everything before) × W × C. */
const asMatrices = (shape: Shape): Shape => [
  1,
  elements(shape.slice(0, -2)),
  fromEnd(shape, -2),
  fromEnd(shape, -1),
];

/** A transposition of the last two axes, without scales, in front of a view; returns what reads its result. */
function transposed(graph: IrGraph, op: Op, view: View, shape: Shape): View {
  const [n, h, w, c] = shape as [number, number, number, number];
  const result = newTensor(`${view.tensor.name}/Transpose`, view.tensor.type, [n, h, c, w]);
  const transpose = build(graph, 'Transpose', op.source, [view.tensor], result);
  copyView({ ...view, shape, quant: undefined }, ifmOf(transpose));
  transpose.axes = [0, 1, 3, 2];
  return { ...ofmOf(transpose), quant: view.quant };
}

/** BATCH_MATMUL (docs/model/lowering.md#products). */
export function lowerBatchMatMul(op: Op, graph: IrGraph): Op {
  const { operator } = op.source;
  const product = newOp(graph, 'MatMul', op.source);
  ([0, 1] as const).forEach((role) => {
    const view = input(op, role)!;
    const shape = asMatrices(view.shape);
    const adjoint = flagOption(operator, role === 0 ? 'adj_x' : 'adj_y');
    const from = adjoint ? transposed(graph, op, view, shape) : { ...view, shape };
    connectInputLike(product, role, from);
  });
  connectOutputLike(product, ofmOf(op)).shape = asMatrices(ofmOf(op).shape);
  disconnect(op);
  return product;
}

/** FULLY_CONNECTED whose weights are computed (docs/model/lowering.md#products). */
export function lowerDynamicProduct(op: Op, graph: IrGraph): Op {
  const weights = input(op, ROLE.weights);
  if (weights === undefined || weights.tensor.constant !== undefined || op.weights !== undefined) return op;
  const depth = fromEnd(weights.shape, -1);
  const outputs = elements(weights.shape) / depth;
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const rows = elements(ifm.shape) / depth;
  const product = newOp(graph, 'MatMul', op.source);
  connectInputLike(product, 0, ifm).shape = [1, 1, rows, depth];
  connectInputLike(product, 1, transposed(graph, op, weights, [1, 1, outputs, depth]));
  connectOutputLike(product, ofm).shape = [1, 1, rows, outputs];
  disconnect(op);
  return product;
}

/** The hardware reads the second matrix by columns (docs/model/lowering.md#products). */
export function transposeSecond(op: Op, graph: IrGraph): Op {
  if (op.extra === 'transposed') return op;
  op.extra = 'transposed';
  const ifm2 = input(op, 1)!;
  ifmOf(op).shape = asMatrices(ifmOf(op).shape);
  ofmOf(op).shape = asMatrices(ofmOf(op).shape);
  const turned = transposed(graph, op, ifm2, asMatrices(ifm2.shape));
  reread(op, ifm2, turned.tensor);
  ifm2.shape = turned.shape;
  ifm2.slice = undefined;
  return op;
}
