import { selectRows, type NumberColumn, type Table } from './table.js';

/** A bound on a column. */
export interface Constraint {
  /** Option of the command line. */
  readonly option: string;
  readonly column: NumberColumn;
  readonly kind: 'most' | 'least';
  /** In the unit of the column. */
  readonly bound: number;
  /** As the user gave it, with its unit. */
  readonly text: string;
}

/** Values of the options that constrain; all may be left out. */
export interface ConstraintOptions {
  readonly maxCycles?: number | undefined;
  /** Milliseconds per inference. */
  readonly maxTime?: number | undefined;
  /** KiB of SRAM that the network occupies. */
  readonly maxSram?: number | undefined;
  /** KiB read from and written to DRAM and flash per inference. */
  readonly maxExternal?: number | undefined;
  /** 0 to 1. */
  readonly minEnergy?: number | undefined;
}

/** The constraints that the options state. */
export const constraintsOf = (options: ConstraintOptions): Constraint[] => {
  const { maxCycles, maxTime, maxSram, maxExternal, minEnergy } = options;
  const found: Constraint[] = [];
  const add = (
    value: number | undefined,
    option: string,
    column: NumberColumn,
    unit: string,
    factor = 1,
    kind: Constraint['kind'] = 'most',
  ): void => {
    if (value === undefined) return;
    found.push({ option, column, kind, bound: value * factor, text: `${value}${unit}` });
  };
  add(maxCycles, '--max-cycles', 'cycles_total', ' cycles');
  add(maxTime, '--max-time', 'inference_ms', ' ms');
  add(maxSram, '--max-sram', 'sram_memory_used_bytes', ' KiB', 1024);
  add(maxExternal, '--max-external', 'external_total_bytes', ' KiB', 1024);
  add(minEnergy, '--min-energy', 'retained_energy', '', 1, 'least');
  return found;
};

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
