import { parseAddress, type QueueAddress } from '../../search/evaluate/queue/address.js';
import { usageError } from '../errors.js';

/** Names the Redis where no option does, and keeps its password off the command line. */
const VARIABLE = 'PARETOU_QUEUE';

/** Says for how many seconds a Redis may be away before a search ends. */
const PATIENCE = 'PARETOU_QUEUE_PATIENCE';
const MOST_SECONDS = 86_400;

/** What the option says in the help. */
export const QUEUE_HELP = `a Redis, such as redis://host:6379, or rediss://host:6379 with TLS (default: ${VARIABLE} of the environment)`;

/**
 * The Redis that the option or the environment names; undefined where neither does.
 * @throws a usage error
 */
export const queueAddress = (option: string | undefined): QueueAddress | undefined => {
  const text = option ?? process.env[VARIABLE];
  if (text === undefined || text === '') return undefined;
  const address = parseAddress(text);
  const where = option === undefined ? VARIABLE : '--queue';
  // What is no address may hold a password all the same.
  if (address === undefined)
    throw usageError(`${where} is no address of a Redis, expected one such as redis://host:6379`);
  // What the system shows of a process is the command line, until the process has a title.
  if (option !== undefined && address.password !== undefined) process.title = 'paretou';
  return address;
};

/**
 * Milliseconds for which a Redis may be away, where the environment says so.
 * @throws a usage error
 */
export const queuePatience = (): number | undefined => {
  const text = process.env[PATIENCE] ?? '';
  if (text === '') return undefined;
  const seconds = Number(text);
  if (!(seconds >= 1 && seconds <= MOST_SECONDS))
    throw usageError(`${PATIENCE} is "${text}", expected seconds from 1 to ${MOST_SECONDS}`);
  return 1000 * seconds;
};
