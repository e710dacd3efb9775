import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { inputError, ParetouError } from '../../../src/errors.js';
import { plural } from '../../../src/text.js';
import { reasonOf } from '../batch.js';
import type { QueueAddress } from './address.js';
import { atMost } from './at-most.js';
import { connect } from './connection.js';
import { Lane, LOCK_TIMES, type LockTimes } from './lane.js';
import { readSetup, type QueueSetup } from './payloads.js';
import { Presence } from './presence.js';
import { shareLanes } from './share-lanes.js';
import { settingWarnings } from './settings.js';
import { Store } from './store.js';

/** So often a worker looks for searches, in milliseconds: while one of its threads is idle, and while all are busy. */
const LOOK = { idle: 50, busy: 250 };
/** So often it says that it is there. */
const BEAT = 1000;
/** A Redis that is away for so long ends a worker. */
const PATIENCE = 600_000;
/** What is being done at the end may take so many milliseconds, and what a Redis then has to hear. */
const FAREWELL = 5000;
const LAST_WORDS = 1000;
/** A search that is no longer there is left after so long. */
const LEAVE_AFTER = 3000;

/** A worker that takes its work from queues. */
export interface ServeQueueOptions {
  readonly address: QueueAddress;
  readonly threads: number;
  /** Version of the program. */
  readonly version: string;
  /** Ends the worker. */
  readonly signal: AbortSignal;
  /** Hears in a sentence what happens. */
  readonly onNote: (text: string) => void;
  readonly times?: LockTimes;
  /** URL of the built thread, where it is not beside the module of threads. */
  readonly thread?: URL;
}

/** Setups that lanes are at: read once, and refused once. */
const setupsFrom = (
  store: Store,
  version: string,
): {
  readonly setup: (hash: string) => Promise<QueueSetup>;
  readonly keep: (hashes: ReadonlySet<string>) => void;
} => {
  const setups = new Map<string, Promise<QueueSetup>>();
  const read = async (hash: string): Promise<QueueSetup> => {
    const bytes = await store.setup(hash);
    if (bytes === null) throw new Error('its space is not there');
    return readSetup(bytes, hash, version);
  };
  return {
    setup: (hash) => {
      const known = setups.get(hash) ?? read(hash);
      setups.set(hash, known);
      return known;
    },
    keep: (hashes) => {
      for (const hash of setups.keys()) if (!hashes.has(hash)) setups.delete(hash);
    },
  };
};

/**
 * Evaluates designs for searches that put them into queues, until it is ended. Where Redis does not answer at the end, connections
 * stay that keep the process.
 * @throws an input error where the queue cannot be used, or no thread can be started
 */
export const serveQueue = async (options: ServeQueueOptions): Promise<void> => {
  const { address, threads, version, signal, onNote, times = LOCK_TIMES, thread } = options;
  const connection = await connect(address, {
    signal,
    onLoss: (reason) => onNote(`the queue ${address.shown} cannot be reached (${reason}); trying again`),
  });
  const store = new Store(connection);
  const presence = new Presence(store);
  (await settingWarnings(connection)).forEach(onNote);
  const id = randomBytes(8).toString('hex');
  const setups = setupsFrom(store, version);
  let broken = false;
  const lanes = Array.from(
    { length: threads },
    () =>
      new Lane({
        ...{ store, worker: id, setup: setups.setup, times, onNote, thread },
        onBroken: () => (broken = true),
      }),
  );
  const refused = new Map<string, number>();
  const lastSeen = new Map<string, number>();
  const greeted = new Set<string>();
  const name = `${hostname()}:${process.pid}`;
  const say = (left: boolean): Promise<void> => {
    const serves = [...new Set(lanes.flatMap(({ state: { hash } }) => hash ?? []))];
    return presence.sayOfWorker({ id, version, name, threads, serves, left });
  };

  /** Looks for searches, and shares the lanes among them. */
  const look = async (): Promise<void> => {
    const now = performance.now();
    const searches = (await presence.searches()).filter((search) => search.version === version);
    for (const { hash, model, by } of searches) {
      lastSeen.set(hash, now);
      const greeting = `works for a search of ${model} by ${by}`;
      if (!greeted.has(greeting)) onNote(greeting);
      greeted.add(greeting);
    }
    for (const [hash, seen] of lastSeen) if (now - seen > LEAVE_AFTER) lastSeen.delete(hash);
    for (const hash of refused.keys()) if (!lastSeen.has(hash)) refused.delete(hash);
    const open = [...lastSeen.keys()].filter((hash) => !refused.has(hash));
    const queues = await Promise.all(open.map(async (hash) => ({ hash, ...(await store.depth(hash)) })));
    for (const { lane, to } of shareLanes(
      lanes.map(({ state }) => state),
      queues,
    )) {
      const { hash } = lanes[lane]!.state;
      void lanes[lane]!.move(to, hash === undefined || !open.includes(hash)).catch((error: unknown) => {
        if (to === undefined || refused.has(to)) return;
        refused.set(to, now);
        onNote(`a search is refused, since ${reasonOf(error)}`);
      });
    }
    setups.keep(new Set([...open, ...lanes.flatMap(({ state: { hash } }) => hash ?? [])]));
  };

  let heard = performance.now();
  const over = new AbortController();
  const isOver = (): boolean => over.signal.aborted;
  const serveUntilOver = async (): Promise<void> => {
    let said = -Infinity;
    while (!signal.aborted && !isOver()) {
      if (broken) throw inputError('the worker ends, since none of its threads could be started');
      try {
        await look();
        if (!isOver() && performance.now() - said > BEAT) {
          await say(false);
          said = performance.now();
        }
        heard = performance.now();
      } catch (error) {
        if (error instanceof ParetouError) throw error;
      }
      const isBusy = lanes.every(({ state }) => state.isBusy);
      await new Promise((resolve) => setTimeout(resolve, isBusy ? LOOK.busy : LOOK.idle));
    }
  };
  const ended = new Promise<void>((resolve, reject) => {
    const watch = setInterval(() => {
      if (performance.now() - heard > PATIENCE)
        reject(inputError(`the queue ${address.shown} could not be used for ${PATIENCE / 1000} s`));
    }, BEAT);
    over.signal.addEventListener('abort', () => clearInterval(watch));
    signal.addEventListener('abort', () => resolve(), { signal: over.signal });
  });
  try {
    onNote(`worker ${name} with ${plural(threads, 'thread')} waits for searches at ${address.shown}`);
    await Promise.race([serveUntilOver(), ended]);
  } finally {
    over.abort();
    const closing = Promise.allSettled(lanes.map((lane) => lane.close(FAREWELL)));
    const isDone = await atMost(FAREWELL + LAST_WORDS, closing);
    // Where Redis does not answer, the connection stays: the package would try again and again, without a pause, on a closed one.
    if (isDone && connection.redis.status === 'ready') {
      await atMost(LAST_WORDS, say(true));
      connection.close();
    }
  }
};
