import type { Command } from 'commander';
import { note } from '../src/cli/streams.js';
import { EXIT_CODES, ParetouError } from '../src/errors.js';

/** Runs a command of the benchmarks; what is wrong with its input is a sentence and an exit code. */
export async function runCommand(command: Command): Promise<void> {
  try {
    await command.parseAsync();
  } catch (error) {
    if (!(error instanceof ParetouError)) throw error;
    note(`error: ${error.message}`);
    process.exitCode = EXIT_CODES[error.kind];
  }
}
