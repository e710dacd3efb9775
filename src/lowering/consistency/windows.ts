import { input, ROLE } from '../ir.js';
import type { Op } from '../ir.js';
import { numberOption } from '../read.js';
import { elements, fromEnd } from '../shape.js';
import { MAX_MADE_WEIGHTS } from '../weights.js';
import { all, feeds, ifmShape, lead, ofmShape, show } from './rule.js';
import type { Rule } from './rule.js';

/** Positions of a window on an axis. */
const positions = (ifm: number, padding: number, window: number, stride: number): number =>
  Math.floor((ifm + padding - window) / stride) + 1;

/** Operators with a window have no further axes in TFLite either. */
const fourAxes: Rule = (op) =>
  ifmShape(op).length > 4 || ofmShape(op).length > 4 ? 'its feature maps have more than 4 axes' : undefined;

/**
 * The OFM has as many rows and columns as the window has positions on the padded IFM
 * (docs/model/lowering.md#operator-options).
 */
const window: Rule = (op) => {
  const { kernel } = op;
  const [ifm, ofm] = [ifmShape(op), ofmShape(op)];
  const rows = positions(
    fromEnd(ifm, -3),
    kernel.top + kernel.bottom,
    kernel.dilationH * (kernel.height - 1) + 1,
    kernel.strideH,
  );
  const columns = positions(
    fromEnd(ifm, -2),
    kernel.left + kernel.right,
    kernel.dilationW * (kernel.width - 1) + 1,
    kernel.strideW,
  );
  const [h, w] = [fromEnd(ofm, -3), fromEnd(ofm, -2)];
  // A dilation that was read off a SPACE_TO_BATCH_ND may go with rows and columns that are cropped afterwards.
  const cropped = op.source.operator.kind !== op.builtin || isFused(op);
  const fits = cropped ? h <= rows && w <= columns : h === rows && w === columns;
  if (!fits) {
    return `its output is ${h}×${w} high and wide where ${rows}×${columns} follows from input, kernel and padding`;
  }
  return lead(ifm, 3) === lead(ofm, 3) ? undefined : 'its input and output have different batches';
};

const isFused = ({ kernel, source: { operator } }: Op): boolean =>
  kernel.dilationH !== Math.max(1, numberOption(operator, 'dilation_h_factor')) ||
  kernel.dilationW !== Math.max(1, numberOption(operator, 'dilation_w_factor'));

const equalDepth: Rule = (op) => {
  const [from, to] = [fromEnd(ifmShape(op), -1), fromEnd(ofmShape(op), -1)];
  return from === to ? undefined : `its output has ${to} channels and its input ${from}`;
};

/** There are weights of that rank; constant ones have all their values in the file. */
export const hasWeights =
  (rank: number): Rule =>
  (op) => {
    const weights = input(op, ROLE.weights);
    if (weights === undefined) return 'it has no weights';
    const { shape, tensor } = weights;
    if (rank > 0 && shape.length !== rank)
      return `its weights are ${show(shape)}, which has not ${rank} axes`;
    const bytes = tensor.constant?.bytes;
    return bytes === undefined || bytes.length === elements(shape)
      ? undefined
      : `its weights have ${bytes.length} bytes where ${show(shape)} needs ${elements(shape)}`;
  };

/** Filters by OFM channel and IFM channel: `O×KH×KW×I`. */
const filters: Rule = (op) => {
  const { shape } = input(op, ROLE.weights)!;
  const depth = fromEnd(ofmShape(op), -1);
  return shape[0] === depth
    ? undefined
    : `its output has ${depth} channels but there are ${shape[0]!} filters`;
};

const depthwiseFilters: Rule = (op) => {
  const { shape } = input(op, ROLE.weights)!;
  const depth = fromEnd(ofmShape(op), -1);
  return shape[0] === 1 && shape[3] === depth
    ? undefined
    : `its weights are ${show(shape)} where 1×height×width×${depth} follows from its output`;
};

/**
 * What becomes of a dilation above 2: the kernel grows, zeros between its elements (docs/model/lowering.md#dilation).
 */
const dilation: Rule = (op) => {
  const { height, width, dilationH, dilationW } = op.kernel;
  if (dilationH <= 2 && dilationW <= 2) return undefined;
  const grown = (size: number, by: number): number => (by % 2 === 0 ? by / 2 : by) * (size - 1) + 1;
  const { shape } = input(op, ROLE.weights)!;
  const made = (elements(shape) / height / width) * grown(height, dilationH) * grown(width, dilationW);
  return made <= MAX_MADE_WEIGHTS
    ? undefined
    : `its dilation of ${dilationH}×${dilationW} makes a kernel of ${made} weights, more than ${MAX_MADE_WEIGHTS}`;
};

const inputDepth: Rule = (op) => {
  const [depth, own] = [fromEnd(ifmShape(op), -1), fromEnd(input(op, ROLE.weights)!.shape, -1)];
  return depth === own ? undefined : `its input has ${depth} channels but its filters ${own}`;
};

const batch: Rule = (op) =>
  lead(ifmShape(op), 3) === lead(ofmShape(op), 3) ? undefined : 'its input and output have different batches';

const hasIfm: Rule = (op) => feeds(op, 1);

export const WINDOW_RULES: readonly (readonly [string, Rule])[] = [
  ['CONV_2D', all(hasIfm, fourAxes, hasWeights(4), filters, window, dilation)],
  ['DEPTHWISE_CONV_2D', all(hasIfm, fourAxes, hasWeights(4), depthwiseFilters, window, dilation)],
  ['TRANSPOSE_CONV', all(hasIfm, fourAxes, hasWeights(4), filters, inputDepth, batch)],
  ['AVERAGE_POOL_2D', all(hasIfm, fourAxes, window, equalDepth)],
  ['MAX_POOL_2D', all(hasIfm, fourAxes, window, equalDepth)],
];
