import type { Job, Worker } from 'bullmq';
import { reasonOf } from '../batch.js';
import type { Space } from '../../space/space.js';
import type { Pool } from '../pool.js';
import { threadPool } from '../threads.js';
import { answerBytes, readQuestion, type Outcome, type Question, type QueueSetup } from './payloads.js';
import type { LaneState } from './share-lanes.js';
import { MOST_STALLED, type Store } from './store.js';

/** How locks are kept: a worker that does not renew one in time loses its job to another. */
export interface LockTimes {
  /** Milliseconds until a lock ends, and between two looks for jobs whose lock has ended. */
  readonly lock: number;
  readonly stalledCheck: number;
}

/** Times of a worker. */
export const LOCK_TIMES: LockTimes = { lock: 10_000, stalledCheck: 5000 };

/** Jobs that a lane has: one is being done, and one waits, so that the thread need not wait for Redis. */
const IN_HAND = 2;
/** A lane keeps threads for so many setups, of which one works at a time. */
const MOST_THREADS = 3;
/** After an error of Redis, the next job is asked for after so many milliseconds. */
const RETRY_AFTER = 1000;

/** What all lanes of a worker share. */
export interface LaneOptions {
  readonly store: Store;
  /** Id of the worker. */
  readonly worker: string;
  /** @throws where a setup is not what its name says, or not there */
  readonly setup: (hash: string) => Promise<QueueSetup>;
  readonly times: LockTimes;
  /** Hears in a sentence what is refused. */
  readonly onNote: (text: string) => void;
  /** Hears that no thread could be started. */
  readonly onBroken: () => void;
  /** URL of the built thread, where it is not beside the module of threads. */
  readonly thread?: URL | undefined;
}

/**
 * A thread, and the queue that it takes jobs from; it does one after another. The work is done on the thread: the one that
 * keeps the locks always answers.
 */
export class Lane {
  private hash: string | undefined;
  private since = performance.now();
  private jobs = 0;
  private consumer: Worker | undefined;
  /** A thread per setup, the last one used at the end: what one has compiled serves when the lane comes back. */
  private readonly threads = new Map<string, Pool>();
  private isMoving = false;

  constructor(private readonly options: LaneOptions) {}

  get state(): LaneState {
    return { hash: this.hash, age: performance.now() - this.since, isBusy: this.isMoving || this.jobs > 0 };
  }

  /**
   * Goes to another queue, or to none.
   * @param isOver nobody waits for the jobs that it has
   */
  async move(to: string | undefined, isOver: boolean): Promise<void> {
    if (this.isMoving) return;
    this.isMoving = true;
    try {
      if (isOver && this.jobs > 0) await this.drop(this.hash!);
      await this.leave(false);
      [this.hash, this.since] = [to, performance.now()];
      if (to !== undefined) await this.open(to);
    } finally {
      this.isMoving = false;
    }
  }

  /** Ends after its jobs, or gives them back after so many milliseconds. */
  async close(patience: number): Promise<void> {
    // Without Redis there is nobody to give anything back to.
    const isAway = this.options.store.connection.redis.status !== 'ready';
    const closing = this.leave(isAway);
    const timer = setTimeout(() => void this.dropAll(), isAway ? 0 : patience);
    await closing;
    clearTimeout(timer);
    await this.dropAll();
  }

  /** Takes no further jobs from its queue; resolves after those that it has, or at once. */
  private async leave(atOnce: boolean): Promise<void> {
    const { consumer, hash } = this;
    this.consumer = undefined;
    await consumer?.close(atOnce);
    if (hash !== undefined && !atOnce) await this.options.store.removeRest(hash);
  }

  private async dropAll(): Promise<void> {
    await Promise.all([...this.threads.keys()].map((hash) => this.drop(hash)));
  }

  private async drop(hash: string): Promise<void> {
    const pool = this.threads.get(hash);
    this.threads.delete(hash);
    await pool?.destroy();
  }

  private async open(hash: string): Promise<void> {
    const { store, worker, setup: setupOf, times, onBroken, thread } = this.options;
    const setup = await setupOf(hash);
    const pool =
      this.threads.get(hash) ?? threadPool({ ...setup, evaluator: undefined }, 1, thread).open(onBroken);
    this.threads.delete(hash);
    this.threads.set(hash, pool);
    const [oldest] = this.threads.keys();
    if (this.threads.size > MOST_THREADS) await this.drop(oldest!);
    const consumer = new store.connection.bullmq.Worker(hash, (job: Job) => this.work(job, setup, pool), {
      ...store.options,
      name: worker,
      concurrency: IN_HAND,
      maxStalledCount: MOST_STALLED,
      lockDuration: times.lock,
      stalledInterval: times.stalledCheck,
      runRetryDelay: RETRY_AFTER,
    });
    // Jobs that were taken away meanwhile, and a Redis that is away: both are seen elsewhere.
    consumer.on('error', () => undefined);
    this.consumer = consumer;
  }

  private async work(job: Job, { space }: QueueSetup, pool: Pool): Promise<null> {
    const { store, worker } = this.options;
    this.jobs++;
    try {
      const answer = await this.answer(job, space, pool);
      // It was this worker that ended the thread: the job is as good as before.
      if (answer.kind === 'failed' && ![...this.threads.values()].includes(pool)) {
        await job.moveToWait(job.token);
        throw new store.connection.bullmq.WaitingError();
      }
      await store.keepAnswer(job.queueName, job.id!, answerBytes({ worker, ...answer }));
      return null;
    } finally {
      this.jobs--;
    }
  }

  private async answer({ id, name, data }: Job, space: Space, pool: Pool): Promise<Outcome> {
    let question: Question;
    try {
      question = readQuestion(id, name, data, space);
    } catch (error) {
      const reason = reasonOf(error);
      this.options.onNote(`a job is refused, since ${reason}`);
      return { kind: 'refused', reason };
    }
    try {
      const { kind, task } = question;
      return { kind: 'done', result: await pool.run(kind, kind === 'segments' ? undefined : task) };
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error) };
    }
  }
}
