import { usageError } from '../../src/errors.js';
import { suggestion } from '../../src/suggest.js';
import { METRIC_NAMES, METRICS, type MetricName } from '../metrics.js';
import type { Speed } from './speed.js';
import type { Table } from './table.js';
import type { Points } from '../front/points.js';

/** A column to minimise or maximise. */
export interface Objective {
  readonly column: MetricName;
  readonly direction: 'min' | 'max';
}

/** Metrics that may be objectives. */
const OBJECTIVE_COLUMNS = METRIC_NAMES.filter((name) => METRICS[name].objective);

/** Most objectives that a ranking takes. */
const MOST = 8;

/** `cycles_total`, `parameters:max`: the text form of an objective. */
export const formatObjective = ({ column, direction }: Objective): string =>
  direction === 'min' && METRICS[column].direction === 'min' ? column : `${column}:${direction}`;

/**
 * Reads a comma-separated list of columns, each with an optional `:min` or `:max`.
 * @throws a usage error for a column or direction that does not exist, for repetitions and for an empty list
 */
export const parseObjectives = (text: string): Objective[] => {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length === 0) {
    throw usageError('no objective is named; name at least one column, such as cycles_total', 'objectives');
  }
  if (words.length > MOST)
    throw usageError(`${words.length} objectives are named; at most ${MOST} are possible`, 'objectives');
  const objectives = words.map((word): Objective => {
    const [name = '', direction, ...rest] = word.split(':');
    const column = OBJECTIVE_COLUMNS.find((c) => c === name);
    if (column === undefined) {
      throw usageError(
        `column "${name}" cannot be an objective${suggestion(name, OBJECTIVE_COLUMNS)}`,
        'objectives',
      );
    }
    if (rest.length > 0 || (direction !== undefined && direction !== 'min' && direction !== 'max')) {
      throw usageError(
        `objective "${word}" has an unknown direction; write ${name}:min or ${name}:max`,
        'objectives',
      );
    }
    return { column, direction: direction ?? METRICS[column].direction };
  });
  const twice = objectives.find(({ column }, i) => objectives.findIndex((o) => o.column === column) !== i);
  if (twice !== undefined)
    throw usageError(`objective ${twice.column} is named twice; name it once`, 'objectives');
  return objectives;
};

/**
 * Objectives where none are named: speed, SRAM traffic and retained weights; where that is not known for every design,
 * the number of parameters instead. Without either, the narrowest network would beat every other.
 */
export const defaultObjectives = (retainedIsKnown: boolean, speed: Speed = 'cycles_total'): Objective[] =>
  parseObjectives(`${speed},sram_total_bytes,${retainedIsKnown ? 'retained_energy' : 'parameters'}:max`);

/** By what the objectives call a design fast. */
export const speedOf = (objectives: readonly Objective[]): Speed => {
  const names = objectives.map(({ column }) => column);
  const isFvp = names.some((name) => FVP_COLUMNS.has(name)) && !names.some((name) => COMPILED.has(name));
  return isFvp ? 'inference_ms_fvp' : 'cycles_total';
};

/** FVP-like figures, and the compiler's in their place. */
export const FVP_COLUMNS: ReadonlySet<MetricName> = new Set([
  'cycles_fvp',
  'cycles_fvp_low',
  'cycles_fvp_high',
  'inference_ms_fvp',
]);
const COMPILED: ReadonlySet<MetricName> = new Set([
  'cycles_total',
  'cycles_npu',
  'inference_ms',
  'cycles_vs_baseline',
]);

/** Values as the sorting takes them: smaller is better, unknown is worst. */
export const objectivePoints = (table: Table, objectives: readonly Objective[]): Points => {
  const dimensions = objectives.length;
  const values = new Float64Array(table.count * dimensions);
  objectives.forEach(({ column, direction }, j) => {
    const numbers = table.columns[column];
    for (let i = 0; i < table.count; i++) {
      const value = numbers[i]!;
      const known = direction === 'max' ? -value : value;
      values[i * dimensions + j] = Number.isNaN(value) ? Number.MAX_VALUE : known;
    }
  });
  return { count: table.count, dimensions, values };
};
