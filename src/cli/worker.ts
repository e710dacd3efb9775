import { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { serve } from '../../search/evaluate/remote/serve.js';
import { usageError } from '../errors.js';
import { whole } from './numbers.js';
import { version } from './version.js';

/** What the command `worker` parses. */
interface WorkerOptions {
  readonly stdio?: boolean;
  readonly jobs?: number;
}

const HELP = `
A search starts its workers itself, on this machine or on another:
  paretou sweep model.tflite --workers local:2 --workers "ssh host paretou worker --stdio"

A worker evaluates designs that it is sent and does nothing else. It reads no files and ends when its input is closed. Worker
and search have to be of the same version.`;

/** The command `worker`. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('Evaluates designs for a search that another process does.')
    .option('--stdio', 'take work from the standard input, and answer on the standard output')
    .option('--jobs <n>', 'threads (default: one per processor)', whole('--jobs', 'from 1 to 512', 1, 512))
    .addHelpText('after', HELP)
    .action(async ({ stdio, jobs }: WorkerOptions) => {
      if (stdio !== true)
        throw usageError(
          'a worker needs to know where its work comes from; see paretou worker --help (--stdio)',
        );
      const threads = jobs ?? availableParallelism();
      await serve({ input: process.stdin, output: process.stdout, threads, version: version() });
      process.stdin.destroy();
    });
}
