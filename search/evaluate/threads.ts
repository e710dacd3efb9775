import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Batch, WorkerSetup } from './batch.js';
import { THREAD_BATCHES } from './batch-size.js';
import type { Jobs, Pool, PoolSource } from './pool.js';
import { THREAD_FLAGS } from './thread-flags.js';

const builtWorker = (): URL => new URL('./worker.js', import.meta.url);

/** The worker is there: it is not where the sources run without a build. */
export const isBuilt = (worker: URL = builtWorker()): boolean => existsSync(fileURLToPath(worker));

/**
 * Heap of a worker in MiB. Far more than networks need; without it the collector would wait until several times as
 * much garbage lies around.
 */
const HEAP = 1200;

const openThreads = (setup: WorkerSetup, threads: number, worker: URL, onEmpty: () => void): Pool => {
  const pool = new Piscina({
    execArgv: [...THREAD_FLAGS],
    filename: worker.href,
    minThreads: threads,
    maxThreads: threads,
    workerData: setup,
    resourceLimits: { maxOldGenerationSizeMb: HEAP },
  });
  const isEmpty = (): boolean => pool.threads.length === 0;
  // Workers that end before they are ready are not replaced: without them nothing would ever answer.
  pool.on('error', () => {
    if (isEmpty()) onEmpty();
  });
  return {
    run: async <K extends keyof Jobs>(kind: K, task: Jobs[K]['task']) => {
      // The worker's module exports a function for each kind; batches are its default.
      const done: unknown =
        kind === 'batch'
          ? pool.run(task, { transferList: [(task as Batch).digits.buffer as ArrayBuffer] })
          : pool.run(task ?? {}, { name: kind });
      return (await done) as Jobs[K]['result'];
    },
    isEmpty,
    destroy: () => pool.destroy(),
  };
};

/**
 * Worker threads: a job is being done and one is waiting for each.
 * @throws if the worker is not built
 */
export const threadPool = (setup: WorkerSetup, threads: number, worker: URL = builtWorker()): PoolSource => {
  if (!isBuilt(worker)) throw new Error(`${fileURLToPath(worker)} is missing: build the program`);
  return {
    open: (onEmpty) => openThreads(setup, threads, worker, onEmpty),
    inFlight: () => 2 * threads,
    batches: THREAD_BATCHES,
  };
};
