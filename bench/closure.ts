import { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { runCommand } from './run-command.js';
import { print } from '../src/cli/streams.js';
import { usageError } from '../src/errors.js';
import { grouped } from '../src/text.js';
import { closureOf, type FrontClosure } from './front-closure.js';
import { left, markdownTable, right } from './markdown.js';
import { namedNetworks, type WhichNetworks } from './named-networks.js';
import { onEach, type Case, type ComparedSystem } from './compared-systems.js';

/** Eight widths per width group; substitutions as by default. */
const SPACE = 'options: [standard, separable]\nwidths: [1, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.125]\n';

/** Plenty of memory, memory of its own for staging, and too little of it. */
const SYSTEMS: readonly ComparedSystem[] = [
  { title: 'ethos-u55-128', request: { accelerator: 'ethos-u55-128' } },
  {
    title: 'ethos-u65-512 Dedicated_Sram',
    request: { accelerator: 'ethos-u65-512', memoryMode: 'Dedicated_Sram' },
  },
  {
    title: 'ethos-u85-256 Dedicated_Sram',
    request: { accelerator: 'ethos-u85-256', memoryMode: 'Dedicated_Sram' },
  },
  { title: 'ethos-u55-128, arena 7/10', request: { accelerator: 'ethos-u55-128' }, arenaShare: 0.7 },
];

type Row = FrontClosure & Case;

const COLUMNS = [
  ...left('model', 'system'),
  ...right('seconds', 'front', 'neighbours', 'missed', 'useful', 'dominated', 'gap'),
  ...left('may be better by'),
];

const cells = (row: Row): string[] => [
  row.model,
  row.system,
  row.seconds.toFixed(1),
  grouped(row.front),
  grouped(row.neighbours),
  grouped(row.missed),
  grouped(row.missedUseful),
  grouped(row.dominated),
  `${(100 * row.gap).toFixed(4)} %`,
  row.bound.join(', '),
];

interface Options extends WhichNetworks {
  readonly systems: string;
  readonly jobs: number;
}

const jobsOf = (text: string): number => {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw usageError(`--jobs is "${text}", expected a whole number from 1`);
};

async function run(options: Options): Promise<void> {
  const systems = SYSTEMS.filter(({ title }) => title.includes(options.systems));
  const rows = await onEach(namedNetworks(options), systems, SPACE, (space) =>
    closureOf(space, options.jobs),
  );
  if (rows.length === 0) throw usageError('nothing was searched: no model has designs on these systems');
  print(markdownTable(COLUMNS, rows.map(cells)));
  if (rows.some(({ missedUseful, dominated }) => missedUseful + dominated > 0)) process.exitCode = 1;
}

const HELP = `
Every site standard or separable, eight widths per width group; by cycles, SRAM bytes and retained weights, of which at
least 0.001 is retained. After the exact search, all designs that differ in one choice from one on the front are
evaluated. "missed" are those that the front does not cover, "useful" those of them that retain at least 0.05, "gap" what
they would add to the hypervolume. The exit code is 1 if a useful design was missed, or one on the front is dominated.`;

await runCommand(
  new Command('closure')
    .description('Looks for what exact searches miss, one choice away from their fronts.')
    .option('--models <folder>', "the .tflite files of a folder (default: the project's own networks)")
    .option('--only <regex>', 'models whose name matches', '.')
    .option(
      '--systems <text>',
      `systems whose name has this in it: ${SYSTEMS.map(({ title }) => title).join('; ')}`,
      '',
    )
    .option('--jobs <n>', 'threads', jobsOf, availableParallelism())
    .addHelpText('after', HELP)
    .action(run),
);
