import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import { type Batch, type BatchEvaluator, evaluateBatch, type WorkerSetup } from './batch.js';
import { loadEvaluator } from './load-evaluator.js';

let evaluator: Promise<BatchEvaluator> | undefined;

/**
 * Task of the pool: evaluates one batch (a `BatchResult`) and hands its numbers over without copying them. The model
 * crosses once, with the worker's start; the evaluator is made when the first batch arrives.
 */
const run = async (batch: Batch): Promise<unknown> => {
  evaluator ??= loadEvaluator(workerData as WorkerSetup);
  const result = evaluateBatch(await evaluator, batch);
  return move({ [transferableSymbol]: [result.figures.buffer], [valueSymbol]: result });
};

export default run;
