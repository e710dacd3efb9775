import type { Space } from '../space/space.js';
import type { Values } from '../substitute/substitution.js';
import type { BatchEvaluator, WorkerSetup } from './batch.js';
import type { SystemSegments } from './segments.js';

interface EvaluatorModule {
  readonly createEvaluator: (space: Space, values: Values) => BatchEvaluator;
}

/**
 * The evaluator of a session: the estimator's, or that of a module which exports a `createEvaluator` of its own.
 * @throws if the module cannot be loaded or the evaluator not be made
 */
export const loadEvaluator = async ({ space, values, evaluator }: WorkerSetup): Promise<BatchEvaluator> => {
  const module: EvaluatorModule =
    evaluator === undefined ? await import('./evaluator.js') : ((await import(evaluator)) as EvaluatorModule);
  return module.createEvaluator(space, values);
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
