import { grouped, kibibytes } from '../../src/text.js';
import { METRICS, type MetricName, type MetricRow } from '../metrics.js';
import { excess, type Constraint } from '../rank/constraints.js';
import type { Price } from '../pick/preference.js';
import { retainedMeans } from '../emit/retained-weights.js';

/**
 * A share of retained weights, rounded down so that the number agrees with its word; `unknown` for NaN.
 * @param digits after the point
 */
export const retainedCell = (share: number, digits = 4): string => {
  if (Number.isNaN(share)) return 'unknown';
  // A share that is exact in decimal may be stored a little below it.
  const rounded = Math.floor(10 ** digits * share + 1e-7) / 10 ** digits;
  return rounded === 0 && share > 0 ? `<${(10 ** -digits).toFixed(digits)}` : rounded.toFixed(digits);
};

/** The same in a sentence: without zeros at its end. */
export const retainedText = (share: number): string => {
  const cell = retainedCell(share);
  return cell.startsWith('<') ? `below ${cell.slice(1)}` : cell.replace(/\.?0+$/, '');
};

/** `0.4745 (retrain)`: a share of retained weights with its word; `unknown` for NaN. */
export const retainedWithWord = (share: number): string =>
  Number.isNaN(share) ? retainedText(share) : `${retainedText(share)} (${retainedMeans(share)})`;

/** `-68.1%`; `=` without a difference. */
export const changePercent = (before: number, after: number): string => {
  if (before === after) return '=';
  if (before === 0) return 'new';
  const percent = 100 * (after / before - 1);
  return `${percent > 0 ? '+' : ''}${percent.toFixed(Math.abs(percent) < 0.1 ? 2 : 1)}%`;
};

/** `-1.3 points`. */
const pointsText = (value: number): string => {
  const points = (100 * value).toFixed(1).replace(/^-0\.0$/, '0.0');
  return `${value > 0 && points !== '0.0' ? '+' : ''}${points} points`;
};

/** A share of the outputs' variance. */
const noiseText = (value: number): string => {
  if (Number.isNaN(value)) return 'unknown';
  return value > 0 && value < 0.0005 ? '<0.001' : value.toFixed(3);
};

/** A value of a metric, in its own unit. */
export const valueText = (name: MetricName, value: number): string => {
  switch (METRICS[name].unit) {
    case 'milliseconds':
      return value.toFixed(3);
    case 'share':
      return retainedText(value);
    case 'noise':
      return noiseText(value);
    case 'fraction':
      return Number.isNaN(value) ? 'unknown' : `${(100 * value).toFixed(1)}%`;
    case 'difference':
      return Number.isNaN(value) ? 'unknown' : pointsText(value);
    case 'ratio':
      return changePercent(1, value);
    default:
      return grouped(value);
  }
};

/** The same with bytes as KiB. */
export const shortText = (name: MetricName, value: number): string =>
  METRICS[name].unit === 'bytes' ? kibibytes(value, 1) : valueText(name, value);

/** A metric's label where its bytes are shown as KiB. */
export const shortLabel = (name: MetricName): string => METRICS[name].label.replace(/\bbytes\b/, 'KiB');

/** `12.5 KiB of SRAM used`: a value as its constraint counts it, rounded to the side on which it misses. */
const missText = (column: MetricName, value: number): string => {
  const { label, amount, unit } = METRICS[column];
  if (unit === 'share' || Number.isNaN(value)) return `${label} ${retainedText(value)}`;
  if (unit === 'noise' || unit === 'fraction' || unit === 'difference')
    return `${label} ${valueText(column, value)}`;
  const inUnit = unit === 'bytes' ? value / 1024 : value;
  const rounded = (Math.ceil(1e3 * inUnit) / 1e3).toLocaleString('en-US', { maximumFractionDigits: 3 });
  return `${rounded} ${amount ?? label}`;
};

/** `at least 0.8`: a constraint in the unit in which it is set. */
const limitText = ({ column, kind, bound }: Constraint): string => {
  const factor = METRICS[column].bound?.factor ?? 1;
  const limit = bound / factor;
  const least = (kind === 'least') === factor > 0;
  return `at ${least ? 'least' : 'most'} ${limit.toLocaleString('en-US', { maximumFractionDigits: 12 })}`;
};

/** What a design has to have: `at most 256 KiB of SRAM used and at least 0.8 of the weights retained`. */
export const constraintsText = (constraints: readonly Constraint[]): string =>
  constraints
    .map((constraint) => {
      const { amount, label } = METRICS[constraint.column];
      return `${limitText(constraint)} ${amount ?? label}`;
    })
    .join(' and ');

/** The figures in which a design does not meet constraints: `retained weights 0.35`. */
export const missingFigures = (metrics: MetricRow, constraints: readonly Constraint[]): string[] =>
  constraints
    .filter((constraint) => excess(constraint, metrics[constraint.column]) > 0)
    .map(({ column }) => missText(column, metrics[column]));

/** The same with the constraints: `retained weights 0.35 (at least 0.8)`. */
export const missesOf = (metrics: MetricRow, constraints: readonly Constraint[]): string[] =>
  constraints.flatMap((constraint) =>
    missingFigures(metrics, [constraint]).map((text) => `${text} (${limitText(constraint)})`),
  );

/** A price without its unit. */
export const priceNumber = (unit: Price, price: number): string =>
  unit === 'FVP-like µs'
    ? (1000 * price).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
    : grouped(price);

/** `1,234 cycles`, `135.2 FVP-like µs`: a price with its unit. */
export const priceText = (unit: Price, price: number): string => `${priceNumber(unit, price)} ${unit}`;

/** What each change has to save: `1 %`. */
export const minGainText = ({ minGain }: { readonly minGain: number }): string =>
  `${Number((100 * minGain).toPrecision(12))} %`;
