import { Piscina } from 'piscina';
import type { SessionOptions } from '../../evaluate/session.js';
import { stopAt } from '../../evaluate/stop-at.js';
import { isBuilt } from '../../evaluate/threads.js';
import { solve, type Solution } from './eliminate.js';
import type { SolveTask } from './solve-worker.js';
import { THREAD_FLAGS } from '../../evaluate/thread-flags.js';

/** Solves the models one after another in the calling thread. */
const solveHere = async (
  tasks: readonly SolveTask[],
  isOver: () => boolean,
): Promise<(Solution | undefined)[]> => {
  const solutions: (Solution | undefined)[] = [];
  for (const { model, options } of tasks) {
    // Lets signals in.
    await new Promise((resolve) => setImmediate(resolve));
    solutions.push(isOver() ? undefined : solve(model, options));
  }
  return solutions;
};

/**
 * Solves several models on worker threads, which an abort or the end of the time stops in the middle of their work; in
 * the calling thread where the worker is not built. Undefined entries are models that either came before.
 *
 * @param until time of `performance.now()`
 */
export const solveAll = async (
  tasks: readonly SolveTask[],
  { jobs, signal }: Pick<SessionOptions, 'jobs' | 'signal'>,
  until: number,
): Promise<(Solution | undefined)[]> => {
  const worker = new URL('./solve-worker.js', import.meta.url);
  const isOver = (): boolean => signal?.aborted === true || performance.now() >= until;
  if (!isBuilt(worker)) return solveHere(tasks, isOver);
  if (isOver()) return tasks.map(() => undefined);
  const pool = new Piscina<SolveTask, Solution>({
    execArgv: [...THREAD_FLAGS],
    filename: worker.href,
    minThreads: 1,
    maxThreads: Math.max(1, Math.min(jobs, tasks.length)),
  });
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    void pool.destroy();
  };
  const clear = stopAt(until, stop);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.all(
      tasks.map(async (task) => {
        try {
          return await pool.run(task);
        } catch (error) {
          if (stopped) return undefined;
          throw error;
        }
      }),
    );
  } finally {
    clear();
    signal?.removeEventListener('abort', stop);
    await pool.destroy();
  }
};
