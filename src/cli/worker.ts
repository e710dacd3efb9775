import { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { serve } from '../../search/evaluate/remote/serve.js';
import { usageError } from '../errors.js';
import { withRun } from './interrupt.js';
import { whole } from './numbers.js';
import { QUEUE_HELP, queueAddress } from './queue-address.js';
import { speaker } from './streams.js';
import { version } from './version.js';

/** What the command `worker` parses. */
interface WorkerOptions {
  readonly stdio?: boolean;
  readonly queue?: string;
  readonly jobs?: number;
  readonly quiet?: boolean;
}

/** Milliseconds in which an error is printed. */
const MOMENT = 100;

const HELP = `
A search starts its workers itself, on this machine or on another:
  paretou sweep model.tflite --workers local:2 --workers "ssh host paretou worker --stdio"

Or workers are there before, or come later, and take work from a Redis that all of them reach:
  paretou worker --queue redis://host:6379
  paretou sweep model.tflite --queue redis://host:6379

A worker evaluates designs that it is sent and does nothing else. It reads no files. It ends when its input is closed, or with
a queue at Ctrl-C or SIGTERM. Worker and search have to be of the same version.`;

const serveFromQueue = async (options: WorkerOptions, threads: number): Promise<void> => {
  const address = queueAddress(options.queue);
  if (address === undefined)
    throw usageError(
      'a worker needs to know where its work comes from; see paretou worker --help (--stdio or --queue)',
    );
  const say = speaker(options);
  const { serveQueue } = await import('../../search/evaluate/queue/serve-queue.js');
  try {
    await withRun(
      { say: () => say('\nending after what is being done; once more ends at once') },
      ({ signal }) =>
        serveQueue({ address, threads, version: version(), signal, onNote: (text) => say(`note: ${text}`) }),
    );
  } finally {
    // A Redis that does not answer would keep the process.
    setTimeout(() => process.exit(), MOMENT).unref();
  }
};

/** The command `worker`. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('Evaluates designs for a search that another process does.')
    .option('--stdio', 'take work from the standard input, and answer on the standard output')
    .option('--queue <url>', QUEUE_HELP)
    .option('--jobs <n>', 'threads (default: one per processor)', whole('--jobs', 'from 1 to 512', 1, 512))
    .option('-q, --quiet', 'say nothing but errors')
    .addHelpText('after', HELP)
    .action(async (options: WorkerOptions) => {
      const threads = options.jobs ?? availableParallelism();
      if (options.stdio !== true) return serveFromQueue(options, threads);
      if (options.queue !== undefined)
        throw usageError('--stdio and --queue both say where work comes from; leave one of them out');
      await serve({ input: process.stdin, output: process.stdout, threads, version: version() });
      process.stdin.destroy();
    });
}
