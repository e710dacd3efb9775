import { ParetouError } from '../../src/errors.js';
import { createBatchSizer } from './batch-size.js';
import { reasonOf } from './batch.js';
import { timerAt } from './deadline.js';
import type { Pool, PoolSource } from './pool.js';
import type { Engine, Range, Table } from './results.js';

/**
 * Workers may end this often, and once more per so many finished designs, before the rest is given up: it is then no
 * matter of single designs.
 */
const MOST_ENDS = 200;
const DESIGNS_PER_END = 20;

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

/** Workers that are busy when the time is up may go on for so many milliseconds. */
const GRACE = 250;

/**
 * Evaluates with a pool of workers, which stay until the engine is closed, the signal aborts or time is up: then they are
 * ended in the middle of what they do.
 */
export const createPooled = (
  { open: openPool, inFlight, batchMilliseconds }: PoolSource,
  signal: AbortSignal | undefined,
): Engine => {
  const sizers = {
    figures: createBatchSizer(batchMilliseconds),
    segments: createBatchSizer(batchMilliseconds),
  };
  let pool: Pool | undefined;
  let ends = 0;
  let finished = 0;
  let broken = false;

  const stop = (): void => {
    void pool?.destroy();
    pool = undefined;
  };
  const giveUp = (): void => {
    broken = true;
    stop();
  };
  const open = (): Pool => {
    if (pool !== undefined) return pool;
    const opened = openPool(() => {
      if (opened === pool) giveUp();
    });
    return (pool = opened);
  };
  const isAborted = (): boolean => signal?.aborted === true;
  const isBroken = (): boolean => broken;
  signal?.addEventListener('abort', stop, { once: true });

  /** Does some work with the workers, and ends them if it is not done when the time is up. */
  const within = async <T>(until: number, work: () => Promise<T>): Promise<T> => {
    const timer = timerAt(until + GRACE, stop);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
    }
  };

  /** Halves the batch of a worker that ended, until only the design that ended it is left. */
  const handleEnd = (table: Table, queue: Queue, range: Range, error: unknown): void => {
    ends++;
    if (pool?.isEmpty() === true || ends > MOST_ENDS + finished / DESIGNS_PER_END) giveUp();
    if (broken || range.to - range.from === 1) table.fail(range, `its worker ended: ${reasonOf(error)}`);
    else queue.halve(range);
  };

  return {
    evaluate: async (table, wanted, until) => {
      const sizer = sizers[wanted];
      const queue = new Queue(table.count, sizer.next);
      const stopped = (): boolean => isAborted() || performance.now() >= until;

      /** One of the loops that keep batches in flight. */
      const feed = async (): Promise<void> => {
        while (!stopped()) {
          const range = queue.take();
          if (range === undefined) return;
          if (isBroken()) {
            table.fail(range, 'not evaluated: workers ended too often');
            continue;
          }
          const own = open();
          try {
            const result = await own.run('batch', table.batch(range));
            sizer.learn(range.to - range.from, result.milliseconds);
            finished += range.to - range.from;
            table.accept(range, result);
          } catch (error) {
            if (error instanceof ParetouError) throw error;
            if (own === pool || isBroken()) handleEnd(table, queue, range, error);
          }
        }
      };

      // A second round takes what retries left behind.
      await within(until, async () => {
        do await Promise.all(Array.from({ length: inFlight }, feed));
        while (!queue.empty && !stopped());
      });
    },
    walk: async (tasks, until, take) => {
      const own = open();
      const rest = tasks[Symbol.iterator]();
      const feed = async (): Promise<void> => {
        while (!isAborted() && performance.now() < until) {
          const next = rest.next();
          if (next.done === true) return;
          take(next.value, await own.run('walk', next.value));
        }
      };
      try {
        await within(until, () => Promise.all(Array.from({ length: inFlight }, feed)));
      } catch (error) {
        if (own === pool) throw error;
      }
    },
    segments: async (until) => {
      if (isAborted()) return undefined;
      const own = open();
      try {
        return await within(until, () => own.run('segments', undefined));
      } catch (error) {
        if (own !== pool) return undefined;
        throw error;
      }
    },
    close: async () => {
      signal?.removeEventListener('abort', stop);
      await pool?.destroy();
      pool = undefined;
    },
  };
};
