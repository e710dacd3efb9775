import { build, filledConstant, scalar } from '../build.js';
import {
  become,
  connectInputLike,
  connectOutputLike,
  copyView,
  disconnect,
  disconnectInput,
  ifmOf,
  input,
  newOp,
  newTensor,
  NO_KERNEL,
  ofmOf,
  ROLE,
  UNIT,
} from '../ir.js';
import type { IrGraph, Op, Tensor } from '../ir.js';
import type { OpKind } from '../operations.js';
import type { WeightArray } from '../../weights/weight-array.js';
import { isSymmetric } from '../quant.js';
import { split } from '../scale-pair.js';
import { around, elements, fromEnd, padTo, withAxis, zeros } from '../shape.js';
import { integerValues } from '../values.js';
import { constantWeights } from '../weights.js';

/** Axes of a reduction as the parameter lists them, counted from the front. */
export function reducedAxes(op: Op): readonly number[] {
  const view = input(op, ROLE.parameter);
  const values = view === undefined ? undefined : integerValues(view.tensor.constant, view.tensor.type);
  const rank = ifmOf(op).shape.length;
  return (values ?? []).map((axis) => (axis < 0 ? axis + rank : axis));
}

interface MeanPlan {
  readonly ifm: number[];
  readonly ofm: number[];
  readonly reducesH: boolean;
  readonly reducesW: boolean;
  readonly height: number;
  readonly width: number;
}

/** Rank-4 shapes of a MEAN over height and width only (docs/model/lowering.md#mean). */
function planMean(op: Op): MeanPlan {
  const ifm = ifmOf(op).shape;
  const axes = reducedAxes(op);
  const kept = ifm.map((size, i) => (axes.includes(i) ? 1 : size));
  let s = [...padTo(ifm, 4)];
  let t = [...padTo(kept, 4)];
  const extra = s.length - ifm.length;
  let m = s.map((_, i) => axes.includes(i - extra));
  const rank = s.length;
  if (m[rank - 1] === true && s[rank - 1]! > 1) {
    const q = s[rank - 2] === 1 ? rank - 2 : rank - 3;
    const without = <T>(list: readonly T[], appended: T): T[] => [
      ...list.filter((_, i) => i !== q),
      appended,
    ];
    s = without(s, 1);
    m = without(m, false);
    t = without(t, 1);
  }
  const [h, w] = [rank - 3, rank - 2];
  let height = m[h] === true ? s[h]! : 1;
  let width = m[w] === true ? s[w]! : 1;
  if (height > 64 && height * width <= 4096 && m[h] === true && m[w] === true) {
    s = [s[0]!, 1, height * width, s[rank - 1]!];
    width *= height;
    height = 1;
  }
  return { ifm: s, ofm: t, reducesH: m[h] === true, reducesW: m[w] === true, height, width };
}

/** MEAN: depthwise sums of up to 4096 elements, their sum, and a scaling (docs/model/lowering.md#mean). */
export function lowerMean(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const plan = planMean(op);
  const { ifm: s, ofm: t, height, width } = plan;
  const rank = s.length;
  const [h, w] = [rank - 3, rank - 2];
  const rows = Math.min(Math.floor(4096 / width), height, 64);
  const parts = Math.ceil(height / rows);
  const name = `${ofm.tensor.name}_intermediate`;
  let sum: Tensor | undefined;
  let ones: WeightArray | undefined;
  for (let i = 0; i < parts; i++) {
    const k = i === parts - 1 && height % rows !== 0 ? height % rows : rows;
    const part = newTensor(name, 'int32', t);
    const conv = build(graph, 'DepthwiseConv2D', op.source, [ifm.tensor], part);
    conv.kernel = { ...NO_KERNEL, height: k, width };
    if (ones?.shape[1] !== k) ones = constantWeights([s[rank - 1]!, k, width, 1], true, 1);
    conv.weights = ones;
    const view = ifmOf(conv);
    copyView(ifm, view);
    view.shape = s;
    const size = withAxis(withAxis(s, h, plan.reducesH ? k : s[h]!), w, plan.reducesW ? width : s[w]!);
    view.slice = { offset: withAxis(zeros(rank), h, i * rows), size };
    if (sum === undefined) sum = part;
    else {
      const added: Tensor = newTensor(`${sum.name}/Add`, 'int32', t);
      build(graph, 'Add', op.source, [sum, part], added);
      sum = added;
    }
  }
  const mul = newOp(graph, 'Mul', op.source);
  connectMul(mul, sum!, plan.ofm, op, height * width);
  disconnect(op);
  return mul;
}

/** What the sum of `count` elements is multiplied by (docs/model/lowering.md#mean). */
function meanMultiplier(op: Op, count: number): number {
  const from = ifmOf(op).quant?.scales[0] ?? 1;
  const to = ofmOf(op).quant?.scales[0] ?? 1;
  const { mantissa, exponent } = split(from / to);
  if (!Number.isFinite(mantissa)) return 0;
  const shift = Math.min(Math.floor(Math.log2(count)), 32, 31 + exponent);
  const multiplier = Math.round(mantissa * 2 ** 31) * 2 ** shift;
  return Number(BigInt(Math.floor(multiplier)) / BigInt(count));
}

function connectMul(mul: Op, sum: Tensor, shape: readonly number[], op: Op, elementsPer: number): void {
  const count = scalar('mean_scale', 'int32', meanMultiplier(op, elementsPer));
  connectInputLike(mul, 0, { ...viewOf(sum), shape });
  connectInputLike(mul, 1, viewOf(count));
  connectOutputLike(mul, ofmOf(op)).shape = shape;
}

const viewOf = (tensor: Tensor): Parameters<typeof connectInputLike>[2] => ({
  role: 0,
  tensor,
  shape: tensor.shape,
  quant: undefined,
  slice: undefined,
  step: undefined,
  reversed: undefined,
});

const KIND_OF: Readonly<Record<string, OpKind>> = {
  REDUCE_MAX: 'ReduceMax',
  REDUCE_MIN: 'ReduceMin',
  REDUCE_ANY: 'ReduceAny',
  REDUCE_ALL: 'ReduceAll',
};

/**
 * REDUCE_MAX and its like: one operation per axis (docs/model/lowering.md#reductions). All but the last keep the axis
 * with one element; the last writes the OFM in the shape that the file gives it.
 */
export function lowerReduceList(op: Op, graph: IrGraph): Op {
  const ofm = ofmOf(op);
  const kind = KIND_OF[op.builtin] ?? 'ReduceMax';
  const axes = reducedAxes(op);
  let from = ifmOf(op);
  const { quant } = from;
  let last: Op | undefined;
  axes.forEach((axis, i) => {
    const reduce = newOp(graph, kind, op.source);
    const { shape } = connectInputLike(reduce, 0, from);
    const size = shape[axis] ?? 1;
    reduce.axes = [axis];
    if (axis === shape.length - 3) reduce.kernel = { ...NO_KERNEL, height: size };
    else if (axis === shape.length - 2) reduce.kernel = { ...NO_KERNEL, width: size };
    if (i === axes.length - 1) connectOutputLike(reduce, { ...ofm, quant });
    else {
      const { name, type } = from.tensor;
      const between = newTensor(`${name}_reduce${axis}`, type, withAxis(shape, axis, 1));
      between.quant = quant;
      from = { ...viewOf(between), quant };
      connectOutputLike(reduce, from);
    }
    last = reduce;
  });
  if (last === undefined) return become(graph, op, 'MemoryCopy');
  disconnect(op);
  return last;
}

/**
 * The minimum as the maximum of the complement, where there is no minimum (docs/model/lowering.md#reductions). Both
 * subtractions take the tensors as they are stored, whatever the reduction's views.
 */
export function reduceMinByMax(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const { type, name } = ifm.tensor;
  const pivot = filledConstant(`${name}_reducemin_pivot`, type, [1], -1);
  const inverted = newTensor(`${name}_reducemin_invert`, type, ifm.shape);
  const first = build(graph, 'Sub', op.source, [pivot, ifm.tensor], inverted);
  input(first, 1)!.quant = ifm.quant;
  const largest = newTensor(`${ofm.tensor.name}_reducemin_invert_back`, type, ofm.shape);
  const reduce = build(graph, 'ReduceMax', op.source, [inverted], largest);
  reduce.kernel = op.kernel;
  reduce.axes = op.axes;
  const second = build(graph, 'Sub', op.source, [pivot, largest], ofm.tensor);
  ofmOf(second).quant = ofm.quant;
  disconnect(op);
  return second;
}

/**
 * SUM on an axis that is not the last: a transposition, which leaves the values alone, moves the
 * axis there (docs/model/lowering.md#reductions).
 */
function moveAxisLast(op: Op, graph: IrGraph, axis: number): Op {
  const ifm = ifmOf(op);
  const { quant } = ifm;
  const { name, type } = ifm.tensor;
  const [before, size, after] = around(ifm.shape, axis);
  const turned = newTensor(`${name}_transpose`, type, [before, after, size]);
  const transpose = build(graph, 'Transpose', op.source, [ifm.tensor], turned);
  copyView({ ...ifm, shape: [before, size, after], quant: UNIT }, ifmOf(transpose));
  ofmOf(transpose).quant = UNIT;
  transpose.axes = [0, 2, 1];
  const reduce = newOp(graph, 'ReduceSum', op.source);
  connectInputLike(reduce, 0, { ...viewOf(turned), quant });
  connectOutputLike(reduce, ofmOf(op)).shape = [before, after, 1];
  disconnect(op);
  return reduce;
}

/** A sum over the depth as a convolution with one filter of ones. */
function sumByConvolution(op: Op, graph: IrGraph): Op {
  const { shape } = ifmOf(op);
  const depth = fromEnd(shape, -1);
  const width = fromEnd(shape, -2);
  const height = elements(shape) / depth / width;
  ifmOf(op).shape = [1, height, width, depth];
  ofmOf(op).shape = [1, height, width, 1];
  op.weights = constantWeights([1, 1, 1, depth], false, 1);
  return become(graph, op, 'Conv2D');
}

function sumThenSubtract(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const sum = newTensor(`${ofm.tensor.name}_reducesum`, 'int32', ofm.shape);
  const reduce = newOp(graph, 'ReduceSum', op.source);
  connectInputLike(reduce, 0, ifm).quant = undefined;
  connectOutputLike(reduce, viewOf(sum));
  const sub = newOp(graph, 'Sub', op.source);
  connectInputLike(sub, 0, viewOf(sum));
  const zeroPoint = ifm.quant?.zeroPoints[0] ?? 0;
  connectInputLike(sub, 1, viewOf(scalar('zero_points', 'int32', zeroPoint * fromEnd(ifm.shape, -1))));
  connectOutputLike(sub, ofm);
  disconnect(op);
  return sub;
}

/** SUM (docs/model/lowering.md#reductions); `subtracts`: the hardware takes the zero points off afterwards. */
export function lowerReduceSum(op: Op, graph: IrGraph, subtracts: boolean): Op {
  const ifm = ifmOf(op);
  const rank = ifm.shape.length;
  const axis = reducedAxes(op)[0];
  disconnectInput(op, ROLE.parameter);
  if (axis !== undefined && axis !== rank - 1) return moveAxisLast(op, graph, axis);
  if (!isSymmetric(ifm.quant)) return subtracts ? sumThenSubtract(op, graph) : sumByConvolution(op, graph);
  if (rank > 3) {
    const [before, size] = [elements(ifm.shape.slice(0, -2)), ifm.shape.slice(-2)];
    ifm.shape = [before, ...size];
    ofmOf(op).shape = [before, size[0]!, 1];
  }
  return op;
}
