import { Option, type Command } from 'commander';
import { usageError } from '../errors.js';
import { note } from './streams.js';

/** An option of the reference compiler that this program does not have. */
interface ReferenceOption {
  readonly flags: string;
  /** Values with which it changes no figure; any if absent. None where every use changes figures. */
  readonly harmless?: readonly string[];
}

const NONE: readonly string[] = [];

/** Options that change figures, or which networks are accepted, in a way that is not reproduced here. */
const CHANGING: readonly ReferenceOption[] = [
  { flags: '--tensor-allocator <name>', harmless: ['Greedy', 'HillClimb'] },
  { flags: '--cpu-tensor-alignment <bytes>', harmless: ['16'] },
  { flags: '--output-format <name>', harmless: ['tflite'] },
  { flags: '--separate-io-regions', harmless: NONE },
  { flags: '--ignore-ops <list>', harmless: NONE },
  { flags: '--debug-force-legacy-core', harmless: NONE },
  { flags: '--disable-cascading', harmless: NONE },
  { flags: '--disable-buffering', harmless: NONE },
  { flags: '--disable-ifm-reuse', harmless: NONE },
  { flags: '--disable-chaining', harmless: NONE },
];

/** Options that change no figure. */
const HARMLESS: readonly ReferenceOption[] = [
  '--max-block-dependency <n>',
  '--hillclimb-max-iterations <n>',
  '--recursion-limit <n>',
  '--cop-format <name>',
  '--force-symmetric-int-weights',
  '--disable-fwd',
  '--timing',
  '--enable-debug-db',
  '--show-cpu-operations',
  '--show-subgraph-io-summary',
  '--experimental-softmax-int16-neg-exp-range',
  ...['all', 'allocation', 'config', 'graph', 'high-level-command-stream', 'operators', 'packing'].map(
    (what) => `--verbose-${what}`,
  ),
  ...['performance', 'weights', 'cycle-estimate', 'progress', 'quantization', 'register-command-stream'].map(
    (what) => `--verbose-${what}`,
  ),
  ...['schedule', 'tensor-format', 'tensor-purpose'].map((what) => `--verbose-${what}`),
].map((flags) => ({ flags }));

/**
 * Lets a command know the options of the reference compiler that it has not itself, so that scripts keep working: those
 * that change no figure are ignored with a note, the others refused.
 */
export const addReferenceOptions = (command: Command): Command => {
  const known = [...CHANGING, ...HARMLESS]
    .map((each) => ({ ...each, option: new Option(each.flags).hideHelp() }))
    .filter(({ option }) => command.options.every(({ long }) => long !== option.long));
  for (const { option } of known) command.addOption(option);
  return command.hook('preAction', (_, action) => {
    const given = known.filter(({ option }) => action.getOptionValueSource(option.attributeName()) === 'cli');
    for (const { option, harmless } of given) {
      const value: unknown = action.getOptionValue(option.attributeName());
      if (harmless === undefined || harmless.includes(String(value))) continue;
      throw usageError(
        harmless.length === 0
          ? `${option.long} changes the compiler's figures in a way that is not reproduced here; leave it out`
          : `${option.long} is "${String(value)}", and only ${harmless.join(' and ')} can be reproduced here; leave it out`,
      );
    }
    if (given.length > 0 && action.getOptionValue('quiet') !== true) {
      const names = given.map(({ option }) => option.long).join(', ');
      note(`note: ${names}: no figure depends on ${given.length === 1 ? 'it' : 'them'}; ignored`);
    }
  });
};
