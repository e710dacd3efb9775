import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import type { Space } from '../space.js';
import { type Batch, evaluateBatch, type WorkerSetup } from './batch.js';
import type { Evaluator } from './evaluator.js';

interface EvaluatorModule {
  readonly createEvaluator: (space: Space) => Evaluator;
}

let evaluator: Promise<Evaluator> | undefined;

/** The model crosses once, with the worker's start; the evaluator is made when the first batch arrives. */
const prepare = async (): Promise<Evaluator> => {
  const setup = workerData as WorkerSetup;
  const { createEvaluator } = (await import(setup.evaluator)) as EvaluatorModule;
  return createEvaluator(setup.space);
};

/** Task of the pool: evaluates one batch (a `BatchResult`) and hands its numbers over without copying them. */
const run = async (batch: Batch): Promise<unknown> => {
  evaluator ??= prepare();
  const result = evaluateBatch(await evaluator, batch);
  return move({ [transferableSymbol]: [result.figures.buffer], [valueSymbol]: result });
};

export default run;
