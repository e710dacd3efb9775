import { filledConstant } from '../build.js';
import {
  become,
  connectInput,
  connectInputLike,
  connectOutputLike,
  disconnect,
  disconnectInput,
  expectOperations,
  ifmOf,
  input,
  newOp,
  ofmOf,
  ROLE,
} from '../ir.js';
import type { IrGraph, Op, Tensor, View } from '../ir.js';
import { around, elements, withAxis, zeros } from '../shape.js';
import type { Shape } from '../shape.js';
import { integerValues } from '../values.js';
import { mirrorSkip, padAmounts, padValue } from './pad-folding.js';

/** Fills `count` positions of an axis of the OFM from `at` on. */
function fill(op: Op, graph: IrGraph, axis: number, at: number, count: number, constant: Tensor): void {
  const ofm = ofmOf(op);
  const rank = ofm.shape.length;
  const flat = rank > 4 || (rank === 4 && ofm.shape[0]! > 1);
  const shape: Shape = flat ? around(ofm.shape, axis) : ofm.shape;
  const along = flat ? 1 : axis;
  const part = withAxis(shape, along, count);
  const copy = newOp(graph, 'MemoryCopy', op.source);
  connectInput(copy, 0, constant, part, ofm.quant);
  const written = connectOutputLike(copy, ofm);
  written.shape = shape;
  written.slice = { offset: withAxis(zeros(shape.length), along, at), size: part };
}

/** One constant that is long enough for the largest fill. */
function fillConstant(op: Op, amounts: readonly (readonly [number, number])[]): Tensor {
  const { shape, tensor } = ofmOf(op);
  const whole = elements(shape);
  let longest = 0;
  amounts.forEach(([before, after], axis) => {
    longest = Math.max(longest, (whole / shape[axis]!) * Math.max(before, after));
  });
  return filledConstant('pad_const', tensor.type, [longest], padValue(op));
}

/** PAD as copies into one tensor (docs/model/lowering.md#padding-operators). */
export function lowerPad(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const amounts = padAmounts(op) ?? [];
  const constant = fillConstant(op, amounts);
  amounts.forEach(([before, after], axis) => {
    if (before > 0) fill(op, graph, axis, 0, before, constant);
    if (after > 0) fill(op, graph, axis, ofm.shape[axis]! - after, after, constant);
  });
  const copy = newOp(graph, 'MemoryCopy', op.source);
  connectInputLike(copy, 0, ifm);
  connectOutputLike(copy, ofm).slice = { offset: amounts.map(([before]) => before), size: ifm.shape };
  disconnect(op);
  return copy;
}

interface Mirror {
  readonly from: View;
  readonly axis: number;
  /** First position read and written, and how many. */
  readonly readAt: number;
  readonly writeAt: number;
  readonly count: number;
  /** Extent and place of the part on the other axes. */
  readonly size: Shape;
  readonly offset: Shape;
}

function mirrorCopy(op: Op, graph: IrGraph, mirror: Mirror): void {
  const { from, axis, count } = mirror;
  const size = withAxis(mirror.size, axis, count);
  const copy = newOp(graph, 'MemoryCopy', op.source);
  const read = connectInputLike(copy, 0, from);
  const readOffset = from.tensor === ofmOf(op).tensor ? mirror.offset : zeros(size.length);
  read.slice = { offset: withAxis(readOffset, axis, mirror.readAt), size };
  const written = connectOutputLike(copy, ofmOf(op));
  written.slice = { offset: withAxis(mirror.offset, axis, mirror.writeAt), size };
  written.reversed = axis === size.length - 3 ? 'H' : 'W';
}

/**
 * MIRROR_PAD on height and width: the copy of the IFM, then what is reflected
 * (docs/model/lowering.md#padding-operators).
 */
export function lowerMirrorPad(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const amounts = padAmounts(op) ?? [];
  const rank = ifm.shape.length;
  const skip = mirrorSkip(op);
  const [y, x] = [rank - 3, rank - 2];
  // Only height and width are mirrored; padding of other axes stays behind the data.
  const before = amounts.map(([n], axis) => (axis === y || axis === x ? n : 0));
  const main = newOp(graph, 'MemoryCopy', op.source);
  connectInputLike(main, 0, ifm);
  connectOutputLike(main, ofm).slice = { offset: before, size: ifm.shape };
  const [top, bottom] = amounts[y] ?? [0, 0];
  const [left, right] = amounts[x] ?? [0, 0];
  const rows = { from: ifm, axis: y, size: ifm.shape, offset: withAxis(before, y, 0) };
  const height = ifm.shape[y] ?? 1;
  if (top > 0) mirrorCopy(op, graph, { ...rows, readAt: skip, writeAt: 0, count: top });
  if (bottom > 0) {
    mirrorCopy(op, graph, { ...rows, readAt: height - skip - bottom, writeAt: top + height, count: bottom });
  }
  const columns = { from: { ...ofm }, axis: x, size: ofm.shape, offset: zeros(rank) };
  const width = ifm.shape[x] ?? 1;
  if (left > 0) mirrorCopy(op, graph, { ...columns, readAt: left + skip, writeAt: 0, count: left });
  if (right > 0) {
    mirrorCopy(op, graph, {
      ...columns,
      readAt: left + width - skip - right,
      writeAt: left + width,
      count: right,
    });
  }
  disconnect(op);
  return main;
}

/** Entries of an operator's parameter, counted from the front where they are axes. */
function parameterValues(op: Op): readonly number[] {
  const view = input(op, ROLE.parameter);
  return (view === undefined ? undefined : integerValues(view.tensor.constant, view.tensor.type)) ?? [];
}

/** TILE: one copy per repetition, axis by axis (docs/model/lowering.md#small-rewrites). */
export function lowerTile(op: Op, graph: IrGraph): Op {
  const multiples = parameterValues(op);
  const ofm = ofmOf(op);
  const repeated = multiples.flatMap((n, axis) => (n > 1 ? [axis] : []));
  let from: View = ifmOf(op);
  let last: Op | undefined;
  const copyTo = (to: View, at: readonly number[], shape: Shape): void => {
    const copy = newOp(graph, 'MemoryCopy', op.source);
    const read = connectInputLike(copy, 0, from);
    const written = connectOutputLike(copy, to);
    written.shape = shape;
    written.slice = { offset: at, size: read.shape };
    last = copy;
  };
  repeated.forEach((axis, i) => {
    const shape = withAxis(from.shape, axis, from.shape[axis]! * multiples[axis]!);
    const to = i === repeated.length - 1 ? ofm : intermediate(ofm, shape, `_tiled_axis_${axis}`);
    expectOperations(graph, op.source, multiples[axis]!);
    for (let k = 0; k < multiples[axis]!; k++) {
      copyTo(to, withAxis(zeros(shape.length), axis, k * from.shape[axis]!), shape);
    }
    from = to;
  });
  if (repeated.length === 0) copyTo(ofm, zeros(ofm.shape.length), ofm.shape);
  disconnect(op);
  return last ?? op;
}

/** A tensor like that of a view, for data on the way to it. */
function intermediate(ofm: View, shape: Shape, suffix: string): View {
  const tensor = { ...ofm.tensor, name: ofm.tensor.name + suffix, shape, writers: [], readers: [] };
  tensor.graphOutput = false;
  return { ...ofm, tensor, shape, slice: undefined };
}

/**
 * REVERSE_V2: one reversal per listed axis, in the order of the list; over none it is a copy
 * (docs/model/lowering.md#small-rewrites).
 */
export function lowerReverse(op: Op, graph: IrGraph): Op {
  const axes = parameterValues(op);
  if (axes.length === 0) {
    disconnectInput(op, ROLE.parameter);
    return become(graph, op, 'MemoryCopy');
  }
  const ofm = ofmOf(op);
  let from: View = ifmOf(op);
  let last = op;
  axes.forEach((axis, i) => {
    const reverse = newOp(graph, 'Reverse', op.source);
    connectInputLike(reverse, 0, from);
    const to = i === axes.length - 1 ? ofm : intermediate(ofm, ofm.shape, `_reverse_axis_${axis}`);
    connectOutputLike(reverse, to);
    reverse.axes = [axis < 0 ? axis + ofm.shape.length : axis];
    from = to;
    last = reverse;
  });
  disconnect(op);
  return last;
}

/**
 * A view of rank 3 around the reversed axis, where rank or batch ask for it (docs/model/lowering.md#small-rewrites).
 */
export function flattenReverse(op: Op): Op {
  const axis = op.axes?.[0];
  const ifm = ifmOf(op);
  const rank = ifm.shape.length;
  if (axis === undefined) return op;
  if (rank > 4 || (rank === 4 && (ifm.shape[0]! > 1 || axis === 0))) {
    const shape = around(ifm.shape, axis);
    ifm.shape = shape;
    ofmOf(op).shape = shape;
    op.axes = [1];
  }
  const place = op.axes![0]! - ifm.shape.length;
  ofmOf(op).reversed = place === -3 ? 'H' : place === -2 ? 'W' : 'C';
  return op;
}
