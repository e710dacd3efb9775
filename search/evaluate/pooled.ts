import { ParetouError } from '../../src/errors.js';
import { createBatchSizer } from './batch-size.js';
import { reasonOf } from './batch.js';
import type { Tally } from './counts.js';
import type { Pool, PoolSource } from './pool.js';
import type { Engine, Range, Table } from './results.js';
import { stopAt } from './stop-at.js';

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

  /**
   * @param size rows that a batch should have
   * @param hands batches that are under way together
   * @param leastShare the share of its rows that a batch at the end of the table should have
   */
  constructor(
    private readonly count: number,
    private readonly size: () => number,
    private readonly hands: () => number,
    private readonly leastShare: number,
  ) {}

  take(): Range | undefined {
    const retry = this.retries.pop();
    if (retry !== undefined || this.next >= this.count) return retry;
    const from = this.next;
    const size = this.size();
    const share = Math.ceil((this.count - from) / this.hands());
    this.next = Math.min(
      this.count,
      from + Math.min(size, Math.max(share, Math.ceil(size * this.leastShare))),
    );
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
 * Goes on taking steps, as many at a time as there may be now, until one says that there is no other.
 * @throws the first error of a step
 */
const together = (most: () => number, step: () => Promise<boolean>): Promise<void> =>
  new Promise((resolve, reject) => {
    let [running, over] = [0, false];
    const more = (): void => {
      while (!over && running < most()) {
        running++;
        step().then((goesOn) => {
          running--;
          over ||= !goesOn;
          more();
        }, reject);
      }
      if (running === 0) resolve();
    };
    more();
  });

/** Workers that are busy when the time is up may go on for so many milliseconds. */
const GRACE = 250;

/**
 * Evaluates with a pool of workers, which stay until the engine is closed, the signal aborts or time is up: then they are
 * ended in the middle of what they do.
 *
 * @param tally counts what they do
 */
export const createPooled = (
  { open: openPool, inFlight, batches }: PoolSource,
  signal: AbortSignal | undefined,
  tally?: Tally,
): Engine => {
  const sizers = {
    figures: createBatchSizer(batches),
    segments: createBatchSizer(batches),
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
    const clear = stopAt(until + GRACE, stop);
    try {
      return await work();
    } finally {
      clear();
    }
  };

  /** Halves the batch of a worker that ended, until only the design that ended it is left. */
  const handleEnd = (table: Table, queue: Queue, range: Range, error: unknown): void => {
    ends++;
    tally?.lose(1);
    if (pool?.isEmpty() === true || ends > MOST_ENDS + finished / DESIGNS_PER_END) giveUp();
    if (broken || range.to - range.from === 1) table.fail(range, `its worker ended: ${reasonOf(error)}`);
    else queue.halve(range);
  };

  return {
    evaluate: async (table, wanted, until) => {
      const sizer = sizers[wanted];
      const queue = new Queue(table.count, sizer.next, inFlight, batches.least / batches.target);
      const stopped = (): boolean => isAborted() || performance.now() >= until;

      /** Has one batch evaluated; false if there was none. */
      const feed = async (): Promise<boolean> => {
        const range = stopped() ? undefined : queue.take();
        if (range === undefined) return false;
        if (isBroken()) {
          table.fail(range, 'not evaluated: workers ended too often');
          return true;
        }
        const own = open();
        try {
          const result = await own.run('batch', table.batch(range));
          sizer.learn(range.to - range.from, result.milliseconds);
          finished += range.to - range.from;
          tally?.finish(range.to - range.from);
          table.accept(range, result);
        } catch (error) {
          if (error instanceof ParetouError) throw error;
          if (own === pool || isBroken()) handleEnd(table, queue, range, error);
        }
        return true;
      };

      // A second round takes what retries left behind.
      await within(until, async () => {
        do await together(inFlight, feed);
        while (!queue.empty && !stopped());
      });
    },
    walk: async (tasks, until, take) => {
      const own = open();
      const rest = tasks[Symbol.iterator]();
      const feed = async (): Promise<boolean> => {
        const next = isAborted() || performance.now() >= until ? undefined : rest.next();
        if (next === undefined || next.done === true) return false;
        const result = await own.run('walk', next.value);
        tally?.finish(result.visited);
        take(next.value, result);
        return true;
      };
      try {
        await within(until, () => together(inFlight, feed));
      } catch (error) {
        if (own === pool) throw error;
      }
    },
    segments: async (until) => {
      if (isAborted()) return undefined;
      const own = open();
      try {
        const segments = await within(until, () => own.run('segments', undefined));
        tally?.finish(0);
        return segments;
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
