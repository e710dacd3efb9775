import type { Pool } from '../pool.js';
import type { AskedQueue } from './asked.js';
import type { Question, QueueSetup } from './payloads.js';

interface Shared {
  readonly asked: AskedQueue;
  users: number;
}

/** How queues come and go. */
export interface SharedQueuesOptions {
  /** @param after what has to be over before */
  readonly open: (hash: string, setup: QueueSetup, after: Promise<void>) => AskedQueue;
  /** Removes what belongs to a queue that nobody uses. */
  readonly end: (hash: string) => Promise<void>;
}

/** The queues of a search: one for each setup, for all sessions that evaluate designs with it. */
export class SharedQueues {
  private readonly queues = new Map<string, Shared>();
  private readonly endings = new Map<string, Promise<void>>();
  private gone: Error | undefined;

  constructor(private readonly options: SharedQueuesOptions) {}

  get asked(): AskedQueue[] {
    return Array.from(this.queues.values(), ({ asked }) => asked);
  }

  /** Something was asked that is not answered. */
  get hasWork(): boolean {
    return this.asked.some(({ open }) => open > 0);
  }

  /** Workers for the sessions of a setup. */
  open(hash: string, setup: QueueSetup): Pool {
    const queue = this.queues.get(hash) ?? {
      asked: this.options.open(hash, setup, this.endings.get(hash) ?? Promise.resolve()),
      users: 0,
    };
    this.queues.set(hash, queue);
    queue.users++;
    const owner = {};
    let isOpen = true;
    return {
      run: (kind, task) =>
        new Promise((resolve, reject) => {
          if (this.gone !== undefined) reject(this.gone);
          else
            queue.asked.ask({ kind, task } as Question, {
              ...{ owner, reject, resolve: resolve as (result: unknown) => void },
            });
        }),
      isEmpty: () => this.gone !== undefined,
      destroy: () => {
        if (isOpen) {
          isOpen = false;
          queue.asked.forget(owner);
          if (--queue.users === 0) this.end(hash);
        }
        return Promise.resolve();
      },
    };
  }

  /** Ends all that is asked, and will be, with an error. */
  fail(error: Error): void {
    this.gone = error;
    for (const asked of this.asked) asked.failAll(error);
  }

  /** Closes all queues; resolves when what belongs to them is gone. */
  async close(): Promise<void> {
    for (const hash of [...this.queues.keys()]) this.end(hash);
    await Promise.all(this.endings.values());
  }

  private end(hash: string): void {
    const queue = this.queues.get(hash);
    if (queue === undefined) return;
    this.queues.delete(hash);
    const ending = queue.asked
      .close(() => this.options.end(hash))
      .catch(() => undefined)
      .finally(() => {
        if (this.endings.get(hash) === ending) this.endings.delete(hash);
      });
    this.endings.set(hash, ending);
  }
}
