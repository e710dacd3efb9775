import type { Evaluation } from '../../src/estimate/evaluation.js';
import { addSums, graphsOf, SUMS, totalsFrom } from '../../src/estimate/totals.js';
import { FVP_SUMS, fvpFiguresFor, type FiguredGraph, type FvpFigures } from './fvp-figures.js';
import type { Summands } from '../../src/estimate/totals.js';
import type { MemoryUse } from '../../src/schedule/memory.js';
import type { Machine } from '../../src/schedule/machine.js';
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

/** Numbers in a row of sums over operations: those of the estimate, then the FVP-like ones. */
export const DESIGN_SUMS = SUMS + FVP_SUMS;

/** Adds up what the figures of a design are made of, over the operations of a graph or a part of one. */
export const addDesignSums = (graph: Summands & FiguredGraph, fvp: FvpFigures, sums: Float64Array): void => {
  addSums(graph, sums);
  fvp.addSums(graph, sums, SUMS);
};

/** What metrics are read from, by the sums of a design. */
export const estimatedFrom = (
  sums: Float64Array,
  memory: MemoryUse,
  { system, hardware }: Machine,
  fvp: FvpFigures,
): Estimated => ({
  totals: totalsFrom(sums, memory, system),
  memory,
  hardware,
  fvp: fvp.totals(sums, SUMS, memory.staging),
});

/** The same of an evaluated program. */
export const estimatedOf = (evaluation: Evaluation, fvp: FvpFigures): Estimated => {
  const sums = new Float64Array(DESIGN_SUMS);
  for (const graph of graphsOf(evaluation)) addDesignSums(graph, fvp, sums);
  return estimatedFrom(sums, evaluation.memory, evaluation.machine, fvp);
};

/** The figures of an evaluated program. */
export const figuresOf = (evaluation: Evaluation, fvp = fvpFiguresFor(evaluation)): DesignFigures => {
  const row = new Float64Array(FIGURE_COUNT);
  storeEstimated(estimatedOf(evaluation, fvp), row, 0);
  return loadFigures(row, 0);
};
