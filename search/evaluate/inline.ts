import { createBatchSizer, THREAD_BATCHES } from './batch-size.js';
import { evaluateBatch, type Batch, type BatchEvaluator, type WorkerSetup } from './batch.js';
import type { Tally } from './counts.js';
import { loadEvaluator, loadSegments, loadWalk } from './load-evaluator.js';
import type { Jobs, Pool } from './pool.js';
import type { Engine } from './results.js';
import type { WalkTask } from './walk-tasks.js';
import type { WalkResult } from './walk.js';

/** Does jobs in the calling thread, and lets signals and the progress line in after each. */
export const callingThread = (setup: WorkerSetup): Pool['run'] => {
  let evaluator: Promise<BatchEvaluator> | undefined;
  let walker: Promise<(task: WalkTask) => WalkResult> | undefined;
  const jobs: { readonly [K in keyof Jobs]: (own: BatchEvaluator, task: Jobs[K]['task']) => unknown } = {
    batch: (own, task: Batch) => evaluateBatch(own, task),
    segments: (own) => loadSegments(setup, own),
    walk: async (own, task: WalkTask) => (await (walker ??= loadWalk(setup, own)))(task),
  };
  return async <K extends keyof Jobs>(kind: K, task: Jobs[K]['task']) => {
    evaluator ??= loadEvaluator(setup);
    const result = await jobs[kind](await evaluator, task);
    await new Promise((resolve) => setImmediate(resolve));
    return result as Jobs[K]['result'];
  };
};

/**
 * Evaluates in the calling thread.
 * @param tally counts what it does
 */
export const createInline = (setup: WorkerSetup, signal?: AbortSignal, tally?: Tally): Engine => {
  const run = callingThread(setup);
  const sizers = { figures: createBatchSizer(THREAD_BATCHES), segments: createBatchSizer(THREAD_BATCHES) };
  const isOver = (until: number): boolean => signal?.aborted === true || performance.now() >= until;
  return {
    evaluate: async (table, wanted, until) => {
      const sizer = sizers[wanted];
      let from = 0;
      while (from < table.count && !isOver(until)) {
        const range = { from, to: Math.min(table.count, from + sizer.next()) };
        const result = await run('batch', table.batch(range));
        sizer.learn(range.to - range.from, result.milliseconds);
        tally?.finish(range.to - range.from);
        table.accept(range, result);
        from = range.to;
      }
    },
    segments: async () => {
      const segments = await run('segments', undefined);
      tally?.finish(0);
      return segments;
    },
    walk: async (tasks, until, take) => {
      for (const task of tasks) {
        if (isOver(until)) return;
        const result = await run('walk', task);
        tally?.finish(result.visited);
        take(task, result);
      }
    },
    close: () => Promise.resolve(),
  };
};
