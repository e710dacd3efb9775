import { build } from '../build.js';
import {
  become,
  connectInputLike,
  connectOutput,
  connectOutputLike,
  copyView,
  disconnect,
  ifmOf,
  newOp,
  newTensor,
  NO_KERNEL,
  ofmOf,
} from '../ir.js';
import type { IrGraph, Op, Source, View } from '../ir.js';
import { around, elements, fromEnd, padTo } from '../shape.js';
import { repeatedTaps } from '../weights.js';
import { reducedAxes } from './reductions.js';

/** ARG_MAX as one operation (docs/model/lowering.md#argument-of-the-maximum). */
export function lowerArgMax(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const [before, size, after] = around(ifm.shape, reducedAxes(op)[0] ?? ifm.shape.length - 1);
  const made = newOp(graph, 'ArgMax', op.source);
  connectInputLike(made, 0, ifm).shape = [before, size, after];
  connectOutputLike(made, ofmOf(op)).shape = [before, 1, after];
  made.axes = [1];
  made.kernel = { ...NO_KERNEL, width: size };
  disconnect(op);
  return made;
}

/**
 * Bytes without batch; what else was placed on the NPU has no form that it can run (docs/model/lowering.md#refusals).
 */
const fitsPool = ({ shape, tensor }: View): boolean =>
  (tensor.type === 'int8' || tensor.type === 'uint8') && elements(shape.slice(0, -3)) === 1;

/**
 * ARG_MAX over up to 127 channels: value and reversed channel packed into 16 bits, their maximum, and the channel
 * unpacked by table (docs/model/lowering.md#argument-of-the-maximum).
 */
export function lowerArgMaxByPool(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  if (!fitsPool(ifm)) return become(graph, op, 'ArgMax');
  const source: Source = { operator: op.source.operator, original: 'N/A' };
  const shape = padTo(ifm.shape, 3);
  const depth = fromEnd(shape, -1);
  const width = fromEnd(shape, -2);
  const height = elements(shape) / depth / width;
  const packed = newTensor('convOutputTensor', 'int16', [height, width, depth]);
  const conv = build(graph, 'DepthwiseConv2D', source, [ifm.tensor], packed);
  copyView(ifm, ifmOf(conv));
  ifmOf(conv).shape = [height, width, depth];
  ifmOf(conv).quant = undefined;
  conv.weights = repeatedTaps(depth, 1, 1, [127]);
  const largest = newTensor('maxPoolOutputTensor', 'int16', [height, width, 1]);
  const pool = build(graph, 'MaxPool', source, [packed], largest);
  ifmOf(pool).shape = [1, height * width, depth, 1];
  ofmOf(pool).shape = [1, height * width, 1, 1];
  pool.kernel = { ...NO_KERNEL, width: depth };
  const index = newTensor('lutOutputTensor', 'int16', [height, width, 1]);
  const table = build(graph, 'LUT', source, [largest], index);
  table.lut = { bytes: 2048, key: `arg-max:${depth}` };
  const cast = newOp(graph, 'Cast', source);
  connectInputLike(cast, 0, { ...ofmOf(table) });
  connectOutput(cast, ofmOf(op).tensor, [height, width, 1], undefined);
  disconnect(op);
  return cast;
}
