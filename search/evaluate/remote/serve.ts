import type { Readable, Writable } from 'node:stream';
import { inputError } from '../../../src/errors.js';
import type { Space } from '../../space/space.js';
import { reasonOf } from '../batch.js';
import type { Pool } from '../pool.js';
import { threadPool } from '../threads.js';
import { frameOf, FrameReader } from './frames.js';
import { greeting, isTask, isToWorker, type FromWorker, type ToWorker } from './messages.js';

/** A worker says so often that it is there, in milliseconds. */
const BEAT = 1000;

/** A worker process: where it hears and speaks, and what it has. */
export interface ServeOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly threads: number;
  /** Version of the program. */
  readonly version: string;
  /** URL of the built thread, where it is not beside the module of threads. */
  readonly worker?: URL;
}

/** Evaluations of a space that was set up. */
interface Served {
  readonly space: Space;
  readonly open: () => Pool;
  pool?: Pool;
}

/**
 * Evaluates designs for another process until that closes the input. The work is done on threads, so that this one always
 * answers.
 * @throws an input error where what arrives is not understood, or no thread can be started
 */
export const serve = async ({ input, output, threads, version, worker }: ServeOptions): Promise<void> => {
  const served = new Map<number, Served>();
  const send = (message: FromWorker): void => void output.write(frameOf(message));

  const forget = async (number: number): Promise<void> => {
    const known = served.get(number);
    served.delete(number);
    await known?.pool?.destroy();
  };
  const work = async (message: Extract<ToWorker, { kind: 'job' }>): Promise<void> => {
    const { id, job, task, pool: number } = message;
    try {
      const own = served.get(number);
      if (own === undefined) throw new Error('its space is not known');
      if (!isTask(own.space, job, task)) throw new Error('it is no task of its space');
      own.pool ??= own.open();
      send({ kind: 'done', id, result: await own.pool.run(job, task) });
    } catch (error) {
      send({ kind: 'failed', id, reason: reasonOf(error) });
    }
  };
  const hear = (message: unknown, fail: (why: unknown) => void): void => {
    if (!isToWorker(message)) throw new Error('a message is not understood');
    if (message.kind === 'setup') {
      const { space, values } = message;
      const source = threadPool({ space, values, evaluator: undefined }, threads, worker);
      const open = (): Pool => source.open(() => fail('none of its threads could be started'));
      served.set(message.pool, { space, open });
    } else if (message.kind === 'forget') void forget(message.pool);
    else void work(message);
  };

  output.write(greeting(version, threads));
  const beat = setInterval(() => send({ kind: 'beat' }), BEAT);
  const reader = new FrameReader();
  try {
    await new Promise<void>((resolve, reject) => {
      const end = (): void => resolve();
      const fail = (why: unknown): void => reject(inputError(`the worker ends, since ${reasonOf(why)}`, why));
      output.on('error', end);
      input.on('end', end).on('close', end).on('error', end);
      input.on('data', (piece: Buffer) => {
        try {
          for (const message of reader.push(piece)) hear(message, fail);
        } catch (error) {
          fail(error);
        }
      });
    });
  } finally {
    clearInterval(beat);
    input.pause();
    await Promise.all([...served.keys()].map(forget));
  }
};
