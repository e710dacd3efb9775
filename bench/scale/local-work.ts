import { PROCESS_BATCHES } from '../../search/evaluate/batch-size.js';
import { evaluateBatch, type Batch, type BatchEvaluator } from '../../search/evaluate/batch.js';
import { loadEvaluator, loadSegments } from '../../search/evaluate/load-evaluator.js';
import type { Jobs, PoolSource } from '../../search/evaluate/pool.js';
import type { Fleet } from '../../search/evaluate/remote/fleet.js';
import type { TimedBatch } from './simulate.js';

/** Milliseconds of processor time of this process since `before`. */
export const cpuSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/** A fleet without workers: this thread does what one worker would do, and notes the processor time of its batches. */
export const localFleet = (batches: TimedBatch[]): Fleet => ({
  source: (setup): PoolSource => {
    let evaluator: Promise<BatchEvaluator> | undefined;
    const run = async <K extends keyof Jobs>(kind: K, task: Jobs[K]['task']): Promise<Jobs[K]['result']> => {
      const before = process.cpuUsage();
      const own = await (evaluator ??= loadEvaluator(setup));
      if (kind === 'segments') return await loadSegments(setup, own);
      if (kind !== 'batch') throw new Error('this search does not walk');
      const batch = task as Batch;
      const result = evaluateBatch(own, batch);
      const milliseconds = cpuSince(before);
      batches.push([batch.digits.length / batch.width, milliseconds]);
      // Sizes of batches follow the processor time, which other programs disturb less.
      return { ...result, milliseconds } as Jobs[K]['result'];
    };
    return {
      open: () => ({ run, isEmpty: () => false, destroy: () => Promise.resolve() }),
      inFlight: () => 1,
      batches: PROCESS_BATCHES,
    };
  },
  counts: () => [],
  present: () => 1,
  close: () => Promise.resolve(),
});
