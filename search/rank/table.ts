import type { ComparedQuality } from '../../src/samples/measure.js';
import { knownCount, type Results } from '../evaluate/session.js';
import { FIGURE_AT, FIGURE_COUNT, type DesignFigures } from '../evaluate/figures.js';
import {
  emptyRow,
  measure,
  METRIC_NAMES,
  metricsOf,
  type FigureName,
  type MetricName,
  type MetricRow,
} from '../metrics.js';
import { rowOf, type Designs, type Digits, type Space } from '../space/space.js';
import { applierOf, parametersOf } from '../emit/apply.js';
import { WHOLE_RETAINED } from '../substitute/substitution.js';

/** One model with its designs and what is known of them. */
export interface Study {
  /** Name in the column `model`. */
  readonly model: string;
  readonly space: Space;
  readonly designs: Designs;
  readonly results: Results;
  /** The unchanged network on each system of the space; undefined where it could not be evaluated. */
  readonly baselines: readonly (DesignFigures | undefined)[];
  /** What was measured of some designs, by their row: of their fitted weights, and then their figures are, too. */
  readonly qualities?: ReadonlyMap<number, ComparedQuality>;
}

/** Evaluated designs of all studies, one column per metric; NaN where a value is not known. */
export interface Table {
  readonly count: number;
  /** Index of the study, and of the design in it. */
  readonly study: Uint16Array;
  readonly row: Uint32Array;
  readonly columns: Readonly<Record<MetricName, Float64Array>>;
}

const columnsOf = (make: (name: MetricName) => Float64Array): Table['columns'] =>
  Object.fromEntries(METRIC_NAMES.map((name) => [name, make(name)])) as Table['columns'];

/** Metrics of row `i` of a table. */
export const metricsAt = ({ columns }: Table, i: number): MetricRow =>
  Object.fromEntries(METRIC_NAMES.map((name) => [name, columns[name][i]!])) as MetricRow;

/**
 * Metrics of a design from its figures.
 * @param baseline figures of the unchanged network on the same system
 */
export const designMetrics = (
  space: Space,
  digits: Digits,
  figures: DesignFigures,
  baseline: DesignFigures,
  quality?: ComparedQuality,
): MetricRow =>
  metricsOf({
    system: space.systems[digits[digits.length - 1]!]!.system,
    figure: (name) => figures[name],
    weights: applierOf(space).weights(digits),
    quality,
    baseline: (name) => baseline[name],
  });

/** Metrics of the unchanged network on a system of a space. */
export const unchangedMetrics = (space: Space, system: number, figures: DesignFigures): MetricRow => {
  const figure = (name: FigureName): number => figures[name];
  const noise = space.noise === undefined ? NaN : 0;
  const weights = { parameters: parametersOf(space.network), retained: WHOLE_RETAINED, noise };
  return metricsOf({ system: space.systems[system]!.system, figure, weights, baseline: figure });
};

/** Metrics of a baseline, for comparison beside the designs. */
export const baselineRow = ({ space, baselines }: Study, system: number): MetricRow | undefined => {
  const figures = baselines[system];
  return figures && unchangedMetrics(space, system, figures);
};

/** The designs whose figures are known, in the order of the studies and their designs. */
export const tabulate = (studies: readonly Study[]): Table => {
  const count = studies.reduce((sum, { results }) => sum + knownCount(results), 0);
  const study = new Uint16Array(count);
  const row = new Uint32Array(count);
  const columns = columnsOf(() => new Float64Array(count));
  const values = emptyRow();
  let at = 0;
  studies.forEach(({ space, designs, results, baselines, qualities }, s) => {
    const ofBaselines = baselines.map((figures) => figures && ((name: FigureName): number => figures[name]));
    for (let design = 0; design < designs.count; design++) {
      if (results.known[design] === 0) continue;
      const digits = rowOf(designs, design);
      const system = digits.at(-1)!;
      const measured = {
        system: space.systems[system]!.system,
        figure: (name: FigureName) => results.figures[design * FIGURE_COUNT + FIGURE_AT[name]]!,
        weights: applierOf(space).weights(digits),
        quality: qualities?.get(design),
        baseline: ofBaselines[system],
      };
      measure(measured, values);
      // Weights that are yet to be fitted: their encoded sizes may differ a little.
      if (values.output_noise > 0 && measured.quality === undefined) values.predicted = 1;
      study[at] = s;
      row[at] = design;
      for (const name of METRIC_NAMES) columns[name][at] = values[name];
      at++;
    }
  });
  return { count, study, row, columns };
};

/** Parts of a table, by position. */
export const selectRows = (table: Table, keep: Uint32Array): Table => {
  const taken = <A extends Uint16Array | Uint32Array | Float64Array>(from: A, to: A): A => {
    for (let i = 0; i < keep.length; i++) to[i] = from[keep[i]!]!;
    return to;
  };
  return {
    count: keep.length,
    study: taken(table.study, new Uint16Array(keep.length)),
    row: taken(table.row, new Uint32Array(keep.length)),
    columns: columnsOf((name) => taken(table.columns[name], new Float64Array(keep.length))),
  };
};
