import type { Evaluation } from '../../src/estimate/evaluation.js';
import { totalsOf } from '../../src/estimate/totals.js';
import { METRIC_NAMES, METRICS, type Estimated, type FigureName, type FromEstimate } from '../metrics.js';

/** What the estimator says of one design: the metrics that are read from an estimate. */
export type DesignFigures = Readonly<Record<FigureName, number>>;

const sourceOf = (name: FigureName): FromEstimate => METRICS[name].source as FromEstimate;

/** The metrics of {@link DesignFigures}: their order in rows of numbers. */
export const FIGURES = METRIC_NAMES.filter(
  (name) => METRICS[name].source.from === 'estimate',
) as readonly FigureName[];

/** Numbers per row. */
export const FIGURE_COUNT = FIGURES.length;

/** Position of a figure in a row. */
export const FIGURE_AT = Object.fromEntries(FIGURES.map((name, i) => [name, i])) as Readonly<
  Record<FigureName, number>
>;

/** The figures that are known of segments of a network as well, in their order. */
export const SEGMENT_FIGURES = FIGURES.filter((name) => sourceOf(name).over !== undefined);

/** Numbers per segment. */
export const SEGMENT_FIGURE_COUNT = SEGMENT_FIGURES.length;

/** How a figure comes about over segments. */
export const overSegments = (name: FigureName): NonNullable<FromEstimate['over']> => sourceOf(name).over!;

/** Writes a design's figures as row `row`. */
export const storeFigures = (figures: DesignFigures, table: Float64Array, row: number): void => {
  for (let i = 0; i < FIGURE_COUNT; i++) table[row * FIGURE_COUNT + i] = figures[FIGURES[i]!];
};

/** The figures of row `row`. */
export const loadFigures = (table: Float64Array, row: number): DesignFigures =>
  Object.fromEntries(FIGURES.map((name, i) => [name, table[row * FIGURE_COUNT + i]!])) as DesignFigures;

const READERS = FIGURES.map((name) => sourceOf(name).read);

/** Writes the figures of an estimate as row `row`. */
export const storeEstimated = (estimated: Estimated, table: Float64Array, row: number): void => {
  for (let i = 0; i < FIGURE_COUNT; i++) table[row * FIGURE_COUNT + i] = READERS[i]!(estimated);
};

/** What metrics are read from, of an evaluated program. */
export const estimatedOf = (evaluation: Evaluation): Estimated => ({
  totals: totalsOf(evaluation),
  memory: evaluation.memory,
  hardware: evaluation.machine.hardware,
});

/** The figures of an evaluated program. */
export const figuresOf = (evaluation: Evaluation): DesignFigures => {
  const row = new Float64Array(FIGURE_COUNT);
  storeEstimated(estimatedOf(evaluation), row, 0);
  return loadFigures(row, 0);
};
