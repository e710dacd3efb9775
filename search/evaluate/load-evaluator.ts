import type { BatchEvaluator, CreateEvaluator, WorkerSetup } from './batch.js';
import type { SystemSegments } from './segments.js';

interface EvaluatorModule {
  readonly createEvaluator: CreateEvaluator;
}

/**
 * What makes evaluators: the `createEvaluator` of a module.
 * @throws if the module cannot be loaded
 */
export const loadCreateEvaluator = async (url: string): Promise<CreateEvaluator> =>
  ((await import(url)) as EvaluatorModule).createEvaluator;

/**
 * The evaluator of a session: the estimator's, or that of a module which exports a `createEvaluator` of its own.
 * @throws if the module cannot be loaded or the evaluator not be made
 */
export const loadEvaluator = async ({ space, values, evaluator }: WorkerSetup): Promise<BatchEvaluator> => {
  const create =
    evaluator === undefined
      ? (await import('./evaluator.js')).createEvaluator
      : await loadCreateEvaluator(evaluator);
  return create(space, values);
};

/**
 * The segments of the network on every system: the evaluator's, or the estimator's where that one knows none.
 * @throws if the network cannot be compiled
 */
export const loadSegments = async (
  { space }: WorkerSetup,
  { segments }: BatchEvaluator,
): Promise<SystemSegments> => {
  const segmentsOf = segments ?? (await import('./evaluator.js')).createEvaluator(space, 'unknown').segments;
  return space.systems.map((_, system) => segmentsOf(system));
};
