import { createBatchSizer } from './batch-size.js';
import { evaluateBatch, type BatchEvaluator, type WorkerSetup } from './batch.js';
import { loadEvaluator } from './load-evaluator.js';
import type { Engine } from './results.js';

/** Evaluates in the calling thread. */
export const createInline = (setup: WorkerSetup): Engine => {
  let evaluator: Promise<BatchEvaluator> | undefined;
  const sizers = { figures: createBatchSizer(), parts: createBatchSizer() };
  return {
    evaluate: async (table, wanted, stopped) => {
      const sizer = sizers[wanted];
      let from = 0;
      while (from < table.count && !stopped()) {
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
    close: () => Promise.resolve(),
  };
};
