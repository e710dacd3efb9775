import { input, ROLE } from '../ir.js';
import { padTo } from '../shape.js';
import { all, feeds, ifmShape, ifmsOf, ofmShape, repeatsTo, show } from './rule.js';
import type { Rule } from './rule.js';

const sameShape: Rule = (op) => {
  const [ifm, ofm] = [ifmShape(op), ofmShape(op)];
  const rank = Math.max(ifm.length, ofm.length);
  const [a, b] = [padTo(ifm, rank), padTo(ofm, rank)];
  return a.every((size, i) => size === b[i])
    ? undefined
    : `its output is ${show(ofm)} but its input ${show(ifm)}`;
};

const unary: Rule = all((op) => feeds(op, 1), sameShape);

/** Inputs are repeated along axes of size 1, and the output has no axis larger than all of theirs. */
const broadcasts =
  (count: number): Rule =>
  (op) => {
    const broken = feeds(op, count);
    if (broken !== undefined) return broken;
    const ofm = ofmShape(op);
    const shapes = ifmsOf(op).map((view) => view.shape);
    const rank = Math.max(ofm.length, ...shapes.map((shape) => shape.length));
    const padded = shapes.map((shape) => padTo(shape, rank));
    const fits =
      shapes.every((shape) => repeatsTo(shape, ofm)) &&
      padTo(ofm, rank).every((size, i) => padded.some((shape) => shape[i] === size));
    return fits
      ? undefined
      : `its inputs are ${shapes.map(show).join(' and ')}, which does not make its output ${show(ofm)}`;
  };

const binary = broadcasts(2);

const prelu: Rule = (op) => {
  const alpha = input(op, ROLE.parameter);
  if (alpha === undefined) return 'it has no slopes';
  return repeatsTo(alpha.shape, ofmShape(op))
    ? undefined
    : `its slopes are ${show(alpha.shape)}, which does not fit its output ${show(ofmShape(op))}`;
};

const UNARY = [
  'ABS',
  'CAST',
  'EXP',
  'HARD_SWISH',
  'LEAKY_RELU',
  'LOG',
  'LOGICAL_NOT',
  'LOGISTIC',
  'NEG',
  'QUANTIZE',
  'RELU',
  'RELU6',
  'RELU_0_TO_1',
  'RELU_N1_TO_1',
  'REVERSE_V2',
  'RSQRT',
  'SOFTMAX',
  'TANH',
];

const BINARY = [
  'ADD',
  'DIV',
  'EQUAL',
  'GREATER',
  'GREATER_EQUAL',
  'LESS',
  'LESS_EQUAL',
  'LOGICAL_AND',
  'LOGICAL_OR',
  'MAXIMUM',
  'MINIMUM',
  'MUL',
  'NOT_EQUAL',
  'SQUARED_DIFFERENCE',
  'SUB',
];

export const ELEMENTWISE_RULES: readonly (readonly [string, Rule])[] = [
  ...UNARY.map((kind) => [kind, unary] as const),
  ...BINARY.map((kind) => [kind, binary] as const),
  ['PRELU', all(unary, prelu)],
  ['SELECT', broadcasts(3)],
  ['SELECT_V2', broadcasts(3)],
];
