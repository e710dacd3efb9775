import type { Command } from 'commander';

/** A subcommand; its module is loaded only when the command line names it. */
export interface CommandEntry {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}
