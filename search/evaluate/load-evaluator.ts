import type { BatchEvaluator, CreateEvaluator, WorkerSetup } from './batch.js';
import { createApplier } from '../emit/apply.js';
import type { Digits } from '../space/space.js';
import { storeFigures } from './figures.js';
import type { SystemSegments } from './segments.js';
import type { WalkTask } from './walk-tasks.js';
import { createWalk, type WalkResult } from './walk.js';

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

/** How a session walks through parts of its space: as the evaluator does, or design by design where it cannot. */
export const loadWalk = async (
  setup: WorkerSetup,
  evaluator: BatchEvaluator,
): Promise<(task: WalkTask) => WalkResult> => {
  if (evaluator.walk !== undefined) return evaluator.walk;
  const { space, values } = setup;
  const segments = await loadSegments(setup, evaluator);
  const applier = createApplier(space, values);
  const store = (digits: Digits, table: Float64Array, row: number): void =>
    storeFigures(evaluator.evaluate(digits), table, row);
  return createWalk((system) => ({
    ...{ space, applier, store, pieces: undefined, transitions: undefined },
    segments: segments[system]!,
  }));
};
