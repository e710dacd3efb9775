import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { ComparedQuality } from '../../src/samples/measure.js';
import type { Change } from './changes.js';
import { createWorker, type JobSetup } from './jobs.js';

/** Does jobs on one space, on threads if there are any. */
export interface Pool {
  readonly noiseOf: (change: Change) => Promise<number>;
  readonly qualityOf: (digits: Uint16Array) => Promise<ComparedQuality>;
  /** Ends what is under way. */
  readonly close: () => Promise<void>;
}

const builtWorker = (): URL => new URL('./fit-worker.js', import.meta.url);

/** Old-generation heap of a worker in MiB; the arrays of samples do not count. */
const HEAP = 600;

/** Opens workers; where the program is not built, jobs are done in the calling thread. */
export const openPool = (setup: JobSetup, threads: number, worker = builtWorker()): Pool => {
  if (!existsSync(fileURLToPath(worker))) {
    const own = createWorker(setup);
    return {
      noiseOf: (change) => Promise.resolve(own.noiseOf(change)),
      qualityOf: (digits) => Promise.resolve(own.qualityOf(digits)),
      close: () => Promise.resolve(),
    };
  }
  const pool = new Piscina({
    filename: worker.href,
    minThreads: threads,
    maxThreads: threads,
    workerData: setup,
    resourceLimits: { maxOldGenerationSizeMb: HEAP },
  });
  return {
    noiseOf: async (change) => (await pool.run(change)) as number,
    qualityOf: async (digits) => (await pool.run(digits, { name: 'quality' })) as ComparedQuality,
    close: () => pool.destroy(),
  };
};
