import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { solve, type Solution } from './eliminate.js';
import type { SolveTask } from './solve-worker.js';

/**
 * Solves several models, side by side on worker threads if there are several of both. Undefined entries are models that
 * an abort came before.
 */
export const solveAll = async (
  tasks: readonly SolveTask[],
  jobs: number,
  signal?: AbortSignal,
): Promise<(Solution | undefined)[]> => {
  const worker = new URL('./solve-worker.js', import.meta.url);
  const aborted = (): boolean => signal?.aborted === true;
  if (jobs <= 1 || tasks.length <= 1 || !existsSync(fileURLToPath(worker))) {
    const solutions: (Solution | undefined)[] = [];
    for (const { model, options } of tasks) {
      // Lets signals in.
      await new Promise((resolve) => setImmediate(resolve));
      solutions.push(aborted() ? undefined : solve(model, options));
    }
    return solutions;
  }
  const pool = new Piscina<SolveTask, Solution>({
    filename: worker.href,
    minThreads: 1,
    maxThreads: Math.min(jobs, tasks.length),
  });
  const stop = (): void => void pool.destroy();
  if (aborted()) stop();
  else signal?.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.all(
      tasks.map(async (task) => {
        try {
          return await pool.run(task);
        } catch (error) {
          if (aborted()) return undefined;
          throw error;
        }
      }),
    );
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.destroy();
  }
};
