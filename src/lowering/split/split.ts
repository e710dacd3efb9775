import { ELEMENT_BITS } from '../../graph/network.js';
import { ifmOf, newTensor, ofmOf } from '../ir.js';
import type { Op } from '../ir.js';
import { ACTIVATIONS, ELEMENTWISE } from '../kinds.js';
import type { Kind } from '../kinds.js';
import { withAxis } from '../shape.js';
import { isLongArgMax, splitArgMax } from './arg-max.js';
import { hasBatch, splitElementwiseBatch, splitLeading } from './batch.js';
import { splitConvolution } from './convolution.js';
import { splitLargeAxes } from './elementwise.js';
import { isTooLarge } from '../view-parts.js';
import { rulesOf, type SplitContext } from './context.js';
import { splitReduce, splitReduceSum } from './reduce.js';
import { splitResize } from './resize.js';
import { transposeConvByPhases, transposeConvByUpscaling } from './transpose-conv.js';
import { splitTranspose } from './transpose.js';

type Split = (op: Op, context: SplitContext) => Op[];

const again: Split = (op, context) => splitNow(op, context);

const elementwise: Split = (op, context) => {
  const limited = !rulesOf(context).wideCopies;
  const batch = hasBatch(op);
  if (batch) op.divided = true;
  const parts = batch ? splitElementwiseBatch(op, context.graph) : [op];
  if (parts.length === 1 && !isTooLarge(ofmOf(op)) && !isWideCopy(op, limited)) return parts;
  return parts.flatMap((part) => splitLargeAxes(part, context.graph, limited));
};

const isWideCopy = (op: Op, limited: boolean): boolean =>
  limited && op.kind === 'MemoryCopy' && ELEMENT_BITS[ofmOf(op).tensor.type] >= 32;

const transposeConv: Split = (op, context) => {
  const parts = rulesOf(context).phases
    ? transposeConvByPhases(op, context.graph)
    : transposeConvByUpscaling(op, context.graph);
  return parts.flatMap((part) => again(part, context));
};

const resize: Split = (op, context) => {
  if (rulesOf(context).resizes) {
    return hasBatch(op) ? splitLeading(op, context.graph, ofmOf(op).shape.length - 3) : [op];
  }
  return splitResize(op, context.graph).flatMap((part) => again(part, context));
};

const matMul: Split = (op, context) => {
  if (rulesOf(context).products) return splitLeading(op, context.graph, ofmOf(op).shape.length - 2);
  const { shape } = ifmOf(op);
  const last = shape.length - 1;
  op.scratch = newTensor(
    `${ofmOf(op).tensor.name}_scratch`,
    'int32',
    withAxis(shape, last, shape[last]! + 1),
  );
  return [op];
};

const argMax: Split = (op, context) =>
  isLongArgMax(op)
    ? splitArgMax(op, context.graph).flatMap((part) => again(part, context))
    : splitReduce(op, context);

/** Kinds that may have to be split; the others are taken as they are (docs/model/lowering.md#splitting). */
const SPLITS: ReadonlyMap<Kind, Split> = new Map<Kind, Split>([
  ...[...ELEMENTWISE, ...ACTIVATIONS].map((kind) => [kind, elementwise] as const),
  ['Quantize', elementwise],
  ['MemoryCopy', elementwise],
  ['Conv2D', splitConvolution],
  ['DepthwiseConv2D', splitConvolution],
  ['AvgPool', splitConvolution],
  ['MaxPool', splitConvolution],
  ['SumPool', splitConvolution],
  ['FullyConnected', splitConvolution],
  ['TransposeConv2D', transposeConv],
  ['Transpose', splitTranspose],
  ['ReduceSum', splitReduceSum],
  ['ReduceMax', splitReduce],
  ['ReduceMin', splitReduce],
  ['ReduceAny', splitReduce],
  ['ReduceAll', splitReduce],
  ['ArgMax', argMax],
  ['Resize', resize],
  ['MatMul', matMul],
]);

function splitNow(op: Op, context: SplitContext): Op[] {
  const split = SPLITS.get(op.kind);
  return split === undefined ? [op] : split(op, context);
}

/** What an operation becomes on the hardware, in order (docs/model/lowering.md#splitting). */
export const splitOperation = splitNow;
