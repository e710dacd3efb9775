import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { createBatchSizer } from './batch-size.js';
import { type Batch, type BatchResult, reasonOf, type WorkerSetup } from './batch.js';
import type { Collector, Engine, Range } from './results.js';

/**
 * Workers may end this often, and once more per so many finished designs, before the rest is given up: it is then no
 * matter of single designs.
 */
const MOST_ENDS = 200;
const DESIGNS_PER_END = 20;

const builtWorker = (): URL => new URL('./worker.js', import.meta.url);

/** The rows of a table that are still to be handed out. */
class Queue {
  private readonly retries: Range[] = [];
  private next = 0;

  constructor(
    private readonly count: number,
    private readonly size: () => number,
  ) {}

  take(): Range | undefined {
    const retry = this.retries.pop();
    if (retry !== undefined || this.next >= this.count) return retry;
    const from = this.next;
    this.next = Math.min(this.count, from + this.size());
    return { from, to: this.next };
  }

  /** Puts a batch back in two halves. */
  halve({ from, to }: Range): void {
    const middle = (from + to) >> 1;
    this.retries.push({ from: middle, to }, { from, to: middle });
  }

  get empty(): boolean {
    return this.retries.length === 0 && this.next >= this.count;
  }
}

/**
 * Evaluates on a pool of worker threads, which stay until the engine is closed or the signal aborts.
 * @throws if the worker is not built
 */
export const createThreads = (
  setup: WorkerSetup,
  threads: number,
  { signal, worker = builtWorker() }: { readonly signal?: AbortSignal; readonly worker?: URL },
): Engine => {
  if (!existsSync(fileURLToPath(worker)))
    throw new Error(`${fileURLToPath(worker)} is missing: build the program`);
  const pool = new Piscina<Batch, BatchResult>({
    filename: worker.href,
    minThreads: threads,
    maxThreads: threads,
    workerData: setup,
  });
  const sizers = { figures: createBatchSizer(), parts: createBatchSizer() };
  let ends = 0;
  let finished = 0;
  let broken = false;

  const stop = (): void => void pool.destroy();
  const giveUp = (): void => {
    broken = true;
    stop();
  };
  // Workers that end before they are ready are not replaced: without them nothing would ever answer.
  pool.on('error', () => {
    if (pool.threads.length === 0) giveUp();
  });
  if (signal?.aborted === true) stop();
  else signal?.addEventListener('abort', stop, { once: true });

  /** Halves the batch of a worker that ended, until only the design that ended it is left. */
  const handleEnd = (table: Collector, queue: Queue, range: Range, error: unknown): void => {
    ends++;
    if (pool.threads.length === 0 || ends > MOST_ENDS + finished / DESIGNS_PER_END) giveUp();
    if (broken || range.to - range.from === 1) table.fail(range, `its worker ended: ${reasonOf(error)}`);
    else queue.halve(range);
  };

  return {
    evaluate: async (table, wanted, stopped) => {
      const sizer = sizers[wanted];
      const queue = new Queue(table.count, sizer.next);

      /** One of the loops that keep batches in flight. */
      const feed = async (): Promise<void> => {
        while (!stopped()) {
          const range = queue.take();
          if (range === undefined) return;
          if (broken) {
            table.fail(range, 'not evaluated: workers ended too often');
            continue;
          }
          try {
            const batch = table.batch(range);
            const result = await pool.run(batch, { transferList: [batch.digits.buffer as ArrayBuffer] });
            sizer.learn(range.to - range.from, result.milliseconds);
            finished += range.to - range.from;
            table.accept(range, result);
          } catch (error) {
            if (signal?.aborted !== true) handleEnd(table, queue, range, error);
          }
        }
      };

      // A batch being evaluated and one waiting for each thread. A second round takes what retries left behind.
      const inFlight = 2 * threads;
      do await Promise.all(Array.from({ length: inFlight }, feed));
      while (!queue.empty && !stopped());
    },
    close: async () => {
      signal?.removeEventListener('abort', stop);
      await pool.destroy();
    },
  };
};
