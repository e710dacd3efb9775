import { ELEMENT_BITS } from '../../graph/network.js';
import {
  become,
  connectInput,
  connectInputLike,
  connectOutput,
  connectOutputLike,
  disconnect,
  disconnectInput,
  ifmOf,
  input,
  newOp,
  newTensor,
  ofmOf,
  ROLE,
} from '../ir.js';
import type { IrGraph, Op, Tensor, View } from '../ir.js';
import { filledConstant } from '../build.js';
import type { Kind } from '../kinds.js';
import { sameQuant } from '../quant.js';
import { numberOption } from '../read.js';
import { readIntegers } from '../values.js';
import { toTable } from './tables.js';

/** A tensor like the OFM for a step in between; steps on own tensors carry no scale. */
const between = (like: View, name: string): Tensor => newTensor(name, like.tensor.type, like.shape);

/** Zero, or the one whose scale is the factor. */
const immediate = (view: View, what: string, value: 0 | 1): Tensor =>
  filledConstant(what, view.tensor.type, [1], value);

function binary(
  graph: IrGraph,
  op: Op,
  kind: Kind,
  a: Tensor | View,
  b: Tensor | View,
  to: Tensor | View,
): Op {
  const made = newOp(graph, kind, op.source);
  const connect = (role: number, from: Tensor | View): void => {
    if ('tensor' in from) connectInputLike(made, role, from);
    else connectInput(made, role, from);
  };
  connect(0, a);
  connect(1, b);
  if ('tensor' in to) connectOutputLike(made, to);
  else connectOutput(made, to);
  return made;
}

/** Negative part times alpha plus positive part. */
function asSum(op: Op, graph: IrGraph, alpha: Tensor | View, productName: string, productFirst: boolean): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const negative = between(ifm, ifm.tensor.name);
  binary(graph, op, 'Minimum', ifm, immediate(ifm, 'zero', 0), negative);
  const product = between(ofm, productName);
  binary(graph, op, 'Mul', negative, alpha, product);
  const positive = between(ofm, ofm.tensor.name);
  const relu = newOp(graph, 'Relu', op.source);
  connectInputLike(relu, 0, ifm);
  connectOutput(relu, positive, ofm.shape, ofm.quant);
  const [a, b] = productFirst ? [product, positive] : [positive, product];
  const sum = binary(graph, op, 'Add', a, b, ofm);
  disconnect(op);
  return sum;
}

/** Larger of alpha times x and x, for 0 ≤ alpha ≤ 1. */
function asMaximum(
  op: Op,
  graph: IrGraph,
  alpha: Tensor | View,
  names: { product: string; identity: string },
): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const product = between(ofm, names.product);
  binary(graph, op, 'Mul', ifm, alpha, product);
  let other: Tensor | View = ifm;
  if (!sameQuant(ifm.quant, ofm.quant)) {
    other = between(ofm, names.identity);
    binary(graph, op, 'Mul', ifm, immediate(ifm, 'one', 1), other);
  }
  const maximum = binary(graph, op, 'Maximum', product, other, ofm);
  disconnect(op);
  return maximum;
}

function leaky(op: Op, graph: IrGraph, alpha: number, native: boolean, fromPrelu: boolean): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const bits = ELEMENT_BITS[ifm.tensor.type];
  if (alpha === 0) return become(graph, op, 'Relu');
  if (alpha === -1) return become(graph, op, 'Abs');
  if (bits === 8) return toTable(op, graph, `leaky${alpha}`);
  if (alpha >= 0 && !fromPrelu && (native || sameQuant(ifm.quant, ofm.quant))) {
    return become(graph, op, 'LeakyRelu');
  }
  const { name } = ofm.tensor;
  if (alpha >= 0 && alpha <= 1) {
    return asMaximum(op, graph, immediate(ofm, 'alpha', 1), {
      product: `${name}_alpha`,
      identity: `${name}_identity`,
    });
  }
  return asSum(op, graph, immediate(ofm, 'alpha', 1), `${name}_alpha`, false);
}

/** LEAKY_RELU (docs/model/lowering.md#leaky-relu); `native` if the family has the operation for any quantisation. */
export const lowerLeakyRelu = (op: Op, graph: IrGraph, native: boolean): Op =>
  leaky(op, graph, numberOption(op.source.operator, 'alpha'), native, false);

/** PRELU (docs/model/lowering.md#leaky-relu). */
export function lowerPrelu(op: Op, graph: IrGraph): Op {
  const view = input(op, ROLE.parameter)!;
  const { name } = ofmOf(op).tensor;
  const { constant, type } = view.tensor;
  if (constant?.bytes !== undefined) {
    const scale = view.quant?.scales[0] ?? 1;
    const zeroPoint = view.quant?.zeroPoints[0] ?? 0;
    const alphas = readIntegers(constant.bytes, type).map((v) =>
      Math.fround((v - zeroPoint) * Math.fround(scale)),
    );
    const first = alphas[0] ?? 0;
    if (alphas.every((alpha) => alpha === first)) {
      disconnectInput(op, ROLE.parameter);
      return leaky(op, graph, first, false, true);
    }
    if (alphas.reduce((a, b) => Math.max(a, b), first) <= 1) {
      return asMaximum(op, graph, view, { product: name, identity: `${name}_rescaled` });
    }
  }
  return asSum(op, graph, view, name, true);
}
