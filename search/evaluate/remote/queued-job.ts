import { radicesOf, type Space } from '../../space/space.js';
import type { Batch } from '../batch.js';
import type { Jobs } from '../pool.js';
import { isBatchResult, isSegments, isWalkResult } from '../shapes.js';
import type { WalkTask } from '../walk-tasks.js';

/** What is shared by all jobs of one session. */
export interface FleetPool {
  readonly number: number;
  readonly space: Space;
  /** The frame that sets it up. */
  readonly setup: Buffer;
}

/** A job that waits for a worker, or for its answer. */
export interface QueuedJob {
  readonly id: number;
  readonly pool: FleetPool;
  readonly kind: keyof Jobs;
  readonly task: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Workers that were lost with it. */
  losses: number;
}

/** True of an answer that fits its question. */
export const isResultOf = (
  {
    kind,
    task,
    pool: { space },
  }: Pick<QueuedJob, 'kind' | 'task'> & { readonly pool: Pick<FleetPool, 'space'> },
  result: unknown,
): boolean => {
  const radices = radicesOf(space);
  if (kind === 'batch') return isBatchResult(result, task as Batch);
  return kind === 'walk'
    ? isWalkResult(result, task as WalkTask, radices)
    : isSegments(result, space.systems.length, radices.length);
};

/** Designs that a job has looked at. */
export const designsOf = ({ kind, task }: Pick<QueuedJob, 'kind' | 'task'>, result: unknown): number => {
  if (kind === 'segments') return 0;
  return kind === 'batch'
    ? (task as Batch).digits.length / (task as Batch).width
    : (result as Jobs['walk']['result']).visited;
};
