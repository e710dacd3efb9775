import { fileURLToPath } from 'node:url';
import { openFleet, type Fleet } from '../../search/evaluate/remote/fleet.js';
import type { WorkerCommand } from '../../search/evaluate/remote/link.js';
import type { SessionOptions } from '../../search/evaluate/session.js';
import { usageError } from '../errors.js';
import { queueAddress, queuePatience } from './queue-address.js';
import type { SearchOptions } from './search-options.js';
import { speaker } from './streams.js';
import { version } from './version.js';

/** Most workers on this machine that one option starts. */
const MOST_LOCAL = 512;

const LOCAL = /^local(?::(\d{1,4}))?$/;

/** A worker on this machine, with a single thread. */
const localWorker = (number: number): WorkerCommand => ({
  name: `local ${number}`,
  start: [
    process.execPath,
    fileURLToPath(new URL('./main.js', import.meta.url)),
    ...['worker', '--stdio', '--jobs', '1'],
  ],
});

/**
 * The workers that the command line names, in order: `local:N`, or a line for the shell.
 * @throws a usage error
 */
export const workerCommands = (values: readonly string[]): WorkerCommand[] => {
  const commands: WorkerCommand[] = [];
  let local = 0;
  for (const value of values) {
    const count = LOCAL.exec(value);
    const most = Number(count?.[1] ?? 1);
    if (value.trim() === '' || (count !== null && (most < 1 || most > MOST_LOCAL)))
      throw usageError(
        `--workers is "${value}", expected local:N with N from 1 to ${MOST_LOCAL}, or a command such as "ssh host paretou worker --stdio"`,
      );
    if (count === null) commands.push({ name: `"${value}"`, start: value });
    else for (let i = 0; i < most; i++) commands.push(localWorker(++local));
  }
  return commands;
};

/** The workers that the options name, if they name any. */
const fleetOf = async (
  options: SearchOptions,
  signal: AbortSignal | undefined,
  onLoss: (text: string) => void,
): Promise<Fleet | undefined> => {
  const say = speaker(options);
  const heard = {
    version: version(),
    onLoss: (text: string): void => {
      say(`note: ${text}`);
      onLoss(text);
    },
  };
  if (options.workers.length > 0) {
    if (options.queue !== undefined)
      throw usageError('--queue and --workers both say who evaluates designs; leave one of them out');
    return openFleet({ ...heard, commands: workerCommands(options.workers) });
  }
  const address = queueAddress(options.queue);
  if (address === undefined) return undefined;
  const patience = queuePatience();
  const { openQueueFleet } = await import('../../search/evaluate/queue/queue-fleet.js');
  return openQueueFleet({ ...heard, address, signal, patience, onNote: (text) => say(`note: ${text}`) });
};

/**
 * Does work with the workers that the options name, or with none.
 *
 * @param onLoss hears of workers that are lost
 * @throws an input error where none of them can be used
 */
export const withFleet = async <T>(
  options: SearchOptions,
  workers: SessionOptions,
  work: (workers: SessionOptions, fleet: Fleet | undefined) => Promise<T>,
  onLoss: (text: string) => void,
): Promise<T> => {
  const fleet = await fleetOf(options, workers.signal, onLoss);
  if (fleet === undefined) return work(workers, undefined);
  try {
    return await work({ ...workers, fleet }, fleet);
  } finally {
    await fleet.close();
  }
};
