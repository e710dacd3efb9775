import { input, ROLE } from '../ir.js';
import type { Op } from '../ir.js';
import { numberOption } from '../read.js';
import { mirrorSkip } from '../rewrite/pad-folding.js';
import { elements, withAxis } from '../shape.js';
import type { Shape } from '../shape.js';
import { stridedSlice } from '../strided-slice.js';
import {
  agrees,
  all,
  axisOf,
  expectOfm,
  feeds,
  ifmShape,
  ifmsOf,
  ofmShape,
  parameterOf,
  show,
} from './rule.js';
import type { Rule } from './rule.js';

const hasIfm: Rule = (op) => feeds(op, 1);

const outside = (axis: number | undefined, shape: Shape): string =>
  axis === undefined ? 'its axis is not constant' : `its axis ${axis} is outside ${show(shape)}`;

/** What is complained about beyond this is in `validity.ts`. */
const concatenation: Rule = (op) => {
  const axis = numberOption(op.source.operator, 'axis');
  return axisOf(axis, ofmShape(op).length) === undefined ? outside(axis, ofmShape(op)) : undefined;
};

const insert = (shape: Shape, axis: number): Shape => [...shape.slice(0, axis), 1, ...shape.slice(axis)];

const pack: Rule = (op) => {
  const ofm = ofmShape(op);
  const given = numberOption(op.source.operator, 'axis');
  const axis = axisOf(given, ofm.length);
  if (axis === undefined) return outside(given, ofm);
  const parts = ifmsOf(op);
  const part = withAxis(ofm, axis, 1);
  const odd = parts.find(
    ({ shape }) => shape.length !== ofm.length - 1 || !agrees(insert(shape, axis), part),
  );
  if (odd !== undefined) return `its input ${show(odd.shape)} is no part of its output ${show(ofm)}`;
  return parts.length === ofm[axis]
    ? undefined
    : `it has ${parts.length} inputs for an axis of ${ofm[axis]!}`;
};

const unpack: Rule = (op) => {
  const ifm = ifmShape(op);
  const given = numberOption(op.source.operator, 'axis');
  const axis = axisOf(given, ifm.length);
  if (axis === undefined) return outside(given, ifm);
  const part = withAxis(ifm, axis, 1);
  const odd = op.outputs.find(
    ({ shape }) => shape.length !== ifm.length - 1 || !agrees(insert(shape, axis), part),
  );
  if (odd !== undefined) return `its output ${show(odd.shape)} is no part of its input ${show(ifm)}`;
  return op.outputs.length === ifm[axis]
    ? undefined
    : `it has ${op.outputs.length} outputs for an axis of ${ifm[axis]!}`;
};

/** Parts next to each other on an axis, `place` being the position of the axis among the parameters. */
const split =
  (place: number): Rule =>
  (op) => {
    const ifm = ifmShape(op);
    const given = parameterOf(op, place)?.[0];
    const axis = axisOf(given, ifm.length);
    if (axis === undefined) return outside(given, ifm);
    let total = 0;
    for (const { shape } of op.outputs) {
      if (shape.length !== ifm.length || shape.some((size, i) => i !== axis && size !== ifm[i])) {
        return `its output ${show(shape)} is no part of its input ${show(ifm)}`;
      }
      total += shape[axis]!;
    }
    return total === ifm[axis] ? undefined : `its outputs add up to ${total} for an axis of ${ifm[axis]!}`;
  };

const slice: Rule = (op) => {
  const ifm = ifmShape(op);
  const [begin, size] = [parameterOf(op, 0), parameterOf(op, 1)];
  if (begin === undefined || size === undefined) return 'it has no begin and size';
  if (begin.length !== ifm.length || size.length !== ifm.length) {
    return `its begin and size have not one entry per axis of its input ${show(ifm)}`;
  }
  const extent = ifm.map((n, i) => (size[i] === -1 ? n - begin[i]! : size[i]!));
  const inside = ifm.every((n, i) => begin[i]! >= 0 && extent[i]! >= 1 && begin[i]! + extent[i]! <= n);
  return inside
    ? expectOfm(op, extent)
    : `its slice of ${show(extent)} at ${show(begin)} is not inside its input ${show(ifm)}`;
};

const stridedSliceFits: Rule = (op) => {
  const ifm = ifmShape(op);
  const [begin, end, steps] = [parameterOf(op, 0), parameterOf(op, 1), parameterOf(op, 2)];
  if (begin === undefined || end === undefined || steps === undefined)
    return 'it has no begin, end and strides';
  if (begin.length !== end.length || begin.length !== steps.length || begin.length > ifm.length) {
    return `its begin, end and strides do not fit its input ${show(ifm)}`;
  }
  if (steps.some((step) => step < 1)) return 'it has a stride below 1';
  const { size, step } = stridedSlice(op);
  const made = elements(size.map((n, i) => Math.ceil(n / step[i]!)));
  const own = elements(ofmShape(op));
  return made === own ? undefined : `its output has ${own} elements but its slice ${made}`;
};

const padding: Rule = (op) => {
  const ifm = ifmShape(op);
  const amounts = parameterOf(op, 0);
  if (amounts?.length !== 2 * ifm.length) return `its paddings have not two entries per axis of ${show(ifm)}`;
  if (amounts.some((amount) => amount < 0)) return 'it has a negative padding';
  const expected = ifm.map((n, i) => n + amounts[2 * i]! + amounts[2 * i + 1]!);
  return ofmShape(op).length === ifm.length
    ? expectOfm(op, expected)
    : `its output ${show(ofmShape(op))} has another number of axes than its input ${show(ifm)}`;
};

const mirror: Rule = (op) => {
  const ifm = ifmShape(op);
  const amounts = parameterOf(op, 0) ?? [];
  const skip = mirrorSkip(op);
  const fits = ifm.every((n, i) => amounts[2 * i]! <= n - skip && amounts[2 * i + 1]! <= n - skip);
  return fits ? undefined : `it mirrors more than there is of its input ${show(ifm)}`;
};

const tile: Rule = (op) => {
  const ifm = ifmShape(op);
  const multiples = parameterOf(op, 0) ?? ifm.map(() => 1);
  if (multiples.length !== ifm.length) return `its multiples have not one entry per axis of ${show(ifm)}`;
  return expectOfm(
    op,
    ifm.map((n, i) => n * multiples[i]!),
  );
};

const transpose: Rule = (op) => {
  const ifm = ifmShape(op);
  const given = parameterOf(op, 0) ?? [];
  const axes = given.map((axis) => axisOf(axis, ifm.length) ?? -1);
  const complete = axes.length === ifm.length && ifm.every((_, axis) => axes.includes(axis));
  if (!complete) return `its permutation ${given.join(' ')} does not name every axis of ${show(ifm)} once`;
  const ofm = ofmShape(op);
  return ofm.length === ifm.length && axes.every((axis, i) => ofm[i] === ifm[axis])
    ? undefined
    : `its output is ${show(ofm)} where ${show(axes.map((axis) => ifm[axis]!))} follows from its permutation`;
};

const sameElements: Rule = (op) =>
  elements(ifmShape(op)) === elements(ofmShape(op))
    ? undefined
    : 'its input and output have different numbers of elements';

const resize: Rule = (op) => {
  const [ifm, ofm] = [ifmShape(op), ofmShape(op)];
  if (ifm.length !== 4 || ofm.length !== 4) return 'its input and output must have 4 axes';
  return ifm[0] === ofm[0] && ifm[3] === ofm[3]
    ? undefined
    : `its output is ${show(ofm)} but its input ${show(ifm)}: only height and width may differ`;
};

const gather: Rule = (op) => {
  const [ifm, indices] = [ifmShape(op), ifmShape(op, 1)];
  const { operator } = op.source;
  const given = numberOption(operator, 'axis');
  const axis = axisOf(given, ifm.length);
  if (axis === undefined) return outside(given, ifm);
  return indices.length < axis || !agrees(indices.slice(0, axis), ifm.slice(0, axis))
    ? `its indices ${show(indices)} do not fit its input ${show(ifm)}`
    : expectOfm(op, [...ifm.slice(0, axis), ...indices.slice(axis), ...ifm.slice(axis + 1)]);
};

const scatter: Rule = (op: Op) => {
  const rows = elements(ifmShape(op));
  const updates = elements(ifmShape(op, 1));
  const depth = updates / rows;
  const whole = elements(ofmShape(op));
  return Number.isInteger(depth) && whole % depth === 0 && input(op, ROLE.parameter) !== undefined
    ? undefined
    : `its ${updates} updates do not fit ${rows} indices and an output of ${whole} elements`;
};

export const MOVEMENT_RULES: readonly (readonly [string, Rule])[] = [
  ['CONCATENATION', concatenation],
  ['PACK', pack],
  ['UNPACK', all(hasIfm, unpack)],
  ['SPLIT', all(hasIfm, split(0))],
  ['SPLIT_V', all(hasIfm, split(1))],
  ['SLICE', all(hasIfm, slice)],
  ['STRIDED_SLICE', all(hasIfm, stridedSliceFits)],
  ['PAD', all(hasIfm, padding)],
  ['PADV2', all(hasIfm, padding)],
  ['MIRROR_PAD', all(hasIfm, padding, mirror)],
  ['TILE', all(hasIfm, tile)],
  ['TRANSPOSE', all(hasIfm, transpose)],
  ['RESHAPE', all(hasIfm, sameElements)],
  ['SQUEEZE', all(hasIfm, sameElements)],
  ['EXPAND_DIMS', all(hasIfm, sameElements)],
  ['RESIZE_BILINEAR', all(hasIfm, resize)],
  ['RESIZE_NEAREST_NEIGHBOR', all(hasIfm, resize)],
  ['GATHER', all((op) => feeds(op, 2), gather)],
  ['SCATTER_ND', all((op) => feeds(op, 2), scatter)],
];
