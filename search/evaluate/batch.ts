import type { Space } from '../space.js';
import type { Evaluator } from './evaluator.js';
import { FIGURE_COUNT, storeFigures } from './figures.js';

/** What a worker gets once. */
export interface WorkerSetup {
  readonly space: Space;
  /** URL of the module whose `createEvaluator` is used. */
  readonly evaluator: string;
}

/** Rows of digits to evaluate. */
export interface Batch {
  readonly digits: Uint16Array;
  readonly width: number;
}

/** A design that could not be evaluated: its row in the batch, and why. */
export type Failure = readonly [row: number, reason: string];

/** What comes back for a batch. */
export interface BatchResult {
  /** A row per design; rows of failed designs are 0. */
  readonly figures: Float64Array;
  readonly failures: readonly Failure[];
  readonly milliseconds: number;
}

/** One line that says why something was thrown. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] || 'no reason given';

/** Evaluates a batch; a design that throws costs only itself. */
export const evaluateBatch = (evaluator: Evaluator, { digits, width }: Batch): BatchResult => {
  const start = performance.now();
  const count = digits.length / width;
  const figures = new Float64Array(count * FIGURE_COUNT);
  const failures: Failure[] = [];
  for (let row = 0; row < count; row++) {
    try {
      storeFigures(evaluator.evaluate(digits.subarray(row * width, (row + 1) * width)), figures, row);
    } catch (error) {
      failures.push([row, reasonOf(error)]);
    }
  }
  return { figures, failures, milliseconds: performance.now() - start };
};
