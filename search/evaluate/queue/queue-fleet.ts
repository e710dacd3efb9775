import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { inputError } from '../../../src/errors.js';
import type { WorkerSetup } from '../batch.js';
import type { Pool, PoolSource } from '../pool.js';
import type { Fleet } from '../remote/fleet.js';
import { designsOf } from '../remote/queued-job.js';
import type { QueueAddress } from './address.js';
import { AskedQueue } from './asked.js';
import { connect, faultOf } from './connection.js';
import { setupHash, type Question, type QueueSetup } from './payloads.js';
import { Store, type WorkerRecord } from './store.js';

/** So often a search says that it is there, and looks for its workers, in milliseconds. */
const BEAT = 1000;
/** A Redis that does not do its work for so many ends the search. */
const PATIENCE = 60_000;
/** When all is done, what is left is removed within so many. */
const FAREWELL = 1500;
/** A worker of which nothing is there for so many is lost: Redis may have forgotten it, and hears of it again at once. */
const LOST_AFTER = 3000;
/** Batches of about so many milliseconds hide the way through the queue. */
const BATCH_MILLISECONDS = 100;

/** Which queue there is, and who hears of it. */
export interface QueueFleetOptions {
  readonly address: QueueAddress;
  /** Version of the program, which the workers have to have too. */
  readonly version: string;
  /** Ends the attempt to get there. */
  readonly signal?: AbortSignal | undefined;
  /** Hears in a sentence what is worth to be known. */
  readonly onNote: (text: string) => void;
  /** Hears in a sentence of workers that are lost. */
  readonly onLoss: (text: string) => void;
  /** Milliseconds for which a Redis may be away. */
  readonly patience?: number;
}

/** What a worker has done, and how many of its jobs were done again. */
interface Tally {
  jobs: number;
  designs: number;
  retries: number;
}

const NOTHING: Tally = { jobs: 0, designs: 0, retries: 0 };

interface Known {
  record: WorkerRecord;
  losses: number;
  isThere: boolean;
  /** Time of `performance.now()` at which it was last seen. */
  seen: number;
}

/** Resolves when the work is done, or after so many milliseconds. */
const atMost = async (milliseconds: number, work: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    work.then(
      () => undefined,
      () => undefined,
    ),
    new Promise((resolve) => (timer = setTimeout(resolve, milliseconds))),
  ]);
  clearTimeout(timer);
};

/** Workers that take their work from queues in a Redis. */
class QueueFleet implements Fleet {
  private readonly id = randomBytes(8).toString('hex');
  private readonly known = new Map<string, Known>();
  /** By worker; answers may come before it is known who that is. */
  private readonly tallies = new Map<string, Tally>();
  private readonly strangers = new Set<string>();
  private readonly queues = new Map<string, { readonly asked: AskedQueue; users: number }>();
  private readonly endings = new Map<string, Promise<void>>();
  /** When Redis last did all that it was asked for, and when this process last looked. */
  private heard = performance.now();
  private looked = performance.now();
  private lastFault = 'there is no answer';
  private isBeating = false;
  private hasWaited = false;
  private gone: Error | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly store: Store,
    private readonly options: QueueFleetOptions,
  ) {
    const { patience = PATIENCE } = options;
    this.timer = setInterval(() => void this.beat(), Math.min(BEAT, patience / 5));
  }

  private get shown(): string {
    return this.options.address.shown;
  }

  private get threads(): number {
    let sum = 0;
    for (const { isThere, record } of this.known.values()) if (isThere) sum += record.threads;
    return sum;
  }

  source({ space, values }: WorkerSetup): PoolSource {
    const setup = { space, values };
    const hash = setupHash(this.options.version, setup);
    return {
      open: () => this.open(hash, setup),
      // Without workers a few jobs wait for the first.
      inFlight: () => Math.max(2, 2 * this.threads),
      batchMilliseconds: BATCH_MILLISECONDS,
    };
  }

  counts(): ReturnType<Fleet['counts']> {
    return Array.from(this.known, ([id, { record, losses }]) => ({
      ...{ name: record.name, threads: record.threads },
      ...(this.tallies.get(id) ?? NOTHING),
      losses,
    }));
  }

  present(): number {
    return [...this.known.values()].filter(({ isThere }) => isThere).length;
  }

  /** Looks who is there. */
  async start(): Promise<void> {
    await this.lookForWorkers();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    for (const hash of [...this.queues.keys()]) this.end(hash);
    await atMost(FAREWELL, Promise.all(this.endings.values()));
    this.store.connection.close();
  }

  private open(hash: string, setup: QueueSetup): Pool {
    const queue = this.queues.get(hash) ?? { asked: this.askedQueue(hash, setup), users: 0 };
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
      destroy: async () => {
        if (!isOpen) return;
        isOpen = false;
        queue.asked.forget(owner);
        if (--queue.users === 0) this.end(hash);
        await Promise.resolve();
      },
    };
  }

  private askedQueue(hash: string, setup: QueueSetup): AskedQueue {
    const asked: AskedQueue = new AskedQueue(
      this.store,
      hash,
      setup,
      {
        onDone: (worker, question, result) => {
          const tally = this.tallyOf(worker);
          tally.jobs++;
          tally.designs += designsOf(question, result);
        },
        onRetry: (worker) => this.tallyOf(worker).retries++,
        onNote: this.options.onNote,
      },
      () => this.sayOf(asked, setup),
      this.endings.get(hash) ?? Promise.resolve(),
    );
    return asked;
  }

  private tallyOf(worker: string): Tally {
    const tally = this.tallies.get(worker) ?? { ...NOTHING };
    this.tallies.set(worker, tally);
    return tally;
  }

  private sayOf({ hash, done }: AskedQueue, { space }: QueueSetup): Promise<void> {
    const { version } = this.options;
    const by = `${hostname()}:${process.pid}`;
    return this.store.sayOfSearch(this.id, { hash, version, model: space.network.name, by, done });
  }

  /** Closes a queue that nobody uses, and removes what belongs to it. */
  private end(hash: string): void {
    const queue = this.queues.get(hash);
    if (queue === undefined) return;
    this.queues.delete(hash);
    const ending = queue.asked
      .close(() => this.store.endSearch(this.id, hash))
      .catch(() => undefined)
      .finally(() => {
        if (this.endings.get(hash) === ending) this.endings.delete(hash);
      });
    this.endings.set(hash, ending);
  }

  private async beat(): Promise<void> {
    this.watch();
    if (this.isBeating || this.gone !== undefined) return;
    this.isBeating = true;
    try {
      await this.lookForWorkers();
      for (const { asked } of [...this.queues.values()]) await asked.look();
      this.heard = performance.now();
    } catch (error) {
      this.lastFault = faultOf(error);
    } finally {
      this.isBeating = false;
    }
    this.sayWhoWorks();
  }

  /** Gives up where Redis has been away for too long, unless it was this process that did not look. */
  private watch(): void {
    const { patience = PATIENCE } = this.options;
    const now = performance.now();
    if (now - this.looked > patience / 2) this.heard = Math.max(this.heard, now - patience / 2);
    this.looked = now;
    if (this.gone !== undefined || now - this.heard < patience) return;
    const seconds = Math.round(patience / 1000);
    this.gone = inputError(`the queue ${this.shown} could not be used for ${seconds} s: ${this.lastFault}`);
    for (const { asked } of this.queues.values()) asked.failAll(this.gone);
  }

  /** Hears why Redis is away. */
  lose(reason: string): void {
    this.lastFault = reason;
    const { patience = PATIENCE } = this.options;
    this.options.onNote(
      `the queue ${this.shown} cannot be reached (${reason}); it is waited for up to ${Math.round(patience / 1000)} s`,
    );
  }

  private async lookForWorkers(): Promise<void> {
    const records = await this.store.workers();
    const now = performance.now();
    const { version, onLoss, onNote } = this.options;
    for (const record of records) {
      if (record.version !== version) {
        if (!this.strangers.has(record.id))
          onNote(
            `worker ${record.name} is version ${record.version} of the program, and this is version ${version}; it is left out`,
          );
        this.strangers.add(record.id);
        continue;
      }
      const known = this.known.get(record.id);
      if (known === undefined)
        this.known.set(record.id, {
          ...{ record, losses: 0, isThere: !record.left, seen: now },
        });
      else Object.assign(known, { record, isThere: !record.left, seen: now });
    }
    for (const known of this.known.values()) {
      if (!known.isThere || now - known.seen < LOST_AFTER) continue;
      known.isThere = false;
      known.losses++;
      onLoss(`worker ${known.record.name}: nothing was heard of it; what it was doing goes to others`);
    }
  }

  /** Says once that there is nobody for the work, until there is. */
  private sayWhoWorks(): void {
    const isWaiting = this.threads === 0;
    const hasWork = [...this.queues.values()].some(({ asked }) => asked.open > 0);
    if (isWaiting && !this.hasWaited && hasWork)
      this.options.onNote(`no worker is at ${this.shown}; the search waits until one is started`);
    this.hasWaited = isWaiting && (this.hasWaited || hasWork);
  }
}

/**
 * Connects to a queue.
 * @throws an input error where it cannot be used
 */
export const openQueueFleet = async (options: QueueFleetOptions): Promise<Fleet> => {
  const { address, signal, onNote } = options;
  const opened: { fleet?: QueueFleet } = {};
  const connection = await connect(address, { signal, onLoss: (reason) => opened.fleet?.lose(reason) });
  const store = new Store(connection);
  (await store.warnings()).forEach(onNote);
  const fleet = new QueueFleet(store, options);
  opened.fleet = fleet;
  try {
    await fleet.start();
  } catch (error) {
    await fleet.close();
    throw inputError(`the queue ${address.shown} cannot be used: ${faultOf(error)}`, error);
  }
  return fleet;
};
