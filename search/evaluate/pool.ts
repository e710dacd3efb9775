import type { Batch, BatchResult } from './batch.js';
import type { BatchTimes } from './batch-size.js';
import type { SystemSegments } from './segments.js';
import type { WalkTask } from './walk-tasks.js';
import type { WalkResult } from './walk.js';

/** What workers can be asked to do, with what comes back. */
export interface Jobs {
  readonly batch: { readonly task: Batch; readonly result: BatchResult };
  readonly walk: { readonly task: WalkTask; readonly result: WalkResult };
  readonly segments: { readonly task: undefined; readonly result: SystemSegments };
}

/** Workers for one space. */
export interface Pool {
  /**
   * Has a job done. The memory of a batch may be given away.
   * @throws the job's own error; where its worker ended, the error of that; a {@link ParetouError} where no worker is left
   */
  readonly run: <K extends keyof Jobs>(kind: K, task: Jobs[K]['task']) => Promise<Jobs[K]['result']>;
  /** No worker is left, and none will come. */
  readonly isEmpty: () => boolean;
  /** Ends what is going on: jobs that are not done are rejected. */
  readonly destroy: () => Promise<void>;
}

/** How to come by workers. */
export interface PoolSource {
  /** @param onEmpty called when the last worker is gone */
  readonly open: (onEmpty: () => void) => Pool;
  /** Jobs that should be under way together now; more workers may come, and some go. */
  readonly inFlight: () => number;
  readonly batches: BatchTimes;
  /** Does batches in the calling thread, beside the workers. */
  readonly here?: Pool['run'];
}
