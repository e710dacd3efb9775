import { ELEMENT_BITS } from '../../graph/network.js';
import type { ElementType } from '../../graph/network.js';
import { build, filledConstant, scalar } from '../build.js';
import {
  connectInput,
  connectInputLike,
  connectOutput,
  connectOutputLike,
  disconnect,
  ifmOf,
  input,
  newOp,
  newTensor,
  ofmOf,
  reread,
  sizeOf,
} from '../ir.js';
import type { IrGraph, Op, Tensor, View } from '../ir.js';
import { scalePair } from '../scale-pair.js';
import { broadcast, fromEnd, padTo, sameShape } from '../shape.js';

/** Multipliers of both inputs of a SQUARED_DIFFERENCE and of its result (docs/model/lowering.md#squared-difference). */
function differenceMultipliers(op: Op): readonly [number, number, number] {
  const scaleOf = (view: View): number => view.quant?.scales[0] ?? 1;
  const [first, second] = [scaleOf(ifmOf(op)), scaleOf(input(op, 1)!)];
  const leftShift = ELEMENT_BITS[ifmOf(op).tensor.type] === 8 ? 7 : 0;
  const most = 2 * Math.max(first, second);
  const result = (most * most) / (2 ** (2 * leftShift) * scaleOf(ofmOf(op)));
  const multiplier = (scale: number): number => Math.max(1, scalePair(scale).multiplier);
  return [multiplier(first / most), multiplier(second / most), multiplier(result)];
}

/** SQUARED_DIFFERENCE in 32 bits, all in rank 4 but for the result (docs/model/lowering.md#squared-difference). */
export function lowerSquaredDifference(op: Op, graph: IrGraph): Op {
  const ofm = ofmOf(op);
  const multipliers = differenceMultipliers(op);
  const widen = (view: View, product: string | undefined): Tensor => {
    const shape = padTo(view.shape, 4);
    const wide = newTensor(`${view.tensor.name}_32bit`, 'int32', shape);
    const copy = newOp(graph, 'MemoryCopy', op.source);
    connectInputLike(copy, 0, view).quant = undefined;
    connectOutput(copy, wide);
    const scaled = newTensor(product ?? `${wide.name}/Mul`, 'int32', shape);
    build(graph, 'Mul', op.source, [wide, scalar('scale', 'int32', multipliers[view.role]!)], scaled);
    return scaled;
  };
  const a = widen(ifmOf(op), undefined);
  const b = widen(input(op, 1)!, 'mul2');
  const shape = broadcast(a.shape, b.shape);
  const difference = newTensor(`${a.name}/Sub`, 'int32', shape);
  build(graph, 'Sub', op.source, [a, b], difference);
  const square = newTensor(`${difference.name}/Mul`, 'int32', shape);
  build(graph, 'Mul', op.source, [difference, difference], square);
  const result = newOp(graph, 'Mul', op.source);
  connectInput(result, 0, square);
  connectInput(result, 1, scalar('scale', 'int32', multipliers[2]));
  connectOutputLike(result, ofm);
  disconnect(op);
  return result;
}

/** LESS and LESS_EQUAL with swapped inputs (docs/model/lowering.md#small-rewrites). */
export function lowerLess(op: Op, graph: IrGraph): Op {
  const made = newOp(graph, op.kind === 'Less' ? 'Greater' : 'GreaterEqual', op.source);
  connectInputLike(made, 0, input(op, 1)!);
  connectInputLike(made, 1, ifmOf(op));
  connectOutputLike(made, ofmOf(op));
  disconnect(op);
  return made;
}

/** NEG as a subtraction from zero (docs/model/lowering.md#small-rewrites). */
export function lowerNeg(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const zero = filledConstant('zero', ifm.tensor.type, [1], 0);
  const sub = newOp(graph, 'Sub', op.source);
  connectInput(sub, 0, zero, zero.shape, ifm.quant);
  connectInputLike(sub, 1, ifm);
  connectOutputLike(sub, ofmOf(op));
  disconnect(op);
  return sub;
}

/**
 * Both inputs are broadcast: all of the first is brought to the part of the OFM that is written
 * (docs/model/lowering.md#double-broadcast). An input of more axes than the OFM counts as broadcast, even where they
 * are 1.
 */
export function broadcastFirst(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const ifm2 = input(op, 1);
  if (ifm2 === undefined) return op;
  const size = sizeOf(ofmOf(op));
  const matches = (view: View): boolean => sameShape(padTo(sizeOf(view), size.length), size);
  if (matches(ifm) || matches(ifm2)) return op;
  const { name, type } = ifm.tensor;
  const { quant } = ifm;
  const whole = newTensor(`${name}_broadcasted`, type, size);
  whole.quant = quant;
  const zeros = filledConstant('broadcast', type, size, 0);
  zeros.quant = quant;
  const add = build(graph, 'Add', op.source, [zeros, ifm.tensor], whole);
  input(add, 1)!.quant = quant;
  reread(op, ifm, whole);
  ifm.shape = size;
  ifm.slice = undefined;
  ifm.step = undefined;
  return op;
}

const isInteger = (type: ElementType): boolean => /^u?int\d+$/.test(type);

/** CAST (docs/model/lowering.md#small-rewrites). */
export function lowerCast(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const [from, to] = [ifm.tensor.type, ofm.tensor.type];
  if (to === 'int64') return castTo64(op, graph);
  if (from === 'bool' && isInteger(to)) return withConstant(op, graph, 'And', 1);
  if (isInteger(from) && to === 'bool') return withConstant(op, graph, 'NotEqual', 0);
  return withConstant(op, graph, 'Add', 0);
}

function withConstant(op: Op, graph: IrGraph, kind: 'And' | 'NotEqual' | 'Add', value: 0 | 1): Op {
  const ifm = ifmOf(op);
  const type = ifm.tensor.type === 'bool' ? 'int8' : ifm.tensor.type;
  const made = newOp(graph, kind, op.source);
  connectInputLike(made, 0, ifm).quant = undefined;
  connectInput(made, 1, filledConstant(value === 0 ? 'zero' : 'one', type, [1], value));
  connectOutputLike(made, ofmOf(op)).quant = undefined;
  disconnect(op);
  return made;
}

/**
 * To 64 bits in two steps: to 32 bits, then the halves of each word to words of their own. The result's tensor is
 * kept as one of 32-bit words with the shape of the 64-bit one.
 */
function castTo64(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const depth = fromEnd(ifm.shape, -1);
  const narrow = newTensor('intermediate_32bit', 'int32', ifm.shape);
  const first = newOp(graph, 'Cast', op.source);
  connectInputLike(first, 0, ifm);
  connectOutput(first, narrow);
  const doubled = [...ifm.shape.slice(0, -1), 2 * depth];
  const second = newOp(graph, 'Add', op.source);
  connectInput(second, 0, narrow, doubled).type = 'int16';
  connectInput(second, 1, scalar('zero', 'int16', 0));
  connectOutputLike(second, ofm);
  ofmOf(second).shape = doubled;
  ofm.tensor.type = 'int32';
  ofmOf(second).quant = undefined;
  disconnect(op);
  return second;
}

/** SELECT by masking (docs/model/lowering.md#small-rewrites). */
export function lowerSelect(op: Op, graph: IrGraph): Op {
  const condition = ifmOf(op);
  const a = input(op, 1)!;
  const b = input(op, 2)!;
  const ofm = ofmOf(op);
  const { type } = ofm.tensor;
  let mask = condition.tensor;
  let maskShape = condition.shape;
  if (ELEMENT_BITS[mask.type] !== ELEMENT_BITS[type]) {
    const wide = newTensor(`${mask.name}/Add`, type, condition.shape);
    const add = newOp(graph, 'Add', op.source);
    connectInputLike(add, 0, condition);
    connectInput(add, 1, scalar('zero', 'int8', 0));
    connectOutput(add, wide);
    mask = wide;
    maskShape = wide.shape;
  }
  const masked = (kind: 'And' | 'AndNot', view: View): Tensor => {
    const result = newTensor(`${view.tensor.name}/${kind}`, type, ofm.shape);
    const made = newOp(graph, kind, op.source);
    connectInputLike(made, 0, view);
    connectInput(made, 1, mask, maskShape, undefined);
    connectOutput(made, result);
    return result;
  };
  const chosen = masked('And', a);
  const other = masked('AndNot', b);
  const or = newOp(graph, 'Or', op.source);
  connectInput(or, 0, chosen);
  connectInput(or, 1, other);
  connectOutputLike(or, ofm);
  disconnect(op);
  return or;
}
