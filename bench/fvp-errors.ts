import type { Evaluation } from '../src/estimate/evaluation.js';
import type { FvpEstimate } from '../src/fvp/fvp.js';
import { figureAt, COLUMN } from '../src/schedule/figures.js';
import type { CellFigures, CellRunner, MeasuredCell } from './fvp-cells.js';

/** One measurement beside both figures. */
export interface Comparison {
  readonly cell: MeasuredCell;
  readonly fvp: number;
  readonly compiler: number;
  /** The measured total lies inside the bar; undefined for a part of a network. */
  readonly inside: boolean | undefined;
}

/** Sums of both figures over the operations that come from some operators of the model; undefined if there are none. */
function partOf(
  { program, figures }: Evaluation,
  { layers }: FvpEstimate,
  operators: ReadonlySet<number>,
): Pick<Comparison, 'fvp' | 'compiler'> | undefined {
  let fvp = 0;
  let compiler = 0;
  program.ops.forEach(({ lowered }, i) => {
    if (!operators.has(lowered.origin)) return;
    fvp += layers[i]?.cycles ?? 0;
    compiler += figureAt(figures, i, COLUMN.cycles);
  });
  return fvp === 0 ? undefined : { fvp, compiler };
}

/** A measurement beside the figures of its cell; undefined where the figure is refused or there is none. */
function comparison(
  cell: MeasuredCell,
  { fvp, evaluation, compilerCycles }: CellFigures,
): Comparison | undefined {
  if ('refused' in fvp) return undefined;
  if (cell.operators.length > 0) {
    const part = partOf(evaluation, fvp, new Set(cell.operators));
    return part && { cell, ...part, inside: undefined };
  }
  const inside = cell.cycles >= fvp.low && cell.cycles <= fvp.high;
  return { cell, fvp: fvp.cycles, compiler: compilerCycles, inside };
}

/** All measurements beside the figures of their cells. */
export const compareCells = (runner: CellRunner, cells: readonly MeasuredCell[]): readonly Comparison[] =>
  cells.map((cell) => comparison(cell, runner.run(cell))).filter((each) => each !== undefined);

/** Errors of a figure relative to measurements. */
export interface Errors {
  readonly mean: number;
  readonly median: number;
  /** Nine of ten are within this. */
  readonly ninth: number;
  /** With its sign. */
  readonly worst: number;
}

/** Value below which a share of sorted numbers lies. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;

/** Errors of predictions of the measured cycles. */
export function errorsOf(
  comparisons: readonly Comparison[],
  predicted: (comparison: Comparison) => number,
): Errors {
  const signed = comparisons.map((each) => predicted(each) / each.cell.cycles - 1);
  const sizes = signed.map(Math.abs).sort((a, b) => a - b);
  return {
    mean: sizes.reduce((sum, size) => sum + size, 0) / sizes.length,
    median: quantile(sizes, 0.5),
    ninth: quantile(sizes, 0.9),
    worst: signed.reduce((most, error) => (Math.abs(error) > Math.abs(most) ? error : most), 0),
  };
}

/** Share of the totals that lie inside their bars. */
export function coverage(comparisons: readonly Comparison[]): number {
  const totals = comparisons.filter(({ inside }) => inside !== undefined);
  return totals.filter(({ inside }) => inside).length / totals.length;
}
