import { createBatchSizer } from './batch-size.js';
import { evaluateBatch, type BatchEvaluator, type WorkerSetup } from './batch.js';
import { loadEvaluator, loadSegments, loadWalk } from './load-evaluator.js';
import type { Engine } from './results.js';

/** Evaluates in the calling thread. */
export const createInline = (setup: WorkerSetup, signal?: AbortSignal): Engine => {
  let evaluator: Promise<BatchEvaluator> | undefined;
  const sizers = { figures: createBatchSizer(), segments: createBatchSizer() };
  return {
    evaluate: async (table, wanted, until) => {
      const sizer = sizers[wanted];
      let from = 0;
      while (from < table.count && signal?.aborted !== true && performance.now() < until) {
        evaluator ??= loadEvaluator(setup);
        const range = { from, to: Math.min(table.count, from + sizer.next()) };
        const result = evaluateBatch(await evaluator, table.batch(range));
        sizer.learn(range.to - range.from, result.milliseconds);
        table.accept(range, result);
        from = range.to;
        // Lets signals and the progress line in.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    segments: async () => {
      evaluator ??= loadEvaluator(setup);
      return loadSegments(setup, await evaluator);
    },
    walk: async (tasks, until, take) => {
      evaluator ??= loadEvaluator(setup);
      const walk = await loadWalk(setup, await evaluator);
      for (const task of tasks) {
        if (signal?.aborted === true || performance.now() >= until) return;
        take(task, walk(task));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    close: () => Promise.resolve(),
  };
};
