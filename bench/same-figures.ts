import { Command } from 'commander';
import { runCommand } from './run-command.js';
import { print } from '../src/cli/streams.js';
import { usageError } from '../src/errors.js';
import { grouped } from '../src/text.js';
import { compareFigures, type FigureComparison } from './figure-comparison.js';
import { left, markdownTable, right } from './markdown.js';
import { namedNetworks, type WhichNetworks } from './named-networks.js';
import { COMPARED_SYSTEMS, onEach, type Case } from './compared-systems.js';
import { designDrawer } from './space.js';

/** Designs that change operators and widths, some of them wider than before. */
const SPACE = 'options: [standard, separable, "separable*2:relu"]\nwidths: [0.5, 1, 1.25]\n';

const MOST_SHOWN = 3;

interface Options extends WhichNetworks {
  readonly designs: number;
  readonly systems: string;
}

const wholeNumber = (text: string): number => {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw usageError(`--designs is "${text}", expected a whole number from 1`);
};

const systemsNamed = (list: string) =>
  list.split(',').map((name) => {
    const system = COMPARED_SYSTEMS[name];
    if (system !== undefined) return system;
    throw usageError(`--systems has "${name}"; there are ${Object.keys(COMPARED_SYSTEMS).join(', ')}`);
  });

type Row = FigureComparison & Case;

const COLUMNS = [...left('model', 'system'), ...right('designs', 'refused', 'chains', 'differences')];

const cells = ({ model, system, designs, refused, chained, differences }: Row): string[] => [
  model,
  system,
  grouped(designs),
  grouped(refused),
  `${((100 * chained) / designs).toFixed(1)} %`,
  grouped(differences.length),
];

async function run(options: Options): Promise<void> {
  const systems = systemsNamed(options.systems);
  const rows = await onEach(namedNetworks(options), systems, SPACE, (space) =>
    compareFigures(space, designDrawer(space)(options.designs)),
  );
  if (rows.length === 0) throw usageError('nothing was compared: no model has designs on these systems');
  print(markdownTable(COLUMNS, rows.map(cells)));
  for (const { model, system, differences } of rows.filter((row) => row.differences.length > 0)) {
    print(`${model}, ${system}:`);
    for (const text of differences.slice(0, MOST_SHOWN)) print(`   ${text}`);
    process.exitCode = 1;
  }
}

const HELP = `
Systems: ${Object.entries(COMPARED_SYSTEMS)
  .map(([name, { title }]) => `${name} (${title})`)
  .join(', ')}.
Arenas such as 3/4 are that share of the memory that the unchanged network takes.
Every design is evaluated twice: at first transitions are learnt, then they are known. The column "chains" is the share
of the designs whose figures were added up from them the second time. The exit code is 1 if any figure differs.`;

await runCommand(
  new Command('same-figures')
    .description('Compares the figures that a search evaluates with those of whole compilations.')
    .option('--models <folder>', "the .tflite files of a folder (default: the project's own networks)")
    .option('--designs <n>', 'random designs for each model and system', wholeNumber, 1000)
    .option('--only <regex>', 'models whose name matches', '.')
    .option('--systems <names>', 'systems, separated by commas', Object.keys(COMPARED_SYSTEMS).join(','))
    .addHelpText('after', HELP)
    .action(run),
);
