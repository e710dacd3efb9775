import { connectInputLike, connectOutputLike, disconnect, ifmOf, input, newOp, ofmOf, ROLE } from '../ir.js';
import type { IrGraph, Op } from '../ir.js';
import { cpuReason } from '../placement/place.js';
import { FAMILIES } from '../families/families.js';
import { samePadding } from '../read.js';
import { fromEnd, sameWithoutOnes } from '../shape.js';
import type { LoweringFamily } from '../target.js';
import { integerValues } from '../values.js';

const onlyMovesOnes = (op: Op | undefined): op is Op =>
  op !== undefined &&
  (op.builtin === 'RESHAPE' || op.builtin === 'EXPAND_DIMS') &&
  sameWithoutOnes(ifmOf(op).shape, ofmOf(op).shape);

function before(op: Op): Op | undefined {
  const { tensor } = ifmOf(op);
  const writer = tensor.readers.length === 1 ? tensor.writers[0] : undefined;
  if (!onlyMovesOnes(writer)) return writer;
  const further = ifmOf(writer).tensor;
  return further.readers.length === 1 ? further.writers[0] : undefined;
}

function after(op: Op): Op | undefined {
  const { tensor } = ofmOf(op);
  const reader = tensor.readers.length === 1 ? tensor.readers[0] : undefined;
  if (!onlyMovesOnes(reader)) return reader;
  const further = ofmOf(reader).tensor;
  return further.readers.length === 1 ? further.readers[0] : undefined;
}

/**
 * SPACE_TO_BATCH_ND, convolution, BATCH_TO_SPACE_ND: one dilated convolution (docs/model/lowering.md#space-to-batch).
 */
export function fuseSpaceToBatch(op: Op, graph: IrGraph, family: LoweringFamily): Op {
  if (op.builtin !== 'CONV_2D' && op.builtin !== 'DEPTHWISE_CONV_2D') return op;
  const toBatch = before(op);
  const toSpace = after(op);
  if (toBatch?.builtin !== 'SPACE_TO_BATCH_ND' || toSpace?.builtin !== 'BATCH_TO_SPACE_ND') return op;
  const block = input(toBatch, ROLE.parameter);
  const sizes = block === undefined ? undefined : integerValues(block.tensor.constant, block.tensor.type);
  if (sizes === undefined || sizes.length === 0) return op;
  const fused = newOp(graph, op.kind, op.source);
  fused.builtin = op.builtin;
  const ifm = connectInputLike(fused, ROLE.ifm, ifmOf(toBatch));
  for (const role of [ROLE.weights, ROLE.bias]) {
    const view = input(op, role);
    if (view !== undefined) connectInputLike(fused, role, view);
  }
  const ofm = connectOutputLike(fused, ofmOf(toSpace));
  const [dilationH, dilationW] = [sizes[0]!, sizes[1] ?? sizes[0]!];
  const { height, width, strideH, strideW } = op.kernel;
  const y = samePadding(fromEnd(ifm.shape, -3), fromEnd(ofm.shape, -3), strideH, height, dilationH);
  const x = samePadding(fromEnd(ifm.shape, -2), fromEnd(ofm.shape, -2), strideW, width, dilationW);
  fused.kernel = { ...op.kernel, dilationH, dilationW, top: y[0], bottom: y[1], left: x[0], right: x[1] };
  if (cpuReason(fused, FAMILIES[family].placement) !== undefined) {
    disconnect(fused);
    return op;
  }
  disconnect(toSpace);
  disconnect(op);
  graph.operators.push(fused);
  return fused;
}
