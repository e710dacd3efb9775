import { createRequire } from 'node:module';
import { inputError } from '../../../src/errors.js';
import type { QueueAddress } from './address.js';

/** The package, as far as it is used here. */
export type BullMQ = typeof import('bullmq');

/** Version of the package that the sentence names where it is missing; that of the tests. */
const PACKAGE = 'bullmq@5';

/** An entry of a stream: its place, and fields with their values. */
export type StreamEntry = readonly [place: Buffer, fields: readonly Buffer[]];

/** Commands of Redis that are used beside those of the package. */
export interface Redis {
  readonly status: string;
  /** Another connection to the same. */
  readonly duplicate: () => Redis;
  readonly get: (key: string) => Promise<string | null>;
  readonly getBuffer: (key: string) => Promise<Buffer | null>;
  readonly hmget: (key: string, ...fields: string[]) => Promise<(string | null)[]>;
  readonly mget: (keys: readonly string[]) => Promise<(string | null)[]>;
  readonly set: (key: string, value: string | Buffer, unit: 'PX', milliseconds: number) => Promise<unknown>;
  readonly exists: (key: string) => Promise<number>;
  readonly pexpire: (key: string, milliseconds: number) => Promise<number>;
  readonly unlink: (...keys: string[]) => Promise<number>;
  readonly sadd: (key: string, ...members: string[]) => Promise<number>;
  readonly srem: (key: string, ...members: string[]) => Promise<number>;
  readonly smembers: (key: string) => Promise<string[]>;
  readonly llen: (key: string) => Promise<number>;
  readonly scan: (
    cursor: string,
    match: 'MATCH',
    pattern: string,
    count: 'COUNT',
    most: number,
  ) => Promise<[cursor: string, keys: string[]]>;
  readonly xrangeBuffer: (key: string, from: string, to: string) => Promise<StreamEntry[]>;
  readonly xreadBuffer: (
    block: 'BLOCK',
    milliseconds: number,
    streams: 'STREAMS',
    key: string,
    after: string,
  ) => Promise<readonly (readonly [key: Buffer, entries: readonly StreamEntry[]])[] | null>;
  readonly xdel: (key: string, ...places: string[]) => Promise<number>;
  readonly eval: (script: string, keys: number, ...values: (string | number | Buffer)[]) => Promise<unknown>;
  readonly config: (get: 'GET', name: string) => Promise<string[]>;
  readonly disconnect: () => void;
  readonly on: (event: 'error' | 'close' | 'ready', listener: (error?: Error) => void) => unknown;
}

/** A Redis that answers. */
export interface Connection {
  readonly bullmq: BullMQ;
  readonly redis: Redis;
  /** The same for what the package makes: it opens more connections where a command blocks. */
  readonly shared: import('bullmq').ConnectionOptions;
  readonly address: QueueAddress;
  readonly close: () => void;
}

/** What may be told of a connection. */
export interface ConnectOptions {
  /** Aborting it ends the attempt. */
  readonly signal?: AbortSignal | undefined;
  /** Hears once whenever the connection is lost, with the reason. */
  readonly onLoss?: (reason: string) => void;
}

/** An answer at the start has to come within so many milliseconds. */
const PATIENCE = 5000;
/** A lost connection is tried again after so many. */
const AGAIN_AFTER = 500;

const loadPackage = async (): Promise<BullMQ> => {
  try {
    createRequire(import.meta.url).resolve('bullmq');
  } catch (error) {
    throw inputError(
      `queues need the package bullmq, which is not installed; install it beside this program with npm install ${PACKAGE}`,
      error,
    );
  }
  return import('bullmq');
};

/** Why a Redis was not reached, in few words. */
export const faultOf = (error: unknown): string => {
  const { message, code } = error as { readonly message?: string; readonly code?: string };
  return (message || code || String(error)).split('\n')[0]!;
};

/**
 * Connects to a Redis. Once it has answered, a lost connection is made again until it is closed.
 * @throws an input error where the package is missing or nothing answers
 */
export const connect = async (
  address: QueueAddress,
  { signal, onLoss }: ConnectOptions = {},
): Promise<Connection> => {
  const bullmq = await loadPackage();
  const { host, port, username, password, database, isEncrypted, shown } = address;
  let [wasReady, isLost, isClosed] = [false, false, false];
  let lastFault = 'there is no answer';
  const connection = new bullmq.RedisConnection(
    {
      ...{ host, port, db: database, maxRetriesPerRequest: null, connectTimeout: PATIENCE },
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(isEncrypted && { tls: { servername: host } }),
      retryStrategy: () => (wasReady ? AGAIN_AFTER : null),
    },
    { blocking: false, shared: false, skipVersionCheck: true },
  );
  connection.on('error', (error: unknown) => (lastFault = faultOf(error)));
  const giveUp = (): void => void connection.close(true).catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  let abort: (() => void) | undefined;
  try {
    const shared = await Promise.race([
      connection.client,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('there is no answer')), PATIENCE);
        abort = () => reject(new Error('it was not waited for'));
        if (signal?.aborted === true) abort();
        signal?.addEventListener('abort', abort);
      }),
    ]);
    wasReady = true;
    const redis = shared as unknown as Redis;
    redis.on('close', () => {
      if (isLost || isClosed) return;
      isLost = true;
      // The reason comes a moment later, with the next attempt.
      setTimeout(() => {
        if (isLost && !isClosed) onLoss?.(lastFault);
      }, 2 * AGAIN_AFTER).unref();
    });
    redis.on('ready', () => (isLost = false));
    const close = (): void => {
      isClosed = true;
      redis.disconnect();
    };
    return { bullmq, redis, shared: shared as import('bullmq').ConnectionOptions, address, close };
  } catch (error) {
    giveUp();
    throw inputError(`the queue ${shown} cannot be reached: ${faultOf(error)}`);
  } finally {
    clearTimeout(timer);
    if (abort !== undefined) signal?.removeEventListener('abort', abort);
  }
};
