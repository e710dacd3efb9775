import type { Network } from '../../src/graph/network.js';
import type { FvpOptions } from '../../src/fvp/totals.js';
import type { System } from '../../src/npu/system.js';
import type { Site } from './sites.js';
import type { WidthGroup } from './width-groups.js';

/** A site and what it may become; the unchanged option comes first where it is one of them. */
export interface SiteChoice {
  readonly site: Site;
  readonly options: readonly string[];
}

/** A width group and the channel counts it may have; the unchanged count comes first where it is one of them. */
export interface WidthChoice {
  readonly group: WidthGroup;
  readonly widths: readonly number[];
}

/** A system with the short form that it has in design ids. */
export interface SystemChoice {
  readonly system: System;
  readonly code: string;
}

/**
 * All designs of one model: one option per site, one width per group, one system. Plain data: it crosses to workers.
 * Sites and groups with a single choice are left out unless that choice is a change.
 */
export interface Space {
  readonly network: Network;
  readonly sites: readonly SiteChoice[];
  readonly groups: readonly WidthChoice[];
  readonly systems: readonly SystemChoice[];
  readonly optimise: 'Performance' | 'Size';
  /** Of the FVP-like figures of its designs. */
  readonly fvp?: FvpOptions;
  /** What each choice alone does to the outputs, where it was measured on samples. */
  readonly noise?: ChoiceNoise;
}

/** Output noise of the network with a single choice changed and fitted; 0 for what is unchanged. */
export interface ChoiceNoise {
  /** Per site and option. */
  readonly sites: readonly (readonly number[])[];
  /** Per width group and width. */
  readonly groups: readonly (readonly number[])[];
}

/**
 * One design: a digit per site (index into its options), then one per width group, then one for the system. Digit
 * rows of many designs lie one after another in one array.
 */
export type Digits = ArrayLike<number>;

/** Designs as rows of digits. */
export interface Designs {
  readonly count: number;
  /** Digits per row. */
  readonly width: number;
  readonly digits: Uint16Array;
}

/** Number of choices behind each digit. */
export const radicesOf = (space: Space): number[] => [
  ...space.sites.map((s) => s.options.length),
  ...space.groups.map((g) => g.widths.length),
  space.systems.length,
];

/** The same without the system. */
export const varyingRadices = (space: Space): number[] => radicesOf(space).slice(0, -1);

/** Exact number of designs in the space. */
export const countDesigns = (space: Space): bigint =>
  radicesOf(space).reduce((product, radix) => product * BigInt(radix), 1n);

/** A count as JSON has it: a number where it is exact as such, else its decimal text. */
export const exactCount = (count: bigint): number | string =>
  count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : count.toString();

/** Digits of design number `index`, 0 ≤ index < countDesigns; the system changes fastest. */
export const digitsAt = (space: Space, index: bigint): Uint16Array => {
  const radices = radicesOf(space);
  const digits = new Uint16Array(radices.length);
  let rest = index;
  for (let i = radices.length - 1; i >= 0; i--) {
    const radix = BigInt(radices[i]!);
    digits[i] = Number(rest % radix);
    rest /= radix;
  }
  return digits;
};

/** Inverse of `digitsAt`. */
export const indexOf = (space: Space, digits: Digits): bigint =>
  radicesOf(space).reduce((index, radix, i) => index * BigInt(radix) + BigInt(digits[i]!), 0n);

/** Row `i` of a table, without copying. */
export const rowOf = (table: Designs, i: number): Uint16Array =>
  table.digits.subarray(i * table.width, (i + 1) * table.width);

/** All rows of a table, without copying. */
export const rowsOf = (table: Designs): Uint16Array[] =>
  Array.from({ length: table.count }, (_, i) => rowOf(table, i));

/** Rows of digits as a table. */
export const designsOf = (rows: readonly Uint16Array[], width: number): Designs => {
  const digits = new Uint16Array(rows.length * width);
  rows.forEach((row, i) => digits.set(row, i * width));
  return { count: rows.length, width, digits };
};

/** A row of digits with that of a system after the others. */
export const onSystem = (row: Digits, system: number): Uint16Array => {
  const digits = new Uint16Array(row.length + 1);
  digits.set(row);
  digits[row.length] = system;
  return digits;
};

/** Every design of a space, in the order of `digitsAt`. The caller makes sure that they fit into memory. */
export const allDesigns = (space: Space): Designs => {
  const radices = radicesOf(space);
  const width = radices.length;
  const count = Number(countDesigns(space));
  const digits = new Uint16Array(count * width);
  for (let row = 1; row < count; row++) {
    const at = row * width;
    digits.copyWithin(at, at - width, at);
    for (let i = width - 1; i >= 0; i--) {
      digits[at + i]!++;
      if (digits[at + i]! < radices[i]!) break;
      digits[at + i] = 0;
    }
  }
  return { count, width, digits };
};

/** The space whose only designs are the unchanged network on each system. */
export const baselineSpace = (space: Space): Space => ({ ...space, sites: [], groups: [] });
