import type { System } from '../../src/npu/system.js';
import type { Results } from '../evaluate/session.js';
import { FIGURE_AT, FIGURE_COUNT, type DesignFigures } from '../evaluate/figures.js';
import {
  emptyRow,
  measure,
  METRIC_NAMES,
  metricsOf,
  type FigureName,
  type MetricName,
  type MetricRow,
  type WeightFigures,
} from '../metrics.js';
import { rowOf, type Designs, type Space } from '../space/space.js';
import { createApplier, type Applier } from '../emit/apply.js';

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

/** Evaluated designs of all studies, one column per metric; NaN where a value is not known. */
export interface Table {
  readonly count: number;
  /** Index of the study, and of the design in it. */
  readonly study: Uint16Array;
  readonly row: Uint32Array;
  readonly columns: Readonly<Record<MetricName, Float64Array>>;
}

/** Kept for as long as their spaces: tables of the same space are made again and again. */
const appliers = new WeakMap<Space, Applier>();

const applierOf = (space: Space): Applier => {
  const applier = appliers.get(space) ?? createApplier(space);
  appliers.set(space, applier);
  return applier;
};

const columnsOf = (make: (name: MetricName) => Float64Array): Table['columns'] =>
  Object.fromEntries(METRIC_NAMES.map((name) => [name, make(name)])) as Table['columns'];

/** Metrics of row `i` of a table. */
export const metricsAt = ({ columns }: Table, i: number): MetricRow =>
  Object.fromEntries(METRIC_NAMES.map((name) => [name, columns[name][i]!])) as MetricRow;

/** Retained weights of what is not changed. */
export const WHOLE = { before: 1, after: 1 } as const;

/**
 * Metrics of a design from its figures.
 * @param baseline figures of the unchanged network on the same system
 */
export const metricsFrom = (
  figures: DesignFigures,
  weights: WeightFigures,
  system: System,
  baseline: DesignFigures,
): MetricRow =>
  metricsOf({ system, figure: (name) => figures[name], weights, baseline: (name) => baseline[name] });

/** Metrics of a baseline, for comparison beside the designs. */
export const baselineRow = (study: Study, system: number): MetricRow | undefined => {
  const figures = study.baselines[system];
  if (figures === undefined) return undefined;
  const unchanged = createApplier({ ...study.space, sites: [], groups: [] });
  const weights = { parameters: unchanged.parameters([system]), retained: WHOLE };
  return metricsFrom(figures, weights, study.space.systems[system]!.system, figures);
};

/** The designs whose figures are known, in the order of the studies and their designs. */
export const tabulate = (studies: readonly Study[]): Table => {
  const count = studies.reduce((sum, { results }) => sum + results.known.reduce((n, k) => n + k, 0), 0);
  const study = new Uint16Array(count);
  const row = new Uint32Array(count);
  const columns = columnsOf(() => new Float64Array(count));
  const values = emptyRow();
  let at = 0;
  studies.forEach(({ space, designs, results, baselines }, s) => {
    const applier = applierOf(space);
    const ofBaselines = baselines.map((figures) => figures && ((name: FigureName): number => figures[name]));
    for (let design = 0; design < designs.count; design++) {
      if (results.known[design] === 0) continue;
      const digits = rowOf(designs, design);
      const system = digits.at(-1)!;
      const measured = {
        system: space.systems[system]!.system,
        figure: (name: FigureName) => results.figures[design * FIGURE_COUNT + FIGURE_AT[name]]!,
        weights: { parameters: applier.parameters(digits), retained: applier.retained(digits) },
        baseline: ofBaselines[system],
      };
      measure(measured, values);
      study[at] = s;
      row[at] = design;
      for (const name of METRIC_NAMES) columns[name][at] = values[name];
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
  columns: columnsOf((name) => Float64Array.from(keep, (i) => table.columns[name][i]!)),
});
