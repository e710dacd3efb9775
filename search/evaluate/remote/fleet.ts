import { inputError } from '../../../src/errors.js';
import type { WorkerSetup } from '../batch.js';
import { PROCESS_BATCHES } from '../batch-size.js';
import { Tally, type WorkerCount } from '../counts.js';
import type { Pool, PoolSource } from '../pool.js';
import { frameOf } from './frames.js';
import { Link, type WorkerCommand } from './link.js';
import { setupMessage, type FromWorker, type ToWorker } from './messages.js';
import { designsOf, isResultOf, type FleetPool, type QueuedJob } from './queued-job.js';

/** A worker may be silent for so many milliseconds, and may take so many for its greeting. */
const SILENCE = 10_000;
const PATIENCE = 60_000;
/** A worker that was there is started again so many times. */
const MOST_STARTS = 10;
/** A job with which so many workers were lost goes to no other. */
const MOST_LOSSES = 3;
/** When all is done, workers have so many milliseconds to end by themselves. */
const FAREWELL = 2000;

/** Which workers there are. */
export interface FleetOptions {
  readonly commands: readonly WorkerCommand[];
  /** Version of the program, which the workers have to have too. */
  readonly version: string;
  /** Hears in a sentence of workers that are lost. */
  readonly onLoss: (text: string) => void;
  /** Milliseconds after which a silent worker is lost. */
  readonly silence?: number;
}

/** Worker processes, here or on other machines, that many sessions share. */
export interface Fleet {
  /** Workers for a space. */
  readonly source: (setup: WorkerSetup) => PoolSource;
  readonly counts: () => readonly WorkerCount[];
  /** Workers that are there now. */
  readonly present: () => number;
  readonly close: () => Promise<void>;
}

/** A place for a worker, which may be taken by several processes one after another. */
class Slot {
  link: Link | undefined;
  starts = 0;
  readonly tally: Tally;
  /** Pools that its process knows, and jobs that it has. */
  readonly knows = new Set<number>();
  readonly has = new Map<number, QueuedJob>();

  constructor(readonly command: WorkerCommand) {
    this.tally = new Tally(command.name, 0);
  }

  /** Jobs that it could take: one is being done and one is waiting for each thread. */
  get room(): number {
    return this.link?.isReady === true ? 2 * this.link.threads - this.has.size : 0;
  }
}

class Workers implements Fleet {
  private readonly slots: Slot[];
  private readonly pools = new Set<FleetPool>();
  private waiting: QueuedJob[] = [];
  /** Number of the last pool or job. */
  private last = 0;
  private lastReason = '';
  private closing = false;
  private looked = performance.now();
  private readonly watch: NodeJS.Timeout;
  private whenSettled: (() => void) | undefined;

  constructor(private readonly options: FleetOptions) {
    const { silence = SILENCE } = options;
    this.slots = options.commands.map((command) => new Slot(command));
    this.watch = setInterval(() => this.look(silence), silence / 5);
    process.on('exit', this.killAll);
  }

  /**
   * Starts all workers, and waits until each has greeted or is lost.
   * @throws an input error where none is left
   */
  async start(): Promise<void> {
    const settled = new Promise<void>((resolve) => (this.whenSettled = resolve));
    for (const slot of this.slots) this.launch(slot);
    await settled;
    this.whenSettled = undefined;
    if (this.isEmpty()) throw this.noneLeft();
  }

  source({ space, values }: WorkerSetup): PoolSource {
    const threads = this.slots.reduce((sum, { tally }) => sum + tally.threads, 0);
    return {
      open: () => {
        const number = ++this.last;
        const pool: FleetPool = { number, space, setup: frameOf(setupMessage(number, space, values)) };
        this.pools.add(pool);
        return this.poolOf(pool);
      },
      inFlight: () => 2 * threads,
      batches: PROCESS_BATCHES,
    };
  }

  counts(): WorkerCount[] {
    return this.slots.map(({ tally }) => tally.count);
  }

  present(): number {
    return this.slots.filter(({ link }) => link?.isReady === true).length;
  }

  async close(): Promise<void> {
    this.closing = true;
    clearInterval(this.watch);
    process.off('exit', this.killAll);
    await Promise.all(this.slots.map(async ({ link }) => link?.close(FAREWELL)));
  }

  private readonly killAll = (): void =>
    this.slots.forEach(({ link }) => link?.isGone === false && link.kill());

  private isEmpty(): boolean {
    return this.slots.every(({ link }) => link === undefined);
  }

  private noneLeft(): Error {
    return inputError(`no worker is left: ${this.lastReason}`);
  }

  private poolOf(pool: FleetPool): Pool {
    return {
      run: (kind, task) =>
        new Promise((resolve, reject) => {
          const job: QueuedJob = {
            ...{ id: ++this.last, pool, kind, task, reject, losses: 0 },
            resolve: resolve as (result: unknown) => void,
          };
          this.waiting.push(job);
          this.handOut();
        }),
      isEmpty: () => this.isEmpty(),
      destroy: () => {
        this.forget(pool);
        return Promise.resolve();
      },
    };
  }

  /** Somebody waits for the answer. */
  private readonly isWanted = ({ pool }: QueuedJob): boolean => this.pools.has(pool);

  private forget(pool: FleetPool): void {
    if (!this.pools.delete(pool)) return;
    const drop = (job: QueuedJob): void => {
      if (job.pool === pool) job.reject(new Error('the work was ended'));
    };
    this.waiting.forEach(drop);
    this.waiting = this.waiting.filter(this.isWanted);
    for (const { link, knows, has } of this.slots) {
      has.forEach(drop);
      if (knows.delete(pool.number))
        link?.send(frameOf({ kind: 'forget', pool: pool.number } satisfies ToWorker));
    }
  }

  /** Gives waiting jobs to whoever has most room. */
  private handOut(): void {
    if (this.isEmpty()) {
      const error = this.noneLeft();
      this.waiting.splice(0).forEach(({ reject }) => reject(error));
      return;
    }
    while (this.waiting.length > 0) {
      const [slot] = this.slots.filter(({ room }) => room > 0).sort((a, b) => b.room - a.room);
      if (slot === undefined) return;
      const job = this.waiting.shift()!;
      const { pool, id, kind, task } = job;
      if (!slot.knows.has(pool.number)) {
        slot.knows.add(pool.number);
        slot.link!.send(pool.setup);
      }
      slot.has.set(id, job);
      slot.link!.send(frameOf({ kind: 'job', id, pool: pool.number, job: kind, task }));
    }
  }

  private launch(slot: Slot): void {
    slot.starts++;
    const link = new Link(slot.command, this.options.version, {
      onReady: () => {
        slot.tally.threads = link.threads;
        this.settle();
        this.handOut();
      },
      onMessage: (message) => this.hear(slot, message),
      onGone: (reason, again) => this.lose(slot, reason, again),
    });
    slot.link = link;
  }

  private settle(): void {
    if (this.slots.every(({ link }) => link === undefined || link.isReady)) this.whenSettled?.();
  }

  private hear(slot: Slot, message: FromWorker): void {
    if (message.kind === 'beat') return;
    const job = slot.has.get(message.id);
    if (job === undefined) throw new Error('it answers what nobody asked');
    const isWanted = this.isWanted(job);
    if (message.kind === 'done' && isWanted && !isResultOf(job, message.result))
      throw new Error('an answer does not fit its question');
    slot.has.delete(message.id);
    if (message.kind === 'done') {
      slot.tally.finish(isWanted ? designsOf(job, message.result) : 0);
      job.resolve(message.result);
    } else {
      // Designs that end the thread which evaluates them are no error of the batch: it is tried again in halves.
      if (job.kind === 'batch' && isWanted) slot.tally.lose(1);
      job.reject(new Error(message.reason));
    }
    this.handOut();
  }

  /** What a lost worker had goes to others. */
  private lose(slot: Slot, reason: string, again: boolean): void {
    const { command, has, knows, tally } = slot;
    slot.link = undefined;
    this.lastReason = `${command.name}: ${reason}`;
    const left = [...has.values()].filter(this.isWanted);
    has.clear();
    knows.clear();
    tally.lose(left.length);
    if (this.closing) return;
    const starts = again && slot.starts < MOST_STARTS;
    this.options.onLoss(`worker ${this.lastReason}; ${starts ? 'it is started again' : 'it is left out'}`);
    for (const job of left.reverse()) {
      if (++job.losses < MOST_LOSSES) this.waiting.unshift(job);
      else job.reject(new Error(reason));
    }
    if (starts) this.launch(slot);
    this.settle();
    this.handOut();
  }

  /** Loses those that have been silent for too long, unless it was this process that did not listen. */
  private look(silence: number): void {
    const now = performance.now();
    const wasAway = now - this.looked > silence / 2;
    this.looked = now;
    for (const { link } of this.slots) {
      if (link === undefined) continue;
      if (wasAway) link.heard = Math.max(link.heard, now - silence / 2);
      const most = link.isReady ? silence : PATIENCE;
      const seconds = Math.round(most / 1000);
      if (now - link.heard > most) link.lose(`nothing was heard of it for ${seconds} s`, link.isReady);
    }
  }
}

/**
 * Starts workers and waits for their greetings.
 * @throws an input error where none of them can be used
 */
export const openFleet = async (options: FleetOptions): Promise<Fleet> => {
  const workers = new Workers(options);
  try {
    await workers.start();
    return {
      source: (setup) => workers.source(setup),
      counts: () => workers.counts(),
      present: () => workers.present(),
      close: () => workers.close(),
    };
  } catch (error) {
    await workers.close();
    throw error;
  }
};
