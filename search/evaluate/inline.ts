import { createBatchSizer, THREAD_BATCHES } from './batch-size.js';
import { evaluateBatch, type BatchEvaluator, type WorkerSetup } from './batch.js';
import type { Tally } from './counts.js';
import { loadEvaluator, loadSegments, loadWalk } from './load-evaluator.js';
import type { Engine } from './results.js';

/**
 * Evaluates in the calling thread.
 * @param tally counts what it does
 */
export const createInline = (setup: WorkerSetup, signal?: AbortSignal, tally?: Tally): Engine => {
  let evaluator: Promise<BatchEvaluator> | undefined;
  const sizers = { figures: createBatchSizer(THREAD_BATCHES), segments: createBatchSizer(THREAD_BATCHES) };
  return {
    evaluate: async (table, wanted, until) => {
      const sizer = sizers[wanted];
      let from = 0;
      while (from < table.count && signal?.aborted !== true && performance.now() < until) {
        evaluator ??= loadEvaluator(setup);
        const range = { from, to: Math.min(table.count, from + sizer.next()) };
        const result = evaluateBatch(await evaluator, table.batch(range));
        sizer.learn(range.to - range.from, result.milliseconds);
        tally?.finish(range.to - range.from);
        table.accept(range, result);
        from = range.to;
        // Lets signals and the progress line in.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    segments: async () => {
      evaluator ??= loadEvaluator(setup);
      const segments = await loadSegments(setup, await evaluator);
      tally?.finish(0);
      return segments;
    },
    walk: async (tasks, until, take) => {
      evaluator ??= loadEvaluator(setup);
      const walk = await loadWalk(setup, await evaluator);
      for (const task of tasks) {
        if (signal?.aborted === true || performance.now() >= until) return;
        const result = walk(task);
        tally?.finish(result.visited);
        take(task, result);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    close: () => Promise.resolve(),
  };
};
