import { input, ROLE } from '../ir.js';
import type { Op, View } from '../ir.js';
import { flagOption } from '../read.js';
import { elements, fromEnd } from '../shape.js';
import { agrees, all, axisOf, feeds, ifmShape, lead, ofmShape, parameterOf, show } from './rule.js';
import type { Rule } from './rule.js';
import { hasWeights } from './windows.js';

const hasIfm: Rule = (op) => feeds(op, 1);

const fullyConnected: Rule = (op) => {
  const weights = input(op, ROLE.weights)!.shape;
  const [outputs, depth] = [weights[0]!, weights.at(-1)!];
  const fed = elements(ifmShape(op));
  if (fed % depth !== 0) return `its input of ${fed} elements is no multiple of its weights' depth ${depth}`;
  const made = (fed / depth) * outputs;
  const own = elements(ofmShape(op));
  return own === made ? undefined : `its output has ${own} elements where ${made} follow from its weights`;
};

/** Rows and columns of a matrix as the product reads it. */
const matrix = (op: Op, role: number, adjoint: string): readonly [number, number] => {
  const shape = ifmShape(op, role);
  const [rows, columns] = [fromEnd(shape, -2), fromEnd(shape, -1)];
  return flagOption(op.source.operator, adjoint) ? [columns, rows] : [rows, columns];
};

const batchMatMul: Rule = (op) => {
  const [a, b, ofm] = [ifmShape(op), ifmShape(op, 1), ofmShape(op)];
  const [[rows, inner], [inner2, columns]] = [matrix(op, 0, 'adj_x'), matrix(op, 1, 'adj_y')];
  const batches = Math.max(lead(a, 2), lead(b, 2));
  const fits =
    inner === inner2 &&
    [a, b].every((shape) => lead(shape, 2) === batches || lead(shape, 2) === 1) &&
    agrees([batches, rows, columns], [lead(ofm, 2), fromEnd(ofm, -2), fromEnd(ofm, -1)]);
  return fits ? undefined : `its inputs ${show(a)} and ${show(b)} do not make its output ${show(ofm)}`;
};

const MATRICES: readonly string[] = ['input', 'forget', 'cell', 'output'];

/** Positions of an LSTM's inputs in the file (docs/model/lowering.md#input-roles). */
const FIRST_INPUT_WEIGHTS = 1;
const FIRST_RECURRENT_WEIGHTS = 5;
const OUTPUT_STATE = 18;
const CELL_STATE = 19;

const fileInput = (op: Op, position: number): View | undefined => input(op, ROLE.parameter + position - 1);

const lstm: Rule = (op) => {
  const ifm = ifmShape(op);
  const ofm = ofmShape(op);
  const [depth, units] = [ifm[2]!, ofm[2]!];
  if (ifm[0] !== ofm[0] || ifm[1] !== ofm[1]) {
    return `its output is ${show(ofm)} but its input ${show(ifm)}: only the last axis may differ`;
  }
  const batches = ifm[flagOption(op.source.operator, 'time_major') ? 1 : 0]!;
  for (const [i, gate] of MATRICES.entries()) {
    for (const [first, columns] of [
      [FIRST_INPUT_WEIGHTS, depth],
      [FIRST_RECURRENT_WEIGHTS, units],
    ] as const) {
      const weights = fileInput(op, first + i)!;
      if (weights.tensor.type !== 'int8') return `the weights of its ${gate} gate are not int8`;
      if (!agrees(weights.shape, [units, columns])) {
        return `the weights of its ${gate} gate are ${show(weights.shape)} where ${units}×${columns} follows from input and output`;
      }
    }
  }
  for (const position of [OUTPUT_STATE, CELL_STATE]) {
    const state = fileInput(op, position);
    if (state === undefined) return 'a state tensor is missing';
    if (elements(state.shape) !== batches * units) {
      return `its state is ${show(state.shape)} where ${batches}×${units} follows from input and output`;
    }
  }
  return undefined;
};

/** Axes of a reduction; the ones that the shape does not have are undefined. */
const reduced = (op: Op): (number | undefined)[] =>
  (parameterOf(op, 0) ?? []).map((axis) => axisOf(axis, ifmShape(op).length));

const axesExist: Rule = (op) =>
  reduced(op).includes(undefined)
    ? `its axes ${(parameterOf(op, 0) ?? []).join(' ')} are not all in ${show(ifmShape(op))}`
    : undefined;

/** The OFM has the elements that are left. */
const reduces: Rule = (op) => {
  const axes = reduced(op);
  const left = elements(ifmShape(op).filter((_, axis) => !axes.includes(axis)));
  const own = elements(ofmShape(op));
  return own === left ? undefined : `its output has ${own} elements where ${left} are left of its input`;
};

/** Of several axes only the first is summed over (docs/model/lowering.md#reductions). */
const sums: Rule = (op) => {
  const [axis] = reduced(op);
  const own = elements(ofmShape(op));
  return own === elements(ifmShape(op).filter((_, i) => i !== axis)) ? undefined : reduces(op);
};

const argMax: Rule = (op) => {
  const ifm = ifmShape(op);
  const given = parameterOf(op, 0)?.[0] ?? -1;
  const axis = axisOf(given, ifm.length);
  if (axis === undefined) return `its axis ${given} is outside ${show(ifm)}`;
  const left = elements(ifm.filter((_, i) => i !== axis));
  const own = elements(ofmShape(op));
  return own === left ? undefined : `its output has ${own} elements where ${left} are left of its input`;
};

export const PRODUCT_RULES: readonly (readonly [string, Rule])[] = [
  ['FULLY_CONNECTED', all(hasIfm, hasWeights(0), fullyConnected)],
  ['BATCH_MATMUL', all((op) => feeds(op, 2), batchMatMul)],
  ['UNIDIRECTIONAL_SEQUENCE_LSTM', all(hasIfm, lstm)],
  ['MEAN', all(hasIfm, axesExist, reduces)],
  ['SUM', all(hasIfm, axesExist, sums)],
  ...['REDUCE_MAX', 'REDUCE_MIN', 'REDUCE_ALL', 'REDUCE_ANY'].map(
    (kind) => [kind, all(hasIfm, axesExist, reduces)] as const,
  ),
  ['ARG_MAX', all(hasIfm, argMax)],
];
