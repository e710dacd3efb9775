import type { Queue, QueueEvents } from 'bullmq';
import { inputError } from '../../../src/errors.js';
import { reasonOf } from '../batch.js';
import { isResultOf } from '../remote/queued-job.js';
import {
  questionId,
  questionText,
  readAnswer,
  REFUSED,
  setupBytes,
  type Answer,
  type Question,
  type QueueSetup,
} from './payloads.js';
import type { Store } from './store.js';

/** A question that was not answered for so many milliseconds is looked for. */
const LOOK_AFTER = 2000;
/** An answer that does not fit is asked for again, and a question that was not taken is put again, so often. */
const MOST_TRIES = 3;

/** Who waits for an answer. */
export interface Waiter {
  readonly owner: object;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Asked {
  readonly id: string;
  readonly question: Question;
  waiters: Waiter[];
  /** Time of `performance.now()` at which it was last put or looked for. */
  since: number;
  /** Id of the worker that has it. */
  worker: string;
  /** Answers that did not fit, and errors when it was put. */
  tries: number;
}

/** What hears of answers. */
export interface AskedEvents {
  /** A job was done by a worker, for these that still wait for it. */
  readonly onDone: (worker: string, question: Question, result: unknown) => void;
  /** A job of a worker was lost, and is done again. */
  readonly onRetry: (worker: string) => void;
  readonly onNote: (text: string) => void;
}

/**
 * The queue of one setup, and what was asked of it and is not answered. What Redis loses is asked again: this process knows
 * what it needs, the queue only hands it on.
 */
export class AskedQueue {
  done = 0;
  private readonly asked = new Map<string, Asked>();
  private readonly ready: Promise<{ readonly queue: Queue; readonly events: QueueEvents }>;
  private closing: Promise<void> | undefined;

  /** @param after what has to be over before */
  constructor(
    private readonly store: Store,
    readonly hash: string,
    private readonly setup: QueueSetup,
    private readonly heard: AskedEvents,
    private readonly announce: () => Promise<void>,
    after: Promise<void>,
  ) {
    this.ready = after.then(async () => {
      const queue = store.openQueue(hash);
      const events = new store.connection.bullmq.QueueEvents(hash, store.options);
      events.on('error', () => undefined);
      events.on('completed', ({ jobId }) => void this.take(jobId));
      events.on('failed', ({ jobId, failedReason }) => {
        const asked = this.asked.get(jobId);
        if (asked === undefined || !failedReason.startsWith(REFUSED))
          this.fail(jobId, new Error(failedReason));
        else if (this.isTriedAgain(asked, failedReason)) void this.put(asked);
      });
      // Whoever had a lost job is known only as long as no other has it.
      events.on('active', ({ jobId }) => {
        const asked = this.asked.get(jobId);
        if (asked === undefined) return;
        store.workerOf(hash, jobId).then(
          (worker) => (asked.worker = worker ?? ''),
          () => undefined,
        );
      });
      events.on('stalled', ({ jobId }) => {
        const asked = this.asked.get(jobId);
        if (asked !== undefined) heard.onRetry(asked.worker);
      });
      await events.waitUntilReady();
      if (!(await store.keepSetup(hash))) await store.putSetup(hash, setupBytes(setup));
      await this.announce();
      return { queue, events };
    });
    this.ready.catch(() => undefined);
  }

  get open(): number {
    return this.asked.size;
  }

  ask(question: Question, waiter: Waiter): void {
    const id = questionId(question);
    const known = this.asked.get(id);
    if (known !== undefined) {
      known.waiters.push(waiter);
      return;
    }
    const asked: Asked = { id, question, waiters: [waiter], since: performance.now(), worker: '', tries: 0 };
    this.asked.set(id, asked);
    void this.put(asked);
  }

  /** Nobody waits any more on behalf of an owner. */
  forget(owner: object): void {
    for (const asked of this.asked.values()) {
      const [left, stay] = [true, false].map((is) =>
        asked.waiters.filter((each) => (each.owner === owner) === is),
      );
      asked.waiters = stay!;
      left!.forEach(({ reject }) => reject(new Error('the work was ended')));
      if (stay!.length > 0) continue;
      this.asked.delete(asked.id);
      if (this.closing === undefined)
        void this.ready.then(({ queue }) => queue.remove(asked.id)).catch(() => undefined);
    }
  }

  /** Ends all that is asked with an error. */
  failAll(error: Error): void {
    for (const { id } of [...this.asked.values()]) this.fail(id, error);
  }

  /** Makes sure that nothing was lost on the way. */
  async look(): Promise<void> {
    const { store, hash } = this;
    await this.ready;
    if (this.closing !== undefined) return;
    await this.announce();
    if (!(await store.keepSetup(hash))) await store.putSetup(hash, setupBytes(this.setup));
    const late = [...this.asked.values()].filter(({ since }) => performance.now() - since > LOOK_AFTER);
    await Promise.all(
      late.map(async (asked) => {
        asked.since = performance.now();
        if ((await this.take(asked.id)) || (await store.hasJob(hash, asked.id))) return;
        // It may have been answered between the two looks.
        if (!(await this.take(asked.id))) await this.put(asked);
      }),
    );
  }

  /** Closes the queue; resolves when what belongs to it is gone. */
  close(end: () => Promise<void>): Promise<void> {
    return (this.closing ??= this.ready.then(async ({ queue, events }) => {
      await Promise.allSettled([events.close(), queue.close()]);
      await end();
    }));
  }

  /** Puts a question into the queue, unless its answer is there. */
  private async put(asked: Asked): Promise<void> {
    const { id, question } = asked;
    let queue: Queue;
    try {
      ({ queue } = await this.ready);
    } catch (error) {
      this.fail(id, this.inVain(error));
      return;
    }
    try {
      if (await this.take(id)) return;
      const options = { jobId: id, removeOnComplete: true, removeOnFail: true };
      await queue.add(question.kind, questionText(question), options);
    } catch (error) {
      // It is put again when it is looked for.
      this.isTriedAgain(asked, error);
    }
  }

  private inVain(error: unknown): Error {
    return inputError(
      `work does not get through the queue ${this.store.connection.address.shown}: ${reasonOf(error)}`,
    );
  }

  /** Counts what was in vain; the last time ends the question. It is never taken for a fault of its designs. */
  private isTriedAgain(asked: Asked, error: unknown): boolean {
    if (++asked.tries < MOST_TRIES) return true;
    this.fail(asked.id, this.inVain(error));
    return false;
  }

  private fail(id: string, error: Error): void {
    const asked = this.asked.get(id);
    this.asked.delete(id);
    asked?.waiters.forEach(({ reject }) => reject(error));
  }

  /** Takes the answer to a question that is still asked, if there is one. */
  private async take(id: string): Promise<boolean> {
    const { store, hash, heard } = this;
    const bytes = this.asked.has(id) ? await store.answer(hash, id).catch(() => null) : null;
    const asked = this.asked.get(id);
    if (bytes === null || asked === undefined) return bytes !== null;
    void store.forgetAnswer(hash, id).catch(() => undefined);
    const { question } = asked;
    let answer: Answer;
    try {
      answer = readAnswer(bytes);
      if (!isResultOf({ ...question, pool: this.setup }, answer.result))
        throw new Error('it does not fit its question');
    } catch (error) {
      heard.onNote(`an answer is left out, since ${reasonOf(error)}`);
      this.isTriedAgain(asked, error);
      return false;
    }
    this.asked.delete(id);
    this.done++;
    heard.onDone(answer.worker, question, answer.result);
    asked.waiters.forEach(({ resolve }) => resolve(answer.result));
    return true;
  }
}
