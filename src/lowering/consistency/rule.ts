import { input, ROLE } from '../ir.js';
import type { Op, View } from '../ir.js';
import { padTo } from '../shape.js';
import type { Shape } from '../shape.js';
import { integerValues } from '../values.js';

/** What does not fit in an operator that the NPU is to run, without a full stop; undefined when all does. */
export type Rule = (op: Op) => string | undefined;

/** Shape of IFM `index`; the operator has one (see `feeds`). */
export const ifmShape = (op: Op, index = 0): Shape => input(op, ROLE.ifm + index)!.shape;

/** Shape of the first output, which every operator on the NPU has. */
export const ofmShape = (op: Op): Shape => op.outputs[0]!.shape;

/** As messages show it. */
export const show = (shape: Shape): string => (shape.length === 0 ? 'scalar' : shape.join('×'));

/** The shape without its leading ones, so that shapes of different rank can be compared. */
const trimmed = (shape: Shape): Shape => {
  let first = 0;
  while (first < shape.length && shape[first] === 1) first++;
  return first === 0 ? shape : shape.slice(first);
};

/** Equal sizes, leading ones aside? */
export function agrees(a: Shape, b: Shape): boolean {
  const [x, y] = [trimmed(a), trimmed(b)];
  return x.length === y.length && x.every((size, i) => size === y[i]);
}

/** Complains unless the OFM has that shape. */
export const expectOfm = (op: Op, expected: Shape): string | undefined =>
  agrees(ofmShape(op), expected)
    ? undefined
    : `its output is ${show(ofmShape(op))} where ${show(expected)} follows from its input`;

/** Complains unless there are exactly `count` feature-map inputs. */
export function feeds(op: Op, count: number): string | undefined {
  let found = 0;
  for (const view of op.inputs) if (view.role < ROLE.weights) found++;
  if (found === count && (count < 2 || input(op, ROLE.ifm + count - 1) !== undefined)) return undefined;
  return `it has ${found} inputs where ${count} ${count === 1 ? 'is' : 'are'} needed`;
}

/** Constant integers of a parameter; undefined when it is absent or computed. */
export const parameterOf = (op: Op, index: number): readonly number[] | undefined => {
  const view = input(op, ROLE.parameter + index);
  return view === undefined ? undefined : integerValues(view.tensor.constant, view.tensor.type);
};

/** An axis counted from the front; undefined when the shape does not have it. */
export const axisOf = (axis: number | undefined, rank: number): number | undefined =>
  axis !== undefined && axis >= -rank && axis < rank ? (axis < 0 ? axis + rank : axis) : undefined;

/** Per axis: equal to `whole`, or 1 and thereby repeated? */
export const repeatsTo = (shape: Shape, whole: Shape): boolean => {
  const rank = Math.max(shape.length, whole.length);
  const [a, b] = [padTo(shape, rank), padTo(whole, rank)];
  return a.every((size, i) => size === b[i] || size === 1);
};

/** Elements before the last `axes` axes. */
export function lead(shape: Shape, axes: number): number {
  let product = 1;
  for (let i = 0; i < shape.length - axes; i++) product *= shape[i]!;
  return product;
}

/** The rules in turn. */
export const all =
  (...rules: readonly Rule[]): Rule =>
  (op) => {
    for (const rule of rules) {
      const broken = rule(op);
      if (broken !== undefined) return broken;
    }
    return undefined;
  };

/** Feature-map inputs in order. */
export const ifmsOf = (op: Op): View[] => op.inputs.filter((view) => view.role < ROLE.weights);
