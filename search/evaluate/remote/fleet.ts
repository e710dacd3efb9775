import { inputError } from '../../../src/errors.js';
import { radicesOf, type Space } from '../../space/space.js';
import type { Batch, WorkerSetup } from '../batch.js';
import type { Jobs, Pool, PoolSource } from '../pool.js';
import { isBatchResult, isSegments, isWalkResult } from '../shapes.js';
import type { WalkTask } from '../walk-tasks.js';
import { frameOf } from './frames.js';
import { Link, type WorkerCommand } from './link.js';
import { setupMessage, type FromWorker, type ToWorker } from './messages.js';

/** A worker may be silent for so many milliseconds, and may take so many for its greeting. */
const SILENCE = 10_000;
const PATIENCE = 60_000;
/** A worker that was there is started again so many times. */
const MOST_STARTS = 10;
/** A job that so many workers ended with is no other's. */
const MOST_TRIES = 3;
/** When all is done, workers have so many milliseconds to end by themselves. */
const FAREWELL = 2000;
/** Batches of about so many milliseconds hide the way to another machine. */
const BATCH_MILLISECONDS = 100;

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

/** What a worker did. */
export interface WorkerCount {
  readonly name: string;
  readonly threads: number;
  /** Batches and other jobs that it finished, and designs in these. */
  readonly jobs: number;
  readonly designs: number;
  /** Times that it was lost. */
  readonly losses: number;
}

/** Worker processes, here or on other machines, that many sessions share. */
export interface Fleet {
  /** Workers for a space. */
  readonly source: (setup: WorkerSetup) => PoolSource;
  readonly counts: () => readonly WorkerCount[];
  readonly close: () => Promise<void>;
}

/** A job that is to be done. */
interface Errand {
  readonly id: number;
  readonly pool: FleetPool;
  readonly kind: keyof Jobs;
  readonly task: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  tries: number;
  /** Nobody waits for it any more. */
  isDropped: boolean;
}

/** What is shared by all jobs of one session. */
interface FleetPool {
  readonly number: number;
  readonly space: Space;
  readonly setup: Buffer;
  onEmpty: () => void;
}

/** A place for a worker, which may be taken by several processes one after another. */
class Berth {
  link: Link | undefined;
  starts = 0;
  threads = 0;
  jobs = 0;
  designs = 0;
  losses = 0;
  /** Pools that its process knows, and jobs that it has. */
  readonly knows = new Set<number>();
  readonly has = new Map<number, Errand>();

  constructor(readonly command: WorkerCommand) {}

  /** Jobs that it could take: one is being done and one is waiting for each thread. */
  get room(): number {
    return this.link?.isReady === true ? 2 * this.link.threads - this.has.size : 0;
  }
}

const isResultOf = ({ kind, task, pool: { space } }: Errand, result: unknown): boolean => {
  const { length: width } = radicesOf(space);
  if (kind === 'batch') return isBatchResult(result, task as Batch);
  return kind === 'walk'
    ? isWalkResult(result, task as WalkTask, width)
    : isSegments(result, space.systems.length, width);
};

const designsOf = ({ kind, task }: Errand, result: unknown): number => {
  if (kind === 'segments') return 0;
  return kind === 'batch'
    ? (task as Batch).digits.length / (task as Batch).width
    : (result as Jobs['walk']['result']).visited;
};

class Workers implements Fleet {
  private readonly berths: Berth[];
  private readonly pools = new Set<FleetPool>();
  private waiting: Errand[] = [];
  private jobs = 0;
  private lastReason = '';
  private closing = false;
  private looked = performance.now();
  private readonly watch: NodeJS.Timeout;
  private whenSettled: (() => void) | undefined;

  constructor(private readonly options: FleetOptions) {
    const { silence = SILENCE } = options;
    this.berths = options.commands.map((command) => new Berth(command));
    this.watch = setInterval(() => this.look(silence), silence / 5);
    process.on('exit', this.killAll);
  }

  /**
   * Starts all workers, and waits until each has greeted or is lost.
   * @throws an input error where none is left
   */
  async start(): Promise<void> {
    const settled = new Promise<void>((resolve) => (this.whenSettled = resolve));
    for (const berth of this.berths) this.launch(berth);
    await settled;
    this.whenSettled = undefined;
    if (this.isEmpty()) throw this.noneLeft();
  }

  source({ space, values }: WorkerSetup): PoolSource {
    const threads = this.berths.reduce((sum, { threads: own }) => sum + own, 0);
    return {
      open: (onEmpty) => {
        const number = ++this.jobs;
        const pool: FleetPool = {
          number,
          space,
          setup: frameOf(setupMessage(number, space, values)),
          onEmpty,
        };
        this.pools.add(pool);
        return this.poolOf(pool);
      },
      inFlight: 2 * threads,
      batchMilliseconds: BATCH_MILLISECONDS,
    };
  }

  counts(): WorkerCount[] {
    return this.berths.map(({ command: { name }, threads, jobs, designs, losses }) => ({
      ...{ name, threads, jobs, designs, losses },
    }));
  }

  async close(): Promise<void> {
    this.closing = true;
    clearInterval(this.watch);
    process.off('exit', this.killAll);
    await Promise.all(this.berths.map(async ({ link }) => link?.close(FAREWELL)));
  }

  private readonly killAll = (): void =>
    this.berths.forEach(({ link }) => link?.isGone === false && link.kill());

  private isEmpty(): boolean {
    return this.berths.every(({ link }) => link === undefined);
  }

  private noneLeft(): Error {
    return inputError(`no worker is left: ${this.lastReason}`);
  }

  private poolOf(pool: FleetPool): Pool {
    return {
      run: (kind, task) =>
        new Promise((resolve, reject) => {
          const errand: Errand = {
            ...{ id: ++this.jobs, pool, kind, task, reject, tries: 0, isDropped: false },
            resolve: resolve as (result: unknown) => void,
          };
          this.waiting.push(errand);
          this.handOut();
        }),
      isEmpty: () => this.isEmpty(),
      destroy: () => {
        this.forget(pool);
        return Promise.resolve();
      },
    };
  }

  private forget(pool: FleetPool): void {
    if (!this.pools.delete(pool)) return;
    const drop = (errand: Errand): void => {
      if (errand.pool !== pool) return;
      errand.isDropped = true;
      errand.reject(new Error('the work was ended'));
    };
    this.waiting.forEach(drop);
    this.waiting = this.waiting.filter(({ isDropped }) => !isDropped);
    for (const { link, knows, has } of this.berths) {
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
      const [berth] = this.berths.filter(({ room }) => room > 0).sort((a, b) => b.room - a.room);
      if (berth === undefined) return;
      const errand = this.waiting.shift()!;
      const { pool, id, kind: job, task } = errand;
      if (!berth.knows.has(pool.number)) {
        berth.knows.add(pool.number);
        berth.link!.send(pool.setup);
      }
      berth.has.set(id, errand);
      berth.link!.send(frameOf({ kind: 'job', id, pool: pool.number, job, task }));
    }
  }

  private launch(berth: Berth): void {
    berth.starts++;
    const link = new Link(berth.command, this.options.version, {
      onReady: () => {
        berth.threads = link.threads;
        this.settle();
        this.handOut();
      },
      onMessage: (message) => this.hear(berth, message),
      onGone: (reason, again) => this.lose(berth, reason, again),
    });
    berth.link = link;
  }

  private settle(): void {
    if (this.berths.every(({ link }) => link === undefined || link.isReady)) this.whenSettled?.();
  }

  private hear(berth: Berth, message: FromWorker): void {
    if (message.kind === 'beat') return;
    const errand = berth.has.get(message.id);
    if (errand === undefined) throw new Error('it answers what nobody asked');
    if (message.kind === 'done' && !errand.isDropped && !isResultOf(errand, message.result))
      throw new Error('an answer does not fit its question');
    berth.has.delete(message.id);
    if (message.kind === 'done') {
      berth.jobs++;
      if (!errand.isDropped) berth.designs += designsOf(errand, message.result);
      errand.resolve(message.result);
    } else errand.reject(new Error(message.reason));
    this.handOut();
  }

  /** What a lost worker had goes to others. */
  private lose(berth: Berth, reason: string, again: boolean): void {
    const { command, has, knows } = berth;
    berth.losses++;
    berth.link = undefined;
    this.lastReason = `${command.name}: ${reason}`;
    const left = [...has.values()].filter(({ isDropped }) => !isDropped);
    has.clear();
    knows.clear();
    if (this.closing) return;
    const starts = again && berth.starts < MOST_STARTS;
    this.options.onLoss(`worker ${this.lastReason}; ${starts ? 'it is started again' : 'it is left out'}`);
    for (const errand of left.reverse()) {
      if (++errand.tries < MOST_TRIES) this.waiting.unshift(errand);
      else errand.reject(new Error(reason));
    }
    if (starts) this.launch(berth);
    this.settle();
    this.handOut();
  }

  /** Loses those that have been silent for too long, unless it was this process that did not listen. */
  private look(silence: number): void {
    const now = performance.now();
    const wasAway = now - this.looked > silence / 2;
    this.looked = now;
    for (const { link } of this.berths) {
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
      close: () => workers.close(),
    };
  } catch (error) {
    await workers.close();
    throw error;
  }
};
