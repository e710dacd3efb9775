import { ELEMENT_BITS } from '../../graph/network.js';
import { cloneOp } from '../clone.js';
import {
  connectInputLike,
  connectOutputLike,
  disconnect,
  ifmOf,
  newOp,
  newTensor,
  ofmOf,
  sizeOf,
} from '../ir.js';
import type { IrGraph, Op, Source, Tensor, View } from '../ir.js';
import { permutationName } from '../permutation.js';
import { elements } from '../shape.js';
import type { Shape } from '../shape.js';
import type { SplitRules } from '../families/rules.js';
import { LARGEST_AXIS, leading, narrow } from '../view-parts.js';
import { rulesOf, type SplitContext } from './context.js';

/** Does the family permute like this in one operation (docs/model/lowering.md#splitting)? */
function isNative(axes: readonly number[], bits: number, rules: SplitRules): boolean {
  const name = axes.length < 3 ? permutationName([0, ...axes.map((a) => a + 1)]) : permutationName(axes);
  return name !== undefined && (bits === 32 ? rules.permutations32 : rules.permutations).has(name);
}

/** One exchange of two axes of a view. */
interface Step {
  readonly shape: Shape;
  readonly a: number;
  readonly b: number;
}

const exchange = (shape: Shape, a: number, b: number): number[] => {
  const copy = [...shape];
  copy[a] = shape[b]!;
  copy[b] = shape[a]!;
  return copy;
};

const exchangeAxes = (rank: number, a: number, b: number): number[] =>
  exchange(
    Array.from({ length: rank }, (_, i) => i),
    a,
    b,
  );

const product = (shape: Shape, from: number, to: number): number => elements(shape.slice(from, to));

/**
 * The exchanges of a rank-3 view, and of views of it, that exchange axes a < b of `shape`
 * (docs/model/lowering.md#axis-exchanges).
 */
function swapSteps(shape: Shape, a: number, b: number, native: (axes: readonly number[]) => boolean): Step[] {
  const rank = shape.length;
  if (rank <= 3 || (a >= rank - 3 && product(shape, 0, rank - 3) === 1)) {
    if (native(exchangeAxes(rank, a, b))) return [{ shape, a, b }];
    const steps: Step[] = [];
    let now = shape;
    for (const [x, y] of [
      [rank - 2, rank - 1],
      [rank - 3, rank - 2],
      [rank - 2, rank - 1],
    ] as const) {
      steps.push({ shape: now, a: x, b: y });
      now = exchange(now, x, y);
    }
    return steps;
  }
  if (a === 0 && b === 1) return [{ shape: [shape[0]!, shape[1]!, product(shape, 2, rank)], a: 0, b: 1 }];
  if (a === rank - 2 && b === rank - 1) {
    return [{ shape: [product(shape, 0, rank - 2), shape[a]!, shape[b]!], a: 1, b: 2 }];
  }
  if (a !== 0) {
    const first = shape[a]!;
    const lead = product(shape, 0, a);
    const rest = product(shape, a + 1, rank);
    const front = [first, ...shape.slice(0, a), ...shape.slice(a + 1)];
    const swapped = exchange(front, 0, b);
    return [
      { shape: [lead, first, rest], a: 0, b: 1 },
      ...swapSteps(front, 0, b, native),
      { shape: [swapped[0]!, product(swapped, 1, a + 1), product(swapped, a + 1, rank)], a: 0, b: 1 },
    ];
  }
  if (b !== rank - 1) {
    const lead = product(shape, 0, b);
    const moved = shape[b]!;
    const rest = product(shape, b + 1, rank);
    const back = [...shape.slice(0, b), ...shape.slice(b + 1), moved];
    const swapped = exchange(back, 0, rank - 1);
    return [
      { shape: [lead, moved, rest], a: 1, b: 2 },
      ...swapSteps(back, 0, rank - 1, native),
      { shape: [product(swapped, 0, b), product(swapped, b, rank - 1), swapped[rank - 1]!], a: 1, b: 2 },
    ];
  }
  return [{ shape: [shape[0]!, product(shape, 1, rank - 1), shape[rank - 1]!], a: 0, b: 2 }];
}

/** All exchanges of a permutation: axes put in place from the left. */
function steps(shape: Shape, axes: readonly number[], native: (axes: readonly number[]) => boolean): Step[] {
  const order = shape.map((_, i) => i);
  let now: Shape = shape;
  const result: Step[] = [];
  for (let a = 0; a < order.length; a++) {
    const j = order.indexOf(axes[a]!);
    if (j === a) continue;
    result.push(...swapSteps(now, a, j, native));
    now = exchange(now, a, j);
    [order[a], order[j]] = [order[j]!, order[a]!];
  }
  return result;
}

function rowOf(graph: IrGraph, source: Source, from: View, to: View, step: Step): Op {
  const op = newOp(graph, 'Transpose', source);
  connectInputLike(op, 0, from).shape = step.shape;
  const written = connectOutputLike(op, to);
  if (written.slice === undefined) written.shape = exchange(step.shape, step.a, step.b);
  op.axes = exchangeAxes(step.shape.length, step.a, step.b);
  return op;
}

/**
 * Parts of at most 65536 positions of every axis of the IFM, each written where the permutation puts it
 * (docs/model/lowering.md#reduction-views). Ethos-U55 and Ethos-U65 do not take them.
 */
function splitAxes(op: Op, context: SplitContext): Op[] {
  const { graph } = context;
  if (!rulesOf(context).longTransposes) return [op];
  const size = sizeOf(ifmOf(op));
  const axis = size.findIndex((total) => total > LARGEST_AXIS);
  if (axis < 0) return [op];
  const parts: Op[] = [];
  for (let at = 0; at < size[axis]!; at += LARGEST_AXIS) {
    const count = Math.min(LARGEST_AXIS, size[axis]! - at);
    const part = cloneOp(graph, op);
    narrow(ifmOf(part), axis, at, count);
    narrow(ofmOf(part), op.axes!.indexOf(axis), at, count);
    parts.push(...splitAxes(part, context));
  }
  disconnect(op);
  return parts;
}

/** A transposition as those that the hardware has (docs/model/lowering.md#axis-exchanges). */
export function splitTranspose(op: Op, context: SplitContext): Op[] {
  const { graph } = context;
  const rules = rulesOf(context);
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const axes = op.axes ?? [];
  const bits = ELEMENT_BITS[ifm.tensor.type];
  const native = (list: readonly number[]): boolean => isNative(list, bits, rules);
  if (native(axes) && leading(ifm) === 1) return splitAxes(op, context);
  const list = steps(ifm.slice?.size ?? ifm.shape, axes, native);
  let from: View = { ...ifm };
  const parts: Op[] = [];
  list.forEach((step, i) => {
    let to: View = { ...ofm };
    if (i < list.length - 1) {
      const shape = exchange(step.shape, step.a, step.b);
      const between: Tensor = newTensor(`#${graph.stamp}.${i}`, ofm.tensor.type, shape);
      to = { ...ofm, tensor: between, shape, slice: undefined };
    }
    parts.push(rowOf(graph, op.source, from, to, step));
    from = to;
  });
  disconnect(op);
  return parts.flatMap((part) => splitAxes(part, context));
}
