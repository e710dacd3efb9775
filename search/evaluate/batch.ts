import type { Evaluation } from '../../src/estimate/evaluation.js';
import type { Digits, Space } from '../space/space.js';
import type { Values } from '../substitute/substitution.js';
import type { Segment } from './segments.js';
import type { WalkTask } from './walk-tasks.js';
import type { WalkResult } from './walk.js';
import { FIGURE_COUNT, storeFigures, type DesignFigures } from './figures.js';

/** What a worker gets once. */
export interface WorkerSetup {
  readonly space: Space;
  readonly values: Values;
  /** URL of the module whose `createEvaluator` is used, if not the estimator's. */
  readonly evaluator: string | undefined;
}

/**
 * What is wanted of each design: its figures (`FIGURE_COUNT` numbers), or those of the segments that it is made of, as
 * `Evaluator.segmentFigures` gives them.
 */
export type Wanted = 'figures' | 'segments';

/** Figures of a design, and the estimate of its layers that they are from. */
export interface Detailed {
  readonly figures: DesignFigures;
  readonly evaluation: Evaluation;
}

/** What evaluation asks of an evaluator. */
export interface BatchEvaluator {
  /** @throws when the design cannot be evaluated */
  readonly evaluate: (digits: Digits) => DesignFigures;
  /** The same with layers; absent where the evaluator knows none: then reports leave them out. */
  readonly detailed?: (digits: Digits) => Detailed;
  /** Writes a design's figures as row `row`: as `evaluate`, without an object for each. */
  readonly store?: (digits: Digits, table: Float64Array, row: number) => void;
  /** Looks at all designs of a part of the space; without, they are evaluated one by one. */
  readonly walk?: (task: WalkTask) => WalkResult;
  /** Figures of every segment of a design; absent where the evaluator knows no segments. */
  readonly segmentFigures?: (digits: Digits) => Float64Array;
  /** The segments of the network on a system. */
  readonly segments?: (system: number) => readonly Segment[];
}

/** Makes the evaluator of a space. */
export type CreateEvaluator = (space: Space, values: Values) => BatchEvaluator;

/** Rows of digits to evaluate. */
export interface Batch {
  readonly digits: Uint16Array;
  /** Digits per row. */
  readonly width: number;
  readonly wanted: Wanted;
}

/** A design that could not be evaluated: its row in the batch, and why. */
export type Failure = readonly [row: number, reason: string];

/** What comes back for a batch. */
export interface BatchResult {
  /** A row of numbers per design; rows of failed designs are 0. Empty if all failed and the width is not known. */
  readonly figures: Float64Array;
  /** Numbers per design; 0 if it is not known. */
  readonly width: number;
  readonly failures: readonly Failure[];
  readonly milliseconds: number;
}

/** One line that says why something was thrown. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] || 'no reason given';

/** Why a row of segment figures does not fit beside the others. */
export const widthReason = (is: number, others: number): string =>
  `it has ${is} numbers where the designs before it have ${others}`;

/** Evaluates a batch; a design that throws costs only itself. */
export const evaluateBatch = (evaluator: BatchEvaluator, batch: Batch): BatchResult => {
  const start = performance.now();
  const { digits, width: stride, wanted } = batch;
  const count = digits.length / stride;
  let width = wanted === 'figures' ? FIGURE_COUNT : 0;
  let figures = new Float64Array(count * width);
  const failures: Failure[] = [];
  const storeSegments = (design: Digits, row: number): void => {
    if (evaluator.segmentFigures === undefined) throw new Error('its evaluator knows no segments');
    const numbers = evaluator.segmentFigures(design);
    if (width === 0) {
      width = numbers.length;
      figures = new Float64Array(count * width);
    }
    if (numbers.length !== width) throw new Error(widthReason(numbers.length, width));
    figures.set(numbers, row * width);
  };
  for (let row = 0; row < count; row++) {
    const design = digits.subarray(row * stride, (row + 1) * stride);
    try {
      if (wanted !== 'figures') storeSegments(design, row);
      else if (evaluator.store === undefined) storeFigures(evaluator.evaluate(design), figures, row);
      else evaluator.store(design, figures, row);
    } catch (error) {
      failures.push([row, reasonOf(error)]);
    }
  }
  return { figures, width, failures, milliseconds: performance.now() - start };
};
