import { FIGURE_AT, FIGURE_COUNT, type DesignFigures } from '../evaluate/figures.js';
import type { Results } from '../evaluate/session.js';
import type { Designs, Space } from '../space/space.js';
import { createApplier, type Applier } from '../substitute/apply.js';

/** One model with its designs and what is known of them. */
export interface Study {
  /** Name in the column `model`. */
  readonly model: string;
  readonly space: Space;
  readonly designs: Designs;
  readonly results: Results;
  /** The unchanged network on each system of the space; undefined where it could not be evaluated. */
  readonly baselines: readonly (DesignFigures | undefined)[];
}

/** Columns of numbers, as `ranking.csv` names them. */
export const NUMBER_COLUMNS = [
  'core_clock',
  'cycles_total',
  'cycles_npu',
  'inference_ms',
  'sram_total_bytes',
  'external_total_bytes',
  'sram_memory_used_bytes',
  'nn_macs',
  'parameters',
  'encoded_weight_bytes',
  'retained_energy',
  'cycles_vs_baseline',
  'sram_vs_baseline',
  'retained_energy_quantised',
  'cpu_operators',
  'predicted',
] as const;
export type NumberColumn = (typeof NUMBER_COLUMNS)[number];

/** Evaluated designs of all studies, one column per number; NaN where a number is not known. */
export interface Table {
  readonly count: number;
  /** Index of the study, and of the design in it. */
  readonly study: Uint16Array;
  readonly row: Uint32Array;
  readonly columns: Readonly<Record<NumberColumn, Float64Array>>;
}

/** Kept for as long as their spaces: tables of the same space are made again and again. */
const appliers = new WeakMap<Space, Applier>();

const applierOf = (space: Space): Applier => {
  const applier = appliers.get(space) ?? createApplier(space);
  appliers.set(space, applier);
  return applier;
};

const emptyColumns = (count: number): Record<NumberColumn, Float64Array> =>
  Object.fromEntries(NUMBER_COLUMNS.map((name) => [name, new Float64Array(count).fill(NaN)])) as Record<
    NumberColumn,
    Float64Array
  >;

/** Numbers of one design. */
export type NumberRow = Readonly<Record<NumberColumn, number>>;

/** Numbers of row `i` of a table. */
export const numbersAt = ({ columns }: Table, i: number): NumberRow =>
  Object.fromEntries(NUMBER_COLUMNS.map((name) => [name, columns[name][i]!])) as Record<NumberColumn, number>;

/** Numbers of a baseline, for comparison beside the designs. */
export const baselineRow = (study: Study, system: number): NumberRow | undefined => {
  const figures = study.baselines[system];
  if (figures === undefined) return undefined;
  const { coreClock } = study.space.systems[system]!.system;
  const unchanged = createApplier({ ...study.space, sites: [], groups: [] });
  return {
    core_clock: coreClock,
    cycles_total: figures.cyclesTotal,
    cycles_npu: figures.cyclesNpu,
    inference_ms: (1000 * figures.cyclesTotal) / coreClock,
    sram_total_bytes: figures.sramTotalBytes,
    external_total_bytes: figures.externalTotalBytes,
    sram_memory_used_bytes: figures.sramMemoryUsedBytes,
    nn_macs: figures.macs,
    parameters: unchanged.parameters([system]),
    encoded_weight_bytes: figures.encodedWeightBytes,
    retained_energy: 1,
    cycles_vs_baseline: 1,
    sram_vs_baseline: 1,
    retained_energy_quantised: 1,
    cpu_operators: figures.cpuOps,
    predicted: Number(figures.predicted),
  };
};

/** The designs whose figures are known, in the order of the studies and their designs. */
export const tabulate = (studies: readonly Study[]): Table => {
  const count = studies.reduce((sum, { results }) => sum + results.known.reduce((n, k) => n + k, 0), 0);
  const study = new Uint16Array(count);
  const row = new Uint32Array(count);
  const columns = emptyColumns(count);
  let at = 0;
  studies.forEach(({ space, designs, results, baselines }, s) => {
    const applier = applierOf(space);
    const systemDigit = designs.width - 1;
    for (let design = 0; design < designs.count; design++) {
      if (results.known[design] === 0) continue;
      const digits = designs.digits.subarray(design * designs.width, (design + 1) * designs.width);
      const figure = (name: keyof typeof FIGURE_AT): number =>
        results.figures[design * FIGURE_COUNT + FIGURE_AT[name]]!;
      const system = digits[systemDigit]!;
      const { coreClock } = space.systems[system]!.system;
      const cycles = figure('cyclesTotal');
      const sram = figure('sramTotalBytes');
      const baseline = baselines[system];
      study[at] = s;
      row[at] = design;
      columns.core_clock[at] = coreClock;
      columns.cycles_total[at] = cycles;
      columns.cycles_npu[at] = figure('cyclesNpu');
      columns.inference_ms[at] = (1000 * cycles) / coreClock;
      columns.sram_total_bytes[at] = sram;
      columns.external_total_bytes[at] = figure('externalTotalBytes');
      columns.sram_memory_used_bytes[at] = figure('sramMemoryUsedBytes');
      columns.nn_macs[at] = figure('macs');
      columns.parameters[at] = applier.parameters(digits);
      columns.encoded_weight_bytes[at] = figure('encodedWeightBytes');
      const energy = applier.energy(digits);
      columns.retained_energy[at] = energy.before;
      columns.retained_energy_quantised[at] = energy.after;
      columns.cycles_vs_baseline[at] = baseline === undefined ? NaN : cycles / baseline.cyclesTotal;
      columns.sram_vs_baseline[at] = baseline === undefined ? NaN : sram / baseline.sramTotalBytes;
      columns.cpu_operators[at] = figure('cpuOps');
      columns.predicted[at] = figure('predicted');
      at++;
    }
  });
  return { count, study, row, columns };
};

/** Parts of a table, by position. */
export const selectRows = (table: Table, keep: Uint32Array): Table => ({
  count: keep.length,
  study: Uint16Array.from(keep, (i) => table.study[i]!),
  row: Uint32Array.from(keep, (i) => table.row[i]!),
  columns: Object.fromEntries(
    NUMBER_COLUMNS.map((name) => [name, Float64Array.from(keep, (i) => table.columns[name][i]!)]),
  ) as Record<NumberColumn, Float64Array>,
});
