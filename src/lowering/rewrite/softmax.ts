import type { ElementType } from '../../graph/network.js';
import {
  connectInput,
  connectOutput,
  copyView,
  disconnect,
  ifmOf,
  newOp,
  newTensor,
  ofmOf,
  UNIT,
} from '../ir.js';
import type { IrGraph, Op, Tensor, View } from '../ir.js';
import type { Kind } from '../kinds.js';
import { numberOption } from '../read.js';
import { elements, padTo } from '../shape.js';
import type { Shape } from '../shape.js';
import { scalarConstant } from '../values.js';
import { maxOverDepth } from './softmax-max.js';

/** Makes a step; `name` is 'ofm' for the last one, else the name of its tensor where that is not the next number. */
type Step = (kind: Kind, inputs: readonly Tensor[], shape: Shape, type: ElementType, name?: string) => Op;

const constant = (name: string, value: number): Tensor =>
  newTensor(name, 'int32', [1, 1, 1, 1], scalarConstant('int32', value));

/** Identity of an exponential table: input scale times beta decides the entries. */
const tableKey = (name: string, op: Op): string =>
  `softmax-${name}:${ifmOf(op).quant?.scales[0] ?? 1}*${numberOption(op.source.operator, 'beta')}`;

function softmax8(op: Op, step: Step, shape: Shape, max: Tensor, ifm: Tensor): Op {
  const one: Shape = [1, shape[1]!, shape[2]!, 1];
  const out = (made: Op): Tensor => ofmOf(made).tensor;
  const int = (kind: Kind, ...inputs: Tensor[]): Tensor => out(step(kind, inputs, one, 'int32'));
  const difference = out(step('Sub', [ifm, max], shape, ifm.type === 'uint8' ? 'int8' : ifm.type));
  const table = step('LUT', [difference], shape, 'int32');
  table.lut = { bytes: 1024, key: tableKey('exp8', op) };
  const exponents = out(table);
  const shifted = out(step('Asr', [exponents, constant('right_shift12', 12)], shape, 'int32'));
  const sum = out(step('ReduceSum', [shifted], one, 'int32'));
  const zeros = int('CLZ', sum);
  const rightShift = int('Sub', constant('headroom_offset', 35), zeros);
  const headroom = int('Sub', zeros, constant('one_const', 1));
  const scaled = int('SHL', sum, headroom);
  const product = int('Mul', scaled, constant('neg_32_over_17', -1010580540));
  let x = int('Add', product, constant('const_48_over_17', 1515870810));
  const unity = constant('F2_one', 1 << 29);
  const four = constant('four', 4);
  for (let round = 0; round < 3; round++) {
    const rest = int('Sub', unity, int('Mul', x, scaled));
    x = int('Add', x, int('Mul', int('Mul', x, rest), four));
  }
  const result = out(step('Mul', [exponents, x], shape, 'int32'));
  if (ofmOf(op).tensor.type !== 'int16') return step('Asr', [result, rightShift], shape, 'int8', 'ofm');
  const wide = out(step('Asr', [result, rightShift], shape, 'int32'));
  return step('Add', [wide, constant('int16_offset', -32768)], shape, 'int16', 'ofm');
}

function softmax16(op: Op, step: Step, shape: Shape, max: Tensor, ifm: Tensor): Op {
  const one: Shape = [1, shape[1]!, shape[2]!, 1];
  const out = (made: Op): Tensor => ofmOf(made).tensor;
  const int = (kind: Kind, ...inputs: Tensor[]): Tensor => out(step(kind, inputs, one, 'int32'));
  const difference = out(step('Sub', [ifm, max], shape, 'int32'));
  const scale = (ifmOf(op).quant?.scales[0] ?? 1) * numberOption(op.source.operator, 'beta');
  const factor = newTensor(
    'softmax_scale',
    'int32',
    [1, 1, 1, 1],
    scalarConstant('int32', Math.round(scale * 2 ** 24)),
  );
  const scaled = out(step('Mul', [difference, factor], shape, 'int32'));
  const offset = out(step('Add', [scaled, constant('const_add_32767', 32767)], shape, 'int16'));
  const exp = step('LUT', [offset], shape, 'int16');
  exp.lut = { bytes: 2048, key: 'softmax-exp16' };
  const exponents = out(exp);
  exponents.quant = UNIT;
  const sum = out(step('ReduceSum', [exponents], one, 'int32'));
  const zeros = int('CLZ', sum);
  const rightShift = int('Sub', constant('const_31', 31), zeros);
  const leading = out(step('SHL', [constant('one_const', 1), rightShift], one, 'int32', 'one_const/SHL'));
  const fraction = int('Sub', sum, leading);
  const aligned = int('SHL', fraction, zeros);
  const halved = int('Asr', aligned, constant('const_15', 15));
  const centred = out(step('Sub', [halved, constant('const_32768', 32768)], one, 'int16'));
  const reciprocal = step('LUT', [centred], one, 'int16', `${centred.name}/lut`);
  reciprocal.lut = { bytes: 2048, key: 'softmax-one-over-one-plus-x' };
  const result = out(step('Mul', [exponents, out(reciprocal)], shape, 'int32'));
  return step('Asr', [result, rightShift], shape, 'int16', 'ofm');
}

/** A softmax as steps of integer arithmetic (docs/model/lowering.md#softmax). */
export function lowerSoftmax(op: Op, graph: IrGraph, transposes: boolean): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const padded = padTo(ifm.shape, 4);
  const n = padded.length;
  const lead = elements(padded.slice(0, n - 3));
  const shape: Shape = [1, lead * padded[n - 3]!, padded[n - 2]!, padded[n - 1]!];
  const prefix = `${ifm.tensor.name}_softmax_`;
  let counter = 0;
  const step: Step = (kind, inputs, made, type, name) => {
    const result = newOp(graph, kind, op.source);
    for (let i = 0; i < inputs.length; i++) {
      const view: View = connectInput(result, i, inputs[i]!);
      if (view.tensor === ifm.tensor) {
        copyView(ifm, view);
        view.shape = shape;
      }
    }
    if (name === 'ofm') {
      copyView(ofm, connectOutput(result, ofm.tensor));
      ofmOf(result).shape = shape;
    } else connectOutput(result, newTensor(name ?? `${prefix}${counter++}`, type, made));
    return result;
  };
  const max = newTensor(`${prefix}${counter++}`, ifm.tensor.type, [1, shape[1]!, shape[2]!, 1]);
  maxOverDepth(op, graph, shape, max, transposes);
  const result =
    ifm.tensor.type === 'int16'
      ? softmax16(op, step, shape, max, ifm.tensor)
      : softmax8(op, step, shape, max, ifm.tensor);
  disconnect(op);
  return result;
}
