import { ParetouError } from '../../src/errors.js';
import { createBatchSizer, type BatchSizer } from './batch-size.js';
import { reasonOf, type BatchResult } from './batch.js';
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
   * @param hands batches that are under way together
   * @param leastShare the share of its rows that a batch at the end of the table should have
   */
  constructor(
    private readonly count: number,
    private readonly hands: () => number,
    private readonly leastShare: number,
  ) {}

  /** @param size rows that a batch should have */
  take(size: number): Range | undefined {
    const retry = this.retries.pop();
    if (retry !== undefined || this.next >= this.count) return retry;
    const from = this.next;
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

/** A batch that somebody evaluates. */
interface Job {
  readonly range: Range;
  /** Its rows are in the table. */
  done: boolean;
}

/** Where the calling thread works too, it is alone for so many: short searches need no others. */
const ALONE = 2000;

/**
 * Evaluates with a pool of workers, which stay until the engine is closed, the signal aborts or time is up: then they are
 * ended in the middle of what they do.
 *
 * @param tally counts what they do
 */
export const createPooled = (
  { open: openPool, inFlight, batches, here }: PoolSource,
  signal: AbortSignal | undefined,
  tally?: Tally,
): Engine => {
  const sizers = () => ({ figures: createBatchSizer(batches), segments: createBatchSizer(batches) });
  const theirs = sizers();
  // Workers that have just begun are slower than this thread.
  const own = sizers();
  let pool: Pool | undefined;
  let ends = 0;
  let finished = 0;
  let broken = false;
  let alone = 0;

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
      const hands = (): number => inFlight() + (here === undefined ? 0 : 1);
      const queue = new Queue(table.count, hands, batches.least / batches.target);
      const stopped = (): boolean => isAborted() || performance.now() >= until;

      const accept = (range: Range, result: BatchResult, sizer: BatchSizer): void => {
        sizer.learn(range.to - range.from, result.milliseconds);
        finished += range.to - range.from;
        tally?.finish(range.to - range.from);
        table.accept(range, result);
      };
      const underWay = new Set<Job>();
      /** Has one batch evaluated; false if there was none. */
      const feed = async (): Promise<boolean> => {
        const range = stopped() ? undefined : queue.take(theirs[wanted].next());
        if (range === undefined) return false;
        if (isBroken()) {
          table.fail(range, 'not evaluated: workers ended too often');
          return true;
        }
        const workers = open();
        const job: Job = { range, done: false };
        underWay.add(job);
        try {
          const result = await workers.run('batch', table.batch(range));
          if (!job.done) accept(range, result, theirs[wanted]);
        } catch (error) {
          if (job.done) return true;
          if (error instanceof ParetouError) throw error;
          if (workers === pool || isBroken()) handleEnd(table, queue, range, error);
        } finally {
          job.done = true;
          underWay.delete(job);
        }
        return true;
      };
      /** Evaluates batches in the calling thread until it is enough, in the end also what workers have not finished. */
      const feedHere = async (isEnough: () => boolean): Promise<void> => {
        while (here !== undefined && !stopped() && !isEnough()) {
          const range = queue.take(own[wanted].next());
          const job = range === undefined ? [...underWay].find(({ done }) => !done) : { range, done: false };
          if (job === undefined) return;
          const result = await here('batch', table.batch(job.range));
          alone += result.milliseconds;
          if (job.done) continue;
          job.done = true;
          accept(job.range, result, own[wanted]);
        }
      };

      // A second round takes what retries left behind.
      await within(until, async () => {
        await feedHere(() => alone >= ALONE);
        while (!queue.empty && !stopped()) {
          const others = together(inFlight, feed);
          others.catch(() => undefined);
          await feedHere(() => false);
          if (here === undefined || stopped()) await others;
        }
      });
    },
    walk: async (tasks, until, take) => {
      const workers = open();
      const rest = tasks[Symbol.iterator]();
      const feed = async (): Promise<boolean> => {
        const next = isAborted() || performance.now() >= until ? undefined : rest.next();
        if (next === undefined || next.done === true) return false;
        const result = await workers.run('walk', next.value);
        tally?.finish(result.visited);
        take(next.value, result);
        return true;
      };
      try {
        await within(until, () => together(inFlight, feed));
      } catch (error) {
        if (workers === pool) throw error;
      }
    },
    segments: async (until) => {
      if (isAborted()) return undefined;
      if (here !== undefined) {
        const segments = await here('segments', undefined);
        tally?.finish(0);
        return segments;
      }
      const workers = open();
      try {
        const segments = await within(until, () => workers.run('segments', undefined));
        tally?.finish(0);
        return segments;
      } catch (error) {
        if (workers !== pool) return undefined;
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
