import { Option, type Command } from 'commander';
import { METHODS } from '../../search/explore/methods.js';
import { METRIC_NAMES, METRICS, type Bound, type MetricName } from '../../search/metrics.js';
import type { ConstraintOptions } from '../../search/rank/constraints.js';
import { DEFAULT_OPTIONS, SUBSTITUTIONS } from '../../search/substitute/index.js';
import { usageError, type Setting } from '../errors.js';
import { number, seed, whole } from './numbers.js';
import type { FvpFlags } from './fvp-options.js';
import { QUEUE_HELP } from './queue-address.js';
import { FLAGS } from './setting-flags.js';
import { addFvpOptions, type CommonOptions, type SystemOptions } from './options.js';

/** What {@link addSearchOptions} parses, beside the options of systems and those of all commands. */
export interface SearchOptions extends SystemOptions, CommonOptions, ConstraintOptions, FvpFlags {
  readonly space?: string;
  readonly options?: string;
  /** Fractions of the channels of every width group. */
  readonly widths?: readonly number[];
  readonly objectives?: string;
  readonly method: string;
  readonly jobs?: number;
  /** Worker processes that evaluate designs, instead of threads. */
  readonly workers: readonly string[];
  /** Address of a Redis whose workers evaluate designs, instead of threads. */
  readonly queue?: string;
  readonly seed: number;
  readonly limit: number;
  readonly seconds?: number;
  readonly dryRun?: boolean;
  /** Go on from the log that is there; without, only the same command does. */
  readonly resume?: boolean;
  /** Start from the beginning whatever is there. */
  readonly fresh?: boolean;
  /** File of events. */
  readonly log?: string;
}

const positive = (option: string, unit: string, example: string): ((text: string) => number) =>
  number(option, `a number of ${unit} from 0, such as ${example}`, 0, Number.MAX_VALUE);

/** What the options of constraints say in the help, with an example. */
const BOUND_HELP: Partial<Record<MetricName, readonly [help: string, example: string]>> = {
  cycles_total: ['most cycles per inference', '500000'],
  inference_ms: ['most milliseconds per inference', '2.5'],
  external_total_bytes: ['most bytes moved to and from DRAM and flash per inference', '100'],
  sram_memory_used_bytes: ['most SRAM that may be used', '256'],
  weights_memory_used_bytes: ['most that weights and other constants may take', '512'],
  retained_energy: [
    'least share of the squared weights that is kept, 0 to 1: a proxy, not accuracy (drop-in from 0.95, fine-tune from 0.8)',
    '0.8',
  ],
  output_noise: [
    'most predicted output noise, as a share of the variance of the outputs; needs samples',
    '0.1',
  ],
  agreement: [
    'least share of the samples that a design gives the class of the original; needs samples',
    '0.95',
  ],
  accuracy_change: ['most points of accuracy that may be lost; needs samples with labels', '3'],
};

/** The option that constrains a metric. */
const boundOption = (name: MetricName, { setting, unit }: Bound): Option => {
  const [help, example] = BOUND_HELP[name] ?? [METRICS[name].label, '1'];
  const flag = FLAGS[setting];
  if (METRICS[name].unit === 'noise')
    return new Option(`${flag} <ratio>`, help).argParser(
      number(flag, `a ratio from 0 to 100, such as ${example}`, 0, 100),
    );
  const { unit: counted } = METRICS[name];
  return counted === 'share' || counted === 'fraction'
    ? new Option(`${flag} <ratio>`, help).argParser(
        number(flag, `a ratio from 0 to 1, such as ${example}`, 0, 1),
      )
    : new Option(`${flag} <${unit}>`, help).argParser(positive(flag, unit, example));
};

/** Options that were renamed: they keep working. */
const OLD_BOUNDS: Readonly<Record<string, Setting>> = { '--min-energy': 'minRetained' };

/** Adds an option per metric that can be constrained. */
const addBounds = (command: Command): Command => {
  for (const name of METRIC_NAMES) {
    const { bound } = METRICS[name];
    if (bound !== undefined) command.addOption(boundOption(name, bound));
  }
  for (const [old, now] of Object.entries(OLD_BOUNDS)) {
    command.addOption(
      new Option(`${old} <ratio>`)
        .argParser((text: string) => {
          const value = number(old, 'a ratio from 0 to 1, such as 0.8', 0, 1)(text);
          command.setOptionValueWithSource(now, value, 'cli');
          return value;
        })
        .hideHelp(),
    );
  }
  return command;
};

const fractions = (text: string): readonly number[] => {
  const parts = text.split(',').map((part) => part.trim());
  const values = parts.map((part) => (/^\d+(\.\d+)?$/.test(part) ? Number(part) : NaN));
  if (values.every((value) => value > 0 && value <= 16)) return values;
  throw usageError(
    `--widths is "${text}", expected fractions of the channels above 0 and at most 16, such as 0.5,0.75,1`,
  );
};

/** Adds the options that say what may vary, what is wanted and how to search. */
export const addSearchOptions = (command: Command): Command => {
  command
    .option('--space <file.yaml>', `what may vary (default: each site ${DEFAULT_OPTIONS.join(' or ')})`)
    .option(
      '--options <list>',
      `further options for the sites (${SUBSTITUTIONS.flatMap(({ forms }) => forms.map(([form]) => form)).join(', ')}), ` +
        'or all for those whose retained weights are known; paretou help sweep says what they do',
    )
    .option(
      '--widths <list>',
      'fractions of the channels that width groups may have, such as 0.5,0.75,1',
      fractions,
    )
    .option('--objectives <list>', 'columns of ranking.csv to rank by');
  addFvpOptions(command);
  addBounds(command)
    .option('--method <name>', `${METHODS.slice(0, -1).join(', ')} or ${METHODS.at(-1)!}`, 'auto')
    .option(
      '--jobs <n>',
      'worker threads (default: one per processor, where a search is long)',
      whole('--jobs', 'from 1 to 512', 1, 512),
    )
    .addOption(
      new Option(
        '--workers <command>',
        'a worker that evaluates designs instead of threads, such as "ssh host paretou worker --stdio", or local:N for N of ' +
          'them on this machine; may be repeated',
      )
        .default([], 'none')
        .argParser((value: string, before: readonly string[]) => [...before, value]),
    )
    .option('--queue <url>', `${QUEUE_HELP}; its workers evaluate designs instead of threads`)
    .option('--seed <n>', 'seed of the sample or the evolutionary search', seed('--seed'), 1)
    .option(
      '--limit <n>',
      'most designs to evaluate',
      whole('--limit', 'from 1 to 10000000, such as 100000', 1, 1e7),
      100_000,
    )
    .option(
      '--seconds <n>',
      'time budget of the whole command; a search that it ends cannot be repeated exactly (default: none)',
      number('--seconds', 'a number of seconds from 0.001, such as 60', 0.001, 1e9),
    )
    .addOption(
      new Option(
        '--resume',
        'go on from the log that a search left when it did not come to its end; the same command does so by itself',
      ).conflicts('fresh'),
    )
    .option('--fresh', 'start over, whatever log is there')
    .option('--log <file>', 'add what happens to this file, one JSON object per line')
    .option('--dry-run', 'show the space and the number of its designs, and stop');
  return command;
};
