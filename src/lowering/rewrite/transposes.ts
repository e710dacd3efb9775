import {
  become,
  copyView,
  disconnect,
  ifmOf,
  input,
  newTensor,
  ofmOf,
  reread,
  rewrite,
  ROLE,
} from '../ir.js';
import type { IrGraph, Op, View } from '../ir.js';
import { compose, keepsOrder } from '../permutation.js';
import { isUnit } from '../quant.js';
import { sameShape, sameWithoutOnes } from '../shape.js';
import { integerValues } from '../values.js';

/** TRANSPOSE: the permutation becomes a property of the operation (docs/model/lowering.md#axis-exchanges). */
export function readPermutation(op: Op): Op {
  if (op.axes !== undefined) return op;
  const view = input(op, ROLE.parameter);
  const axes = view === undefined ? undefined : integerValues(view.tensor.constant, view.tensor.type);
  const rank = ifmOf(op).shape.length;
  op.axes = (axes ?? []).map((axis) => (axis < 0 ? axis + rank : axis));
  return op;
}

/** A transposition that keeps the elements in order is a reshape (docs/model/lowering.md#reshapes). */
export function identityToReshape(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  if (ifm.slice !== undefined || ofmOf(op).slice !== undefined) return op;
  return keepsOrder(op.axes ?? [], ifm.shape) ? become(graph, op, 'Reshape') : op;
}

/** Axes of `to` in the order in which a permutation of `from` puts those that are not 1. */
function adaptPermutation(axes: readonly number[], from: readonly number[], to: readonly number[]): number[] {
  const nonOne = (shape: readonly number[]): number[] => shape.flatMap((n, i) => (n === 1 ? [] : [i]));
  const before = nonOne(from);
  const after = nonOne(to);
  const moved = axes.filter((axis) => from[axis] !== 1).map((axis) => after[before.indexOf(axis)]!);
  const result: number[] = [];
  let next = 0;
  for (let i = 0; i < to.length; i++) result.push(to[i] === 1 ? i : moved[next++]!);
  return result;
}

/**
 * A RESHAPE that moves ones only, in front of a transposition, is moved behind it (docs/model/lowering.md#reshapes).
 */
export function moveReshapeBehind(op: Op): Op {
  if (op.builtin !== 'RESHAPE') return op;
  const from = ifmOf(op);
  const to = ofmOf(op);
  const transpose = to.tensor.readers[0];
  if (to.tensor.readers.length !== 1 || transpose?.kind !== 'Transpose') return op;
  if (to.tensor.writers.length !== 1 || to.tensor.graphOutput) return op;
  if (from.tensor.writers.length !== 1 || from.tensor.readers.length !== 1) return op;
  if (!sameWithoutOnes(from.shape, to.shape)) return op;
  const axes = adaptPermutation(transpose.axes ?? [], to.shape, from.shape);
  const read = ifmOf(transpose);
  const written = ofmOf(transpose);
  const result = written.tensor;
  const between = newTensor(
    `${result.name}_reshape`,
    result.type,
    axes.map((a) => from.shape[a]!),
  );
  between.quant = result.quant;
  reread(transpose, read, from.tensor);
  read.shape = from.shape;
  const finalShape = written.shape;
  rewrite(transpose, written, between);
  written.shape = between.shape;
  transpose.axes = axes;
  reread(op, from, between);
  from.shape = between.shape;
  rewrite(op, to, result);
  to.shape = finalShape;
  return op;
}

/** Changes the scale on the way, so it cannot simply be taken out (docs/model/lowering.md#transposes). */
const rescales = (op: Op): boolean => !isUnit(ofmOf(op).quant);

const isWhole = (view: View): boolean => view.slice === undefined && view.step === undefined;

/**
 * Two transpositions in a row: the earlier one does both and writes what the later one wrote
 * (docs/model/lowering.md#transposes). Returns the one that is left.
 */
function mergeWithPrevious(op: Op): Op {
  const ifm = ifmOf(op);
  const { tensor } = ifm;
  const previous = tensor.writers[0];
  if (tensor.writers.length !== 1 || previous?.kind !== 'Transpose' || previous === op) return op;
  if (tensor.readers.length !== 1 || tensor.graphOutput) return op;
  const written = ofmOf(previous);
  if (!sameShape(written.shape, ifm.shape) || !isWhole(ifm) || !isWhole(written)) return op;
  if (rescales(op) && rescales(previous)) return op;
  const ofm = { ...ofmOf(op) };
  const { quant } = rescales(op) ? ofm : written;
  previous.axes = compose(previous.axes ?? [], op.axes ?? []);
  disconnect(op);
  rewrite(previous, written, ofm.tensor);
  copyView({ ...ofm, quant }, written);
  return previous;
}

/** A transposition that moves nothing: what writes its IFM writes its OFM (docs/model/lowering.md#transposes). */
function removeIdentity(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  if ((op.axes ?? []).some((axis, i) => axis !== i) || !isWhole(ifm) || !isWhole(ofm)) return op;
  const { writers, readers, graphOutput } = ifm.tensor;
  const writer = writers[0];
  if (writer === undefined) {
    return ofm.tensor.readers.length === 0 ? become(graph, op, 'MemoryCopy') : op;
  }
  if (rescales(op) || writers.length !== 1 || readers.length !== 1 || graphOutput) return op;
  const written = writer.outputs.find((view) => view.tensor === ifm.tensor)!;
  const target = ofm.tensor;
  disconnect(op);
  rewrite(writer, written, target);
  if (isWhole(written)) written.shape = target.shape;
  return writer;
}

/** Neighbouring transpositions become one, those that do nothing vanish (docs/model/lowering.md#transposes). */
export function simplifyTranspose(op: Op, graph: IrGraph): Op {
  const merged = mergeWithPrevious(op);
  return merged === op ? removeIdentity(op, graph) : merged;
}
