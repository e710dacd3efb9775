import { input, ROLE } from '../ir.js';
import type { Op, View } from '../ir.js';
import { flagOption, numberOption } from '../read.js';
import { elements, fromEnd, padTo, sameShape } from '../shape.js';
import type { Shape } from '../shape.js';
import { integerValues } from '../values.js';
import { sameQuant } from '../quant.js';
import { stridedSlice } from '../strided-slice.js';
import type { PlacementRules } from '../families/rules.js';
import { resizeReason } from './resize.js';
import { transposeReason } from './transpose.js';

/** Why an operator cannot run on the NPU, or undefined. */
export type Rule = (op: Op, family: PlacementRules) => string | undefined;

const ifmShape = (op: Op): Shape => input(op, ROLE.ifm)!.shape;
const ofmShape = (op: Op): Shape => op.outputs[0]!.shape;
const ifmType = (op: Op): string => input(op, ROLE.ifm)!.tensor.type;
const parameter = (op: Op, index: number): View | undefined => input(op, ROLE.parameter + index);
const parameterValues = (op: Op, index: number): readonly number[] | undefined => {
  const view = parameter(op, index);
  return view === undefined ? undefined : integerValues(view.tensor.constant, view.tensor.type);
};
const isConstant = (view: View | undefined): boolean => view?.tensor.constant !== undefined;

const hasPadding = ({ kernel }: Op): boolean =>
  kernel.top > 0 || kernel.left > 0 || kernel.bottom > 0 || kernel.right > 0;

const strides: Rule = (op, family) => {
  const { kernel } = op;
  const limit = family.largestStride;
  if (limit === undefined) return undefined;
  const ofm = ofmShape(op);
  const fits =
    (kernel.strideH <= limit || fromEnd(ofm, -3) === 1) &&
    (kernel.strideW <= limit || fromEnd(ofm, -2) === 1);
  if (fits) return undefined;
  if (!hasPadding(op) && kernel.dilationH === 1 && kernel.dilationW === 1) return undefined;
  return `stride ${kernel.strideH}x${kernel.strideW} is larger than ${limit}x${limit}`;
};

const depthwise: Rule = ({ kernel }, family) => {
  const limit = family.largestStride;
  return limit === undefined || (kernel.strideH <= limit && kernel.strideW <= limit)
    ? undefined
    : `stride ${kernel.strideH}x${kernel.strideW} is larger than ${limit}x${limit}`;
};

const transposeConv: Rule = (op, family) => {
  const { height, width, strideH, strideW } = op.kernel;
  const ifm = ifmShape(op);
  const ofm = ofmShape(op);
  const same = op.source.operator.options['padding'] === 'SAME';
  const expected = (axis: number, stride: number, kernel: number): number =>
    fromEnd(ifm, axis) * stride + (same ? 0 : Math.max(kernel - stride, 0));
  if (
    fromEnd(ofm, -3) !== expected(-3, strideH, height) ||
    fromEnd(ofm, -2) !== expected(-2, strideW, width)
  ) {
    return 'its output size does not follow from input size, stride and padding';
  }
  if (!family.limitedTransposeConv) return undefined;
  const fits =
    (strideW === 1 && strideH === 1) ||
    (strideW === 2 && strideH === 2) ||
    (strideW === 2 && strideH === 1 && fromEnd(ifm, -3) === 1 && height === 1) ||
    (strideW === 1 && strideH === 2 && fromEnd(ifm, -2) === 1 && width === 1);
  return fits ? undefined : `stride ${strideH}x${strideW} of a transposed convolution is neither 1x1 nor 2x2`;
};

const fullyConnected: Rule = (op, family) => {
  const weights = input(op, ROLE.weights);
  if (weights === undefined) return 'it has no weights';
  const { shape } = weights;
  if (shape.length < 2 || elements(shape) !== shape[0]! * shape.at(-1)!)
    return 'its weights are not a matrix';
  if (isConstant(weights) || family.dynamicDepth === undefined) return undefined;
  return dynamicProduct(ifmType(op), shape.at(-1)!, fromEnd(ofmShape(op), -1), family.dynamicDepth);
};

const dynamicProduct = (type: string, depth: number, ofmDepth: number, limit: number): string | undefined => {
  if (type !== 'int8') return `a product of two computed tensors of ${type} is not supported`;
  return depth > limit || ofmDepth > limit ? `a depth above ${limit} is not supported` : undefined;
};

const batchMatMul: Rule = (op, family) => {
  if (family.dynamicDepth === undefined) return undefined;
  const reduced = fromEnd(ifmShape(op), flagOption(op.source.operator, 'adj_x') ? -2 : -1);
  return dynamicProduct(ifmType(op), reduced, fromEnd(ofmShape(op), -1), family.dynamicDepth);
};

const largeKernel = ({ kernel }: Op): string | undefined =>
  kernel.height <= 256 && kernel.height * kernel.width <= 65536
    ? undefined
    : `a kernel of ${kernel.height}x${kernel.width} is too large`;

const averagePool: Rule = (op, family) => {
  if (!hasPadding(op)) return largeKernel(op) ?? strides(op, family);
  const { height, width } = op.kernel;
  return height <= 8 && width <= 8
    ? strides(op, family)
    : `a kernel of ${height}x${width} with padding is larger than 8x8`;
};

const sameQuantisation: Rule = (op) => {
  const ofm = op.outputs[0]!.quant;
  return op.inputs.every((view) => view.role > 1 || sameQuant(view.quant, ofm))
    ? undefined
    : 'its inputs and its output have different quantisation';
};

/** Types of which there are tables of any function. */
const isTabulated = (type: string): boolean => type === 'int8' || type === 'int16';

const logarithm: Rule = (op) => {
  if (!sameShape(ifmShape(op), ofmShape(op))) return 'its input and output have different shapes';
  const type = ifmType(op);
  return type === op.outputs[0]!.tensor.type && isTabulated(type)
    ? undefined
    : `${type} to ${op.outputs[0]!.tensor.type} is not supported`;
};

const MEAN_ELEMENTS: Readonly<Record<string, number>> = { int8: 2 ** 24, uint8: 2 ** 23, int16: 2 ** 16 };

const mean: Rule = (op) => {
  const axes = parameterValues(op, 0);
  if (axes === undefined) return 'its axes are not constant';
  const shape = padTo(ifmShape(op), 4);
  if (elements(shape.slice(0, shape.length - 3)) !== 1) return 'a mean over a batch is not supported';
  const rank = ifmShape(op).length;
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis : axis - rank)));
  if (reduced.has(-1) && ![-1, -2, -3].some((axis) => fromEnd(shape, axis) === 1)) {
    return 'a mean over the depth needs height, width or depth 1';
  }
  const limit = MEAN_ELEMENTS[ifmType(op)];
  if (limit === undefined) return `a mean of ${ifmType(op)} is not supported`;
  let product = 1;
  for (const axis of reduced) {
    const size = fromEnd(shape, axis);
    if (size > 4096) return `a mean over an axis of ${size} is not supported`;
    product *= size;
  }
  return product <= limit ? undefined : `a mean of ${product} elements is too large`;
};

const argMax: Rule = (op, family) => {
  const limit = family.argMaxDepth;
  if (limit === undefined) return undefined;
  const shape = ifmShape(op);
  const axis = parameterValues(op, 0)?.[0] ?? -1;
  if (axis !== -1 && axis !== shape.length - 1) return 'it is not over the last axis';
  return fromEnd(shape, -1) <= limit ? undefined : `a depth of ${fromEnd(shape, -1)} is larger than ${limit}`;
};

const constantParameters: Rule = (op) =>
  op.inputs.every((view) => view.role < ROLE.parameter || isConstant(view))
    ? undefined
    : 'its parameters are not constant';

const splits: Rule = (op) =>
  numberOption(op.source.operator, 'num_splits') === op.outputs.length
    ? undefined
    : 'its number of parts is not its number of outputs';

const stridedSliceRule: Rule = (op) => {
  const reason = constantParameters(op, undefined as never);
  if (reason !== undefined) return reason;
  const steps = parameterValues(op, 2) ?? [];
  const rank = ifmShape(op).length;
  if (steps.some((step) => step < 0)) return 'a negative step is not supported';
  if (steps.some((step, i) => step !== 1 && i - rank !== -3 && i - rank !== -2)) {
    return 'a step other than 1 is supported on height and width only';
  }
  const slice = stridedSlice(op);
  return slice.size.every((size) => size > 0) ? undefined : 'the slice is empty';
};

const pads: Rule = (op) => {
  const reason = constantParameters(op, undefined as never);
  if (reason !== undefined) return reason;
  const type = parameter(op, 0)?.tensor.type;
  return type === 'int32' || type === 'int64' ? undefined : 'its paddings are not int32 or int64';
};

const reverse: Rule = (op, family) =>
  family.reverses || parameterValues(op, 0)?.length === 0 ? undefined : `not supported on ${family.name}`;

const lstm: Rule = (op) => {
  const { inputs } = op.source.operator;
  const present = (from: number, to: number): boolean => inputs.slice(from, to).some((index) => index >= 0);
  for (let i = 1; i <= 8; i++) if ((inputs[i] ?? -1) < 0) return 'a weight tensor is missing';
  if (present(9, 12)) return 'peephole connections are not supported';
  if (present(16, 18)) return 'a projection is not supported';
  return present(20, 24) ? 'layer normalisation is not supported' : undefined;
};

const gather: Rule = (op) => {
  const { operator } = op.source;
  const axis = numberOption(operator, 'axis');
  const rank = ifmShape(op).length;
  const batch = numberOption(operator, 'batch_dims');
  return (axis < 0 ? axis + rank : axis) === (batch < 0 ? batch + rank : batch)
    ? undefined
    : 'its axis is not the first after the batch axes';
};

const scatter: Rule = (op) => {
  const indices = input(op, ROLE.ifm)!;
  const values = integerValues(indices.tensor.constant, indices.tensor.type);
  if (values === undefined || !isConstant(parameter(op, 0))) return 'its indices and shape are not constant';
  if (fromEnd(indices.shape, -1) !== 1) return 'its indices address more than one axis';
  return new Set(values).size === values.length ? undefined : 'an index occurs twice';
};

const softmax: Rule = (op) => {
  const shape = padTo(ifmShape(op), 4);
  return fromEnd(shape, -3) * fromEnd(shape, -2) <= 65536 ? undefined : 'height times width is above 65536';
};

/**
 * Rules of single operators (docs/model/lowering.md#operator-rules); operators without a row have the generic rules
 * only.
 */
export const OPERATOR_RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['CONV_2D', strides],
  ['DEPTHWISE_CONV_2D', depthwise],
  ['TRANSPOSE_CONV', transposeConv],
  ['FULLY_CONNECTED', fullyConnected],
  ['BATCH_MATMUL', batchMatMul],
  ['AVERAGE_POOL_2D', averagePool],
  ['MAX_POOL_2D', (op, family) => largeKernel(op) ?? strides(op, family)],
  ['MINIMUM', sameQuantisation],
  ['MAXIMUM', sameQuantisation],
  ['LOG', logarithm],
  ['RSQRT', (op) => (isTabulated(ifmType(op)) ? undefined : `${ifmType(op)} is not supported`)],
  ['SOFTMAX', softmax],
  ['MEAN', mean],
  ['ARG_MAX', argMax],
  ['SPLIT', splits],
  ['SPLIT_V', splits],
  ['SLICE', constantParameters],
  ['STRIDED_SLICE', stridedSliceRule],
  ['PAD', pads],
  ['PADV2', pads],
  ['MIRROR_PAD', pads],
  ['TRANSPOSE', transposeReason],
  ['RESIZE_BILINEAR', resizeReason],
  ['RESIZE_NEAREST_NEIGHBOR', resizeReason],
  ['REVERSE_V2', reverse],
  ['UNIDIRECTIONAL_SEQUENCE_LSTM', lstm],
  ['GATHER', gather],
  ['SCATTER_ND', scatter],
]);
