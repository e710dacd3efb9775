import type { Tensor } from '../../src/graph/network.js';
import { realWeights } from '../substitute/real-weights.js';

/** An axis of weights along which channels are left out. */
export interface NarrowedAxis {
  readonly axis: number;
  /** The channels in the order in which they are kept. */
  readonly order: Int32Array;
  /** Channel counts that may be asked for; above `order.length` all channels are kept. */
  readonly widths: readonly number[];
}

/** Share of the squared Frobenius norm that is kept, by the position of the chosen width of each axis. */
export type WidthShares = (choices: readonly number[]) => number;

interface Bins {
  /** Number of bins. */
  readonly count: number;
  /** Bin of each index of the axis: the first of the rising kept counts that keeps it. */
  readonly of: Int32Array;
  /** Bin up to which a width keeps all, by its position. */
  readonly last: readonly number[];
}

const binsOf = ({ order, widths }: NarrowedAxis): Bins => {
  const channels = order.length;
  const kept = widths.map((w) => Math.min(w, channels));
  const counts = [...new Set([...kept, channels])].sort((a, b) => a - b);
  const of = new Int32Array(channels);
  let bin = 0;
  order.forEach((channel, position) => {
    while (counts[bin]! <= position) bin++;
    of[channel] = bin;
  });
  return { count: counts.length, of, last: kept.map((k) => counts.indexOf(k)) };
};

const whole = (size: number): Bins => ({ count: 1, of: new Int32Array(size), last: [0] });

/**
 * Kept shares of a weight tensor for all widths of its first and last axis, from one pass over the weights; NaN where
 * the weights are not known, 1 where they are all zero.
 *
 * @param axes first axis, last axis, or both: those whose channel counts vary
 */
export const widthShares = (tensor: Tensor, axes: readonly NarrowedAxis[]): WidthShares => {
  const values = realWeights(tensor);
  if (values === undefined) return () => NaN;
  const shape = tensor.shape!;
  const end = shape.length - 1;
  const find = (axis: number): Bins => {
    const narrowed = axes.find((a) => a.axis === axis);
    return narrowed === undefined ? whole(shape[axis]!) : binsOf(narrowed);
  };
  const columns = find(end);
  const rows = find(0);
  const inner = shape[end]!;
  const outer = values.length / shape[0]!;
  const sums = new Float64Array(rows.count * columns.count);
  for (let from = 0; from < values.length; from += inner) {
    const at = rows.of[Math.floor(from / outer)]! * columns.count;
    for (let i = 0; i < inner; i++) sums[at + columns.of[i]!]! += values[from + i]! * values[from + i]!;
  }
  for (let r = 0; r < rows.count; r++) {
    for (let c = 1; c < columns.count; c++) sums[r * columns.count + c]! += sums[r * columns.count + c - 1]!;
    if (r === 0) continue;
    for (let c = 0; c < columns.count; c++)
      sums[r * columns.count + c]! += sums[(r - 1) * columns.count + c]!;
  }
  const total = sums.at(-1)!;
  return (choices) => {
    const bin = (axis: number, bins: Bins): number => {
      const position = axes.findIndex((a) => a.axis === axis);
      return position < 0 ? bins.count - 1 : bins.last[choices[position]!]!;
    };
    return total === 0 ? 1 : sums[bin(0, rows) * columns.count + bin(end, columns)]! / total;
  };
};
