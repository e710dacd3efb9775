import { input, ROLE } from './ir.js';
import type { Op } from './ir.js';
import { numberOption } from './read.js';
import { integerValues } from './values.js';

/**
 * What a STRIDED_SLICE reads: offset, extent before stepping, and step, per IFM axis
 * (docs/model/lowering.md#data-movement).
 */
export interface StridedSlice {
  readonly offset: readonly number[];
  readonly size: readonly number[];
  readonly step: readonly number[];
}

const parameterValues = (op: Op, index: number): readonly number[] => {
  const view = input(op, ROLE.parameter + index);
  return (view === undefined ? undefined : integerValues(view.tensor.constant, view.tensor.type)) ?? [];
};

/** The slice of a STRIDED_SLICE whose parameters are constant. */
export function stridedSlice(op: Op): StridedSlice {
  const { operator } = op.source;
  const shape = input(op, ROLE.ifm)!.shape;
  const [begins, ends, steps] = [parameterValues(op, 0), parameterValues(op, 1), parameterValues(op, 2)];
  const mask = (name: string, i: number): boolean => ((numberOption(operator, name) >> i) & 1) === 1;
  const offset = shape.map(() => 0);
  const size = [...shape];
  const step = shape.map(() => 1);
  let axis = 0;
  for (let i = 0; i < begins.length && axis < shape.length; i++, axis++) {
    if (mask('ellipsis_mask', i)) {
      axis = shape.length - (begins.length - i - 1) - 1;
      continue;
    }
    const extent = shape[axis]!;
    const shrink = mask('shrink_axis_mask', i);
    let begin = mask('begin_mask', i) && !shrink ? 0 : begins[i]!;
    if (begin < 0) begin += extent;
    begin = Math.min(Math.max(begin, 0), extent - 1);
    let end = mask('end_mask', i) || shrink ? extent : ends[i]!;
    if (end < 0) end += extent;
    end = Math.min(Math.max(end, 1), extent);
    offset[axis] = begin;
    size[axis] = shrink ? 1 : end - begin;
    step[axis] = shrink ? 1 : (steps[i] ?? 1);
  }
  return { offset, size, step };
}
