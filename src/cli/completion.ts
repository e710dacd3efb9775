import { Argument, Command } from 'commander';
import { METHODS } from '../../search/explore/methods.js';
import { PREFERENCES } from '../../search/pick/preference.js';
import { PROFILE_NAMES } from '../fvp/profiles.js';
import { FAMILIES } from '../npu/family.js';
import { ACCELERATOR_NAMES } from '../npu/accelerator-names.js';
import type { CommandEntry } from './command-entry.js';
import { SHELLS, type CommandShape, type Shell } from './completion-scripts.js';
import { OPTIMISE } from './options.js';
import { print } from './streams.js';

const HELP = `
Add one of these to what your shell reads at its start:
  source <(paretou completion bash)
  source <(paretou completion zsh)
  paretou completion fish | source`;

/** Values of options that know no choices of their own. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  '--accelerator-config': [...ACCELERATOR_NAMES, ...FAMILIES, 'all'],
  '--optimise': OPTIMISE,
  '--fvp-profile': PROFILE_NAMES,
  '--method': METHODS,
  '--prefer': PREFERENCES,
};

const shapeOf = (command: Command, summary: string): CommandShape => ({
  name: command.name(),
  description: summary,
  options: command.options
    .filter(({ hidden, long }) => !hidden && long !== undefined)
    .map(({ long, description, required, optional, argChoices }) => ({
      long: long!,
      description,
      valued: required || optional,
      choices: argChoices ?? CHOICES[long!] ?? [],
    })),
  choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
});

/** The command `completion`, for a list of commands. */
export function completionCommand(entries: readonly CommandEntry[]): Command {
  return new Command('completion')
    .description('Prints a script that lets a shell complete commands and options.')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SHELLS)))
    .addHelpText('after', HELP)
    .action(async (shell: Shell) => {
      const shapes = await Promise.all(
        entries
          .filter(({ name }) => name !== 'completion')
          .map(async ({ load, summary }) => shapeOf(await load(), summary)),
      );
      const own: CommandShape = {
        name: 'completion',
        description: 'a script that lets a shell complete',
        options: [],
        choices: Object.keys(SHELLS),
      };
      print(SHELLS[shell]([...shapes, own]));
    });
}
