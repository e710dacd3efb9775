import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import { type Batch, type BatchEvaluator, evaluateBatch, type WorkerSetup } from './batch.js';
import { loadEvaluator, loadSegments, loadWalk } from './load-evaluator.js';
import type { SystemSegments } from './segments.js';
import type { WalkTask } from './walk-tasks.js';
import type { WalkResult } from './walk.js';

const setup = workerData as WorkerSetup;
let evaluator: Promise<BatchEvaluator> | undefined;

/**
 * Task of the pool: evaluates one batch (a `BatchResult`) and hands its numbers over without copying them. The model
 * crosses once, with the worker's start; the evaluator is made when the first task arrives.
 */
const run = async (batch: Batch): Promise<unknown> => {
  evaluator ??= loadEvaluator(setup);
  const result = evaluateBatch(await evaluator, batch);
  return move({ [transferableSymbol]: [result.figures.buffer], [valueSymbol]: result });
};

let walker: Promise<(task: WalkTask) => WalkResult> | undefined;

/** Task of the pool: looks at all designs of a part of the space. */
export const walk = async (task: WalkTask): Promise<WalkResult> => {
  evaluator ??= loadEvaluator(setup);
  walker ??= loadWalk(setup, await evaluator);
  return (await walker)(task);
};

/** Task of the pool: the segments of the network on every system. */
export const segments = async (): Promise<SystemSegments> => {
  evaluator ??= loadEvaluator(setup);
  return loadSegments(setup, await evaluator);
};

export default run;
