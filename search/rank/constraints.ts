import type { Setting } from '../../src/errors.js';
import { isMeasured, METRIC_NAMES, METRICS, type MetricName } from '../metrics.js';
import { selectRows, type Table } from './table.js';

/** A bound on a metric. */
export interface Constraint {
  readonly column: MetricName;
  readonly kind: 'most' | 'least';
  /** In the unit of the metric. */
  readonly bound: number;
}

/** The direction in which a constrained metric gets better. */
export const BETTER = { most: 'min', least: 'max' } as const;

/** Values of the settings that constrain, in the settings' units; all may be left out. */
export interface ConstraintOptions {
  readonly maxCycles?: number | undefined;
  /** Milliseconds per inference. */
  readonly maxTime?: number | undefined;
  /** KiB of SRAM that the network occupies. */
  readonly maxSram?: number | undefined;
  /** KiB of weights and other constants. */
  readonly maxFlash?: number | undefined;
  /** KiB read from and written to DRAM and flash per inference. */
  readonly maxExternal?: number | undefined;
  /** 0 to 1. */
  readonly minRetained?: number | undefined;
  /** Share of the variance of the outputs; needs samples. */
  readonly maxNoise?: number | undefined;
  /** 0 to 1; needs samples. */
  readonly minAgreement?: number | undefined;
  /** Points of accuracy; needs samples with labels. */
  readonly maxAccuracyDrop?: number | undefined;
}

/** The constraints that are set. */
export const constraintsOf = (options: ConstraintOptions): Constraint[] =>
  METRIC_NAMES.flatMap((column): Constraint[] => {
    const { bound } = METRICS[column];
    const value = bound && (options as Partial<Record<Setting, number>>)[bound.setting];
    return bound === undefined || value === undefined
      ? []
      : [{ column, kind: bound.kind, bound: value * bound.factor }];
  });

/** Constraints on what is known of every design, before any is measured on samples. */
export const beforeMeasuring = (constraints: readonly Constraint[]): Constraint[] =>
  constraints.filter(({ column }) => !isMeasured(column));

/** What states constraints. */
export const constraintSettings = (constraints: readonly Constraint[]): Setting[] =>
  constraints.flatMap(({ column }) => METRICS[column].bound?.setting ?? []);

/** By how much a value misses a bound, relative to the bound; 0 when it is met, infinite when it is not known. */
export const excess = ({ kind, bound }: Constraint, value: number): number => {
  if (Number.isNaN(value)) return Infinity;
  const over = kind === 'most' ? value - bound : bound - value;
  return over <= 0 ? 0 : over / (Math.abs(bound) || 1);
};

/** How far a row is from meeting all constraints: its worst `excess`. */
export const worstExcess = (table: Table, i: number, constraints: readonly Constraint[]): number =>
  constraints.reduce((worst, c) => Math.max(worst, excess(c, table.columns[c.column][i]!)), 0);

/** The rows that meet every constraint. */
export const meeting = (table: Table, constraints: readonly Constraint[]): Table => {
  if (constraints.length === 0) return table;
  const all = new Uint32Array(table.count).map((_, i) => i);
  return selectRows(
    table,
    all.filter((i) => worstExcess(table, i, constraints) === 0),
  );
};

/** The row that comes nearest to meeting all constraints: its worst relative excess is least; undefined without rows. */
export const nearest = (table: Table, constraints: readonly Constraint[]): number | undefined => {
  let best: number | undefined;
  let least = Infinity;
  for (let i = 0; i < table.count; i++) {
    const worst = worstExcess(table, i, constraints);
    if (best === undefined || worst < least) [best, least] = [i, worst];
  }
  return best;
};
