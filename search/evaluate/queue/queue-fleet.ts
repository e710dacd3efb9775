import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { inputError } from '../../../src/errors.js';
import type { WorkerSetup } from '../batch.js';
import { PROCESS_BATCHES } from '../batch-size.js';
import type { PoolSource } from '../pool.js';
import type { Fleet } from '../remote/fleet.js';
import { designsOf } from '../remote/queued-job.js';
import type { QueueAddress } from './address.js';
import { atMost } from './at-most.js';
import { AskedQueue } from './asked.js';
import { connect, faultOf } from './connection.js';
import { Patience } from './patience.js';
import { setupHash, type QueueSetup } from './payloads.js';
import { Presence } from './presence.js';
import { Roster, type RosterOptions } from './roster.js';
import { settingWarnings } from './settings.js';
import { SharedQueues } from './shared-queues.js';
import { Store } from './store.js';

/** So often a search says that it is there, and looks for its workers, in milliseconds. */
const BEAT = 1000;
/** A Redis that does not do its work for so many ends the search. */
const PATIENCE = 60_000;
/** When all is done, what is left is removed within so many. */
const FAREWELL = 1500;

/** Which queue there is, and who hears of it. */
export interface QueueFleetOptions extends RosterOptions {
  readonly address: QueueAddress;
  /** Ends the attempt to get there. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for which a Redis may be away. */
  readonly patience?: number | undefined;
}

/** Workers that take their work from queues in a Redis. */
class QueueFleet implements Fleet {
  private readonly id = randomBytes(8).toString('hex');
  private readonly presence: Presence;
  private readonly roster: Roster;
  private readonly queues: SharedQueues;
  private readonly patience: Patience;
  private readonly timer: NodeJS.Timeout;
  private lastFault = 'there is no answer';
  private isBeating = false;
  private isGone = false;
  private hasWaited = false;

  constructor(
    private readonly store: Store,
    private readonly options: QueueFleetOptions,
  ) {
    const { patience = PATIENCE } = options;
    this.presence = new Presence(store);
    this.roster = new Roster(options);
    this.patience = new Patience(patience);
    this.queues = new SharedQueues({
      open: (...queue) => this.askedQueue(...queue),
      end: (hash) => this.presence.endSearch(this.id, hash),
    });
    this.timer = setInterval(() => void this.beat(), Math.min(BEAT, patience / 5));
  }

  source({ space, values }: WorkerSetup): PoolSource {
    const setup = { space, values };
    const hash = setupHash(this.options.version, setup);
    return {
      open: () => this.queues.open(hash, setup),
      // Without workers a few jobs wait for the first.
      inFlight: () => Math.max(2, 2 * this.roster.threads()),
      batches: PROCESS_BATCHES,
    };
  }

  counts(): ReturnType<Fleet['counts']> {
    return this.roster.counts();
  }

  present(): number {
    return this.roster.present();
  }

  /** Looks who is there. */
  async start(): Promise<void> {
    this.roster.look(await this.presence.workers());
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await atMost(FAREWELL, this.queues.close());
    this.store.connection.close();
  }

  /** Hears why Redis is away. */
  lose(reason: string): void {
    this.lastFault = reason;
    const { address, onNote } = this.options;
    onNote(
      `the queue ${address.shown} cannot be reached (${reason}); it is waited for up to ${this.patience.seconds} s`,
    );
  }

  private askedQueue(hash: string, setup: QueueSetup, after: Promise<void>): AskedQueue {
    const { version, onNote } = this.options;
    const model = setup.space.network.name;
    const by = `${hostname()}:${process.pid}`;
    const asked: AskedQueue = new AskedQueue(
      this.store,
      hash,
      setup,
      {
        onDone: (worker, question, result) => this.roster.tally(worker).finish(designsOf(question, result)),
        onRetry: (worker) => this.roster.tally(worker).retries++,
        onNote,
      },
      () => this.presence.sayOfSearch(this.id, { hash, version, model, by, done: asked.done }),
      after,
    );
    return asked;
  }

  private async beat(): Promise<void> {
    if (this.isGone) return;
    if (this.patience.isOver()) {
      this.giveUp();
      return;
    }
    if (this.isBeating) return;
    this.isBeating = true;
    try {
      this.roster.look(await this.presence.workers());
      for (const asked of this.queues.asked) await asked.look();
      this.patience.hear();
    } catch (error) {
      this.lastFault = faultOf(error);
    } finally {
      this.isBeating = false;
    }
    this.sayWhoWorks();
  }

  private giveUp(): void {
    const { shown } = this.options.address;
    this.isGone = true;
    this.queues.fail(
      inputError(`the queue ${shown} could not be used for ${this.patience.seconds} s: ${this.lastFault}`),
    );
  }

  /** Says once that there is nobody for the work, until there is. */
  private sayWhoWorks(): void {
    const { address, onNote } = this.options;
    const isWaiting = this.roster.threads() === 0;
    const { hasWork } = this.queues;
    if (isWaiting && !this.hasWaited && hasWork)
      onNote(`no worker is at ${address.shown}; the search waits until one is started`);
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
  (await settingWarnings(connection)).forEach(onNote);
  const fleet = new QueueFleet(new Store(connection), options);
  opened.fleet = fleet;
  try {
    await fleet.start();
  } catch (error) {
    await fleet.close();
    throw inputError(`the queue ${address.shown} cannot be used: ${faultOf(error)}`, error);
  }
  return fleet;
};
