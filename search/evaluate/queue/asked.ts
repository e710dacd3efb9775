import type { Queue } from 'bullmq';
import { inputError } from '../../../src/errors.js';
import { reasonOf } from '../batch.js';
import { isResultOf } from '../remote/queued-job.js';
import { AnswerStream } from './answers.js';
import {
  questionId,
  questionText,
  readAnswer,
  setupBytes,
  type Question,
  type QueueSetup,
} from './payloads.js';
import { MOST_STALLED, type JobState, type Store } from './store.js';

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
  /** What its job was when it was last looked for. */
  job: JobState;
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
  /** Answers to questions that a search which was killed has asked. */
  private readonly left = new Map<string, Buffer>();
  private readonly answers: AnswerStream;
  private readonly ready: Promise<Queue>;
  /** What was last said of this search. */
  private saying: Promise<unknown> = Promise.resolve();
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
    let hear = (id: string, bytes: Buffer): void => void this.left.set(id, bytes);
    this.answers = new AnswerStream(store.connection, hash, (id, bytes) => hear(id, bytes));
    this.ready = after.then(async () => {
      await Promise.all([this.sayOfIt(), this.answers.readAll()]);
      hear = (id, bytes) => this.take(id, bytes);
      this.answers.follow();
      return store.openQueue(hash);
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
    const asked: Asked = {
      ...{ id, question, waiters: [waiter], since: performance.now(), tries: 0 },
      job: { worker: '', stalled: 0 },
    };
    this.asked.set(id, asked);
    void this.put(asked);
  }

  /** Nobody waits any more on behalf of an owner. */
  forget(owner: object): void {
    for (const asked of this.asked.values()) {
      const isLeft = (waiter: Waiter): boolean => waiter.owner === owner;
      for (const { reject } of asked.waiters.filter(isLeft)) reject(new Error('the work was ended'));
      asked.waiters = asked.waiters.filter((waiter) => !isLeft(waiter));
      if (asked.waiters.length > 0) continue;
      this.asked.delete(asked.id);
      if (this.closing === undefined)
        void this.ready.then((queue) => queue.remove(asked.id)).catch(() => undefined);
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
    await Promise.all([this.sayOfIt(), this.answers.trim()]);
    const late = [...this.asked.values()].filter(({ since }) => performance.now() - since > LOOK_AFTER);
    const jobs = await Promise.all(late.map(({ id }) => store.job(hash, id)));
    // Answers come before their jobs go.
    if (jobs.includes(undefined)) await this.answers.readAll();
    late.forEach((asked, i) => {
      const job = jobs[i];
      asked.since = performance.now();
      if (!this.asked.has(asked.id)) return;
      if (job === undefined) this.askAgain(asked);
      else {
        if (job.stalled > asked.job.stalled) this.heard.onRetry(asked.job.worker);
        asked.job = job;
      }
    });
  }

  /** Closes the queue; resolves when what belongs to it is gone. */
  close(end: () => Promise<void>): Promise<void> {
    return (this.closing ??= this.ready.then(async (queue) => {
      this.answers.close();
      // Nothing may say that the search is there after it was taken away.
      await Promise.allSettled([queue.close(), this.saying]);
      await end();
    }));
  }

  /** Says that there is a search, once its setup is where workers look for it. */
  private sayOfIt(): Promise<void> {
    const saying = this.store.putSetup(this.hash, () => setupBytes(this.setup)).then(() => this.announce());
    this.saying = saying;
    return saying;
  }

  /** Puts a question into the queue, unless its answer is there. */
  private async put(asked: Asked): Promise<void> {
    const { id, question } = asked;
    let queue: Queue;
    try {
      queue = await this.ready;
    } catch (error) {
      this.fail(id, this.inVain(error));
      return;
    }
    const left = this.left.get(id);
    this.left.delete(id);
    if (left !== undefined) this.take(id, left);
    if (this.asked.get(id) !== asked) return;
    try {
      const options = { jobId: id, removeOnComplete: true, removeOnFail: true };
      await queue.add(question.kind, questionText(question), options);
    } catch (error) {
      // It is put again when it is looked for.
      this.countTry(asked, error);
    }
  }

  /** Puts a question again whose job is gone, unless too many workers went with it. */
  private askAgain(asked: Asked): void {
    const { stalled } = asked.job;
    if (stalled >= MOST_STALLED) this.fail(asked.id, new Error(`${stalled} workers were lost with it`));
    else void this.put(asked);
  }

  private inVain(error: unknown): Error {
    return inputError(
      `work does not get through the queue ${this.store.connection.address.shown}: ${reasonOf(error)}`,
    );
  }

  /** Counts what was in vain; the last time ends the question. It is never taken for a fault of its designs. */
  private countTry(asked: Asked, error: unknown): void {
    if (++asked.tries >= MOST_TRIES) this.fail(asked.id, this.inVain(error));
  }

  private fail(id: string, error: Error): void {
    const asked = this.asked.get(id);
    this.asked.delete(id);
    asked?.waiters.forEach(({ reject }) => reject(error));
  }

  /** Takes the answer to a question, if that is still asked. */
  private take(id: string, bytes: Buffer): void {
    const asked = this.asked.get(id);
    if (asked === undefined) return;
    try {
      const answer = readAnswer(bytes);
      if (answer.kind === 'done') this.accept(asked, answer.worker, answer.result);
      else if (answer.kind === 'failed') this.fail(id, new Error(answer.reason));
      else this.countTry(asked, answer.reason);
    } catch (error) {
      this.heard.onNote(`an answer is left out, since ${reasonOf(error)}`);
      this.countTry(asked, error);
    }
  }

  /** @throws where a result does not fit its question */
  private accept({ id, question, waiters }: Asked, worker: string, result: unknown): void {
    if (!isResultOf({ ...question, pool: this.setup }, result))
      throw new Error('it does not fit its question');
    this.asked.delete(id);
    this.done++;
    this.heard.onDone(worker, question, result);
    waiters.forEach(({ resolve }) => resolve(result));
  }
}
