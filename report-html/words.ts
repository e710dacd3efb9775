import type { Column } from './contract.js';

/** A number with its digits in groups of three. */
const grouped = (value: number): string => {
  const [whole = '', fraction] = String(value).split('.');
  const digits = whole.includes('e') ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? digits : `${digits}.${fraction}`;
};

/** So many digits that count, without zeros at the end. */
const rounded = (value: number, digits: number): string => grouped(Number(value.toPrecision(digits)));

/** True of units whose values are parts of a whole: they are compared as they are, not as multiples. */
export const isShare = (unit: string): boolean => ['share', 'fraction', 'difference', 'noise'].includes(unit);

const UNKNOWN = 'unknown';

/** A value of a column for people. */
export const valueText = (unit: string, value: number): string => {
  if (Number.isNaN(value)) return UNKNOWN;
  switch (unit) {
    case 'milliseconds':
      return value < 0.1 ? rounded(value, 3) : value.toFixed(3);
    case 'share':
    case 'noise':
      return value > 0 && value < 0.00005 ? '<0.0001' : String(Number(value.toFixed(4)));
    case 'fraction':
      return `${(100 * value).toFixed(1)} %`;
    case 'difference':
      return `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)} points`;
    case 'ratio':
      return changeText(1, value);
    case 'hertz':
      return `${rounded(value / 1e6, 6)} MHz`;
    default:
      return Number.isInteger(value) ? grouped(value) : rounded(value, 7);
  }
};

/** What follows a label: `SRAM bytes moved (bytes)` says nothing new, `ms (milliseconds)` neither. */
const UNITS: Readonly<Record<string, string>> = {
  milliseconds: 'ms',
  hertz: 'MHz',
  share: 'share from 0 to 1',
  noise: 'share of the variance',
  fraction: '%',
  difference: 'points',
  ratio: '%',
};

/** A unit as it is shown beside a name. */
const unitText = (unit: string): string => UNITS[unit] ?? unit;

/** A column's label with its unit, where the label does not say it. */
export const labelText = ({ label, unit }: Pick<Column, 'label' | 'unit'>): string => {
  const shown = unitText(unit);
  return label.includes(shown) ? label : `${label} (${shown})`;
};

/** `-68.1%`; `=` without a difference, nothing where one of both is not known. */
export const changeText = (before: number, after: number): string => {
  if (Number.isNaN(before) || Number.isNaN(after)) return '';
  if (before === after) return '=';
  if (before === 0) return 'new';
  const percent = 100 * (after / before - 1);
  const digits = percent.toFixed(Math.abs(percent) < 0.1 ? 2 : 1);
  return `${percent > 0 ? '+' : '−'}${digits.replace('-', '')}%`;
};

/** A count with its noun: 1 design, 2 designs. */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${grouped(n)} ${n === 1 ? one : many}`;

/** A count, or a text that is one, with its digits in groups. */
export const countText = (n: number | string): string =>
  typeof n === 'number' ? grouped(n) : n.replace(/\B(?=(\d{3})+$)/g, ',');

/** A number on an axis. */
export const tickText = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 1e9) return `${rounded(value / 1e9, 4)}G`;
  if (size >= 1e6) return `${rounded(value / 1e6, 4)}M`;
  if (size >= 1e4) return `${rounded(value / 1e3, 4)}k`;
  return rounded(value, 6);
};
