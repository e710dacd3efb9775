import type { NumberColumn } from '../rank/table.js';
import { excess, type Constraint } from '../rank/constraints.js';
import type { NumberRow } from '../rank/table.js';
import type { Wish } from './candidates.js';
import { energyText } from './words.js';

const UNITS: Partial<Record<NumberColumn, readonly [divisor: number, unit: string]>> = {
  cycles_total: [1, 'cycles'],
  inference_ms: [1, 'ms'],
  sram_memory_used_bytes: [1024, 'KiB of SRAM used'],
  external_total_bytes: [1024, 'KiB through DRAM and flash'],
};

/** A figure as its constraint counts it, rounded to the side on which it misses. */
const valueText = ({ column }: Constraint, value: number): string => {
  if (column === 'retained_energy') return `retained energy ${energyText(value)}`;
  const [divisor, unit] = UNITS[column] ?? [1, column.replaceAll('_', ' ')];
  return `${(Math.ceil((1e3 * value) / divisor) / 1e3).toLocaleString('en-US', { maximumFractionDigits: 3 })} ${unit}`;
};

/** What each change has to save: `1 % (--min-gain)`. */
export const minGainText = ({ minGain }: Pick<Wish, 'minGain'>): string =>
  `${Number((100 * minGain).toPrecision(12))} % (--min-gain)`;

/** How a constraint was written: `--min-energy 0.8`. */
export const constraintText = ({ option, text }: Constraint): string => `${option} ${text.split(' ')[0]!}`;

/** The constraints that a design does not meet, each with its figure: `--min-energy 0.8 (retained energy 0.35)`. */
export const missesOf = (numbers: NumberRow, constraints: readonly Constraint[]): string[] =>
  constraints
    .filter((constraint) => excess(constraint, numbers[constraint.column]) > 0)
    .map(
      (constraint) => `${constraintText(constraint)} (${valueText(constraint, numbers[constraint.column])})`,
    );
