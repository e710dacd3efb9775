import { Argument, Command } from 'commander';
import type { QueueStatus } from '../../search/evaluate/queue/manage-queue.js';
import { usageError } from '../errors.js';
import { aligned, grouped, plural } from '../text.js';
import { QUEUE_HELP, queueAddress } from './queue-address.js';
import { print, printJson } from './streams.js';

/** Version of the shape of what `--json` prints. */
export const QUEUE_SCHEMA = 'paretou/queue@1';

/** What the command `queue` parses. */
interface QueueOptions {
  readonly queue?: string;
  readonly json?: boolean;
}

const ACTIONS = ['status', 'drain'] as const;

const HELP = `
status  lists the searches whose work is in the Redis, and the workers that are there
drain   removes everything that begins with paretou: from the Redis, and nothing else; searches that go on
        put back what they still need

Examples:
  paretou queue status --queue redis://host:6379
  paretou queue drain`;

const searchTable = ({ searches }: QueueStatus): string[] =>
  searches.length === 0
    ? ['no search is there']
    : aligned(
        [
          ['search', 'by', 'version', 'queue', 'waiting', 'active', 'done', 'workers'],
          ...searches.map(({ model, by, version, hash, waiting, active, done, workers }) => [
            ...[model, by, version, hash.slice(0, 8)],
            ...[waiting, active, done, workers].map((count) => grouped(count)),
          ]),
        ],
        [4, 5, 6, 7],
      );

const workerTable = ({ workers, searches }: QueueStatus): string[] => {
  if (workers.length === 0) return ['no worker is there'];
  const served = (hashes: readonly string[]): string => {
    const models = searches.filter(({ hash }) => hashes.includes(hash)).map(({ model }) => model);
    return [...new Set(models)].join(', ');
  };
  return aligned(
    [
      ['worker', 'version', 'threads', 'works for'],
      ...workers.map(({ name, version, threads, serves }) => [
        name,
        version,
        grouped(threads),
        served(serves),
      ]),
    ],
    [2],
  );
};

/** The command `queue`. */
export function queueCommand(): Command {
  return new Command('queue')
    .description('Shows or empties the queues of searches in a Redis.')
    .addArgument(new Argument('<action>', 'what to do').choices(ACTIONS))
    .option('--queue <url>', QUEUE_HELP)
    .option('--json', 'print one JSON object instead of a report')
    .option('--debug', 'show where an error arose')
    .addHelpText('after', HELP)
    .action(async (action: (typeof ACTIONS)[number], { queue, json }: QueueOptions) => {
      const address = queueAddress(queue);
      if (address === undefined) throw usageError('--queue is missing; see paretou queue --help');
      const { drainQueue, queueStatus } = await import('../../search/evaluate/queue/manage-queue.js');
      const at = { schema: QUEUE_SCHEMA, queue: address.shown };
      if (action === 'status') {
        const status = await queueStatus(address);
        if (json) printJson({ ...at, ...status });
        else print([...searchTable(status), '', ...workerTable(status)].join('\n'));
        return;
      }
      const drained = await drainQueue(address);
      if (json) printJson({ ...at, ...drained });
      else {
        const back =
          drained.searches === 0
            ? ''
            : `; ${plural(drained.searches, 'search', 'searches')} may put some back`;
        print(`removed ${plural(drained.removed, 'key')} from ${address.shown}${back}`);
      }
    });
}
