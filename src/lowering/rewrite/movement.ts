import { build } from '../build.js';
import {
  become,
  connectInputLike,
  connectOutputLike,
  copyView,
  disconnect,
  ifmOf,
  input,
  newOp,
  ofmOf,
  ROLE,
} from '../ir.js';
import type { IrGraph, Op, Slice, View } from '../ir.js';
import { numberOption } from '../read.js';
import { withAxis, zeros } from '../shape.js';
import type { Shape } from '../shape.js';
import { stridedSlice } from '../strided-slice.js';
import { integerValues } from '../values.js';

const parameterValues = (op: Op, index: number): readonly number[] => {
  const view = input(op, ROLE.parameter + index);
  return (view === undefined ? undefined : integerValues(view.tensor.constant, view.tensor.type)) ?? [];
};

const normalAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** A copy of a part of `from` into all of `to`. */
function copyOfPart(graph: IrGraph, op: Op, from: View, to: View, slice: Slice, ofmShape: Shape): Op {
  const copy = newOp(graph, 'MemoryCopy', op.source);
  const ifm = connectInputLike(copy, ROLE.ifm, from);
  ifm.slice = slice;
  connectOutputLike(copy, to).shape = ofmShape;
  return copy;
}

/** SLICE (docs/model/lowering.md#data-movement). */
export function lowerSlice(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const begin = parameterValues(op, 0);
  const size = parameterValues(op, 1);
  const offset = ifm.shape.map((_, i) => begin[i] ?? 0);
  const extent = ifm.shape.map((n, i) => ((size[i] ?? -1) === -1 ? n - offset[i]! : size[i]!));
  const copy = copyOfPart(graph, op, ifm, ofmOf(op), { offset, size: extent }, extent);
  disconnect(op);
  return copy;
}

/** STRIDED_SLICE (docs/model/lowering.md#data-movement). */
export function lowerStridedSlice(op: Op, graph: IrGraph): Op {
  const { offset, size, step } = stridedSlice(op);
  const shape = size.map((n, i) => Math.ceil(n / step[i]!));
  const copy = copyOfPart(graph, op, ifmOf(op), ofmOf(op), { offset, size }, shape);
  if (step.some((n) => n !== 1)) ifmOf(copy).step = step;
  disconnect(op);
  return copy;
}

/** SPLIT, SPLIT_V and UNPACK: one copy of a part per output (docs/model/lowering.md#data-movement). */
export function lowerSplit(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const rank = ifm.shape.length;
  const unpacks = op.kind === 'Unpack';
  const axis = normalAxis(
    unpacks
      ? numberOption(op.source.operator, 'axis')
      : (parameterValues(op, op.kind === 'Split' ? 0 : 1)[0] ?? 0),
    rank,
  );
  let at = 0;
  let first: Op | undefined;
  for (const ofm of op.outputs) {
    const size = unpacks ? 1 : ofm.shape[axis]!;
    const shape = withAxis(ifm.shape, axis, size);
    const slice = { offset: withAxis(zeros(rank), axis, at), size: shape };
    const copy = copyOfPart(graph, op, ifm, ofm, slice, unpacks ? shape : ofm.shape);
    first ??= copy;
    at += size;
  }
  disconnect(op);
  return first ?? op;
}

/** PACK: a concatenation of inputs that got the axis (docs/model/lowering.md#data-movement). */
export function lowerPack(op: Op, graph: IrGraph): Op {
  const rank = ofmOf(op).shape.length;
  const axis = normalAxis(numberOption(op.source.operator, 'axis'), rank);
  for (const view of op.inputs) view.shape = [...view.shape.slice(0, axis), 1, ...view.shape.slice(axis)];
  op.axes = [axis];
  return become(graph, op, 'Concat');
}

/** CONCATENATION: one copy per input into a part of the OFM (docs/model/lowering.md#data-movement). */
export function lowerConcat(op: Op, graph: IrGraph): Op {
  const ofm = ofmOf(op);
  const rank = ofm.shape.length;
  const axis = op.axes?.[0] ?? normalAxis(numberOption(op.source.operator, 'axis'), rank);
  const { tensor } = ofm;
  let at = 0;
  let last: Op | undefined;
  for (const view of [...op.inputs]) {
    const copy = build(graph, 'MemoryCopy', op.source, [view.tensor], tensor);
    copyView(view, ifmOf(copy));
    const written = ofmOf(copy);
    copyView(ofm, written);
    written.slice = { offset: withAxis(zeros(rank), axis, at), size: view.shape };
    at += view.shape[axis] ?? 0;
    last = copy;
  }
  disconnect(op);
  return last ?? op;
}
