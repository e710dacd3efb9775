import { idOf, type Dataset } from './dataset.js';

/** From the least to the largest value, both included. */
export type Range = readonly [least: number, most: number];

/** Which designs are selected: those that pass all of it. */
export interface Filter {
  /** On one system, or on any where it is −1. */
  readonly system: number;
  readonly frontOnly: boolean;
  /** Part of the id; several parts with spaces between have all to be there. */
  readonly text: string;
  /** By column. */
  readonly ranges: ReadonlyMap<string, Range>;
  /** By choice, the digits that are kept. */
  readonly kept: ReadonlyMap<number, ReadonlySet<number>>;
  /** Ranges of the values along the axes of the scatter, whose values come with it. */
  readonly brush?: { readonly x: Range; readonly y: Range } | undefined;
}

/** A filter that all designs pass. */
export const EVERYTHING: Filter = {
  system: -1,
  frontOnly: false,
  text: '',
  ranges: new Map(),
  kept: new Map(),
};

/** Values along the axes of the scatter. */
export interface Axes {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

const within = (value: number, [least, most]: Range): boolean => value >= least && value <= most;

/** Rows of the selected designs, ascending. */
export const selectedRows = (data: Dataset, filter: Filter, axes: Axes): Uint32Array => {
  const { brush, ranges, kept, system, frontOnly } = filter;
  const words = filter.text.split(/\s+/).filter((word) => word !== '');
  const systems = data.digits.at(-1)!;
  const rows = new Uint32Array(data.count);
  let count = 0;
  next: for (let row = 0; row < data.count; row++) {
    if (system >= 0 && systems[row] !== system) continue;
    if (frontOnly && data.systemRank[row] !== 1) continue;
    if (brush && !(within(axes.x[row]!, brush.x) && within(axes.y[row]!, brush.y))) continue;
    for (const [position, digits] of kept) if (!digits.has(data.digits[position]![row]!)) continue next;
    for (const [column, range] of ranges) if (!within(data.values.get(column)![row]!, range)) continue next;
    if (words.length > 0) {
      const id = idOf(data, row);
      if (!words.every((word) => id.includes(word))) continue;
    }
    rows[count++] = row;
  }
  return rows.subarray(0, count);
};

/** Rows in the order of a column, or of the ranking; those without a value come last. */
export const sortedRows = (
  data: Dataset,
  rows: Uint32Array,
  by: { readonly column: string; readonly descending: boolean } | undefined,
): Uint32Array => {
  if (by === undefined) return rows;
  const values = data.values.get(by.column)!;
  const sign = by.descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [values[a]!, values[b]!];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    return sign * (x - y) || a - b;
  });
};

/**
 * A range from two texts of a form: an empty one is open; undefined for text that is no number, or where both are empty.
 */
export const rangeOf = (least: string, most: string): Range | undefined => {
  const [from, to] = [least.trim(), most.trim()].map((text) => text.replaceAll(',', ''));
  if (from === '' && to === '') return undefined;
  const range = [from === '' ? -Infinity : Number(from), to === '' ? Infinity : Number(to)] as const;
  return range.some((value) => Number.isNaN(value)) ? undefined : range;
};
