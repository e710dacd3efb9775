import { Command } from 'commander';
import { note, print } from '../src/cli/streams.js';
import { differences, runName, Runs } from './golden-comparison.js';
import { readGoldens, type Golden } from './goldens.js';

interface FidelityOptions {
  readonly models: string;
  readonly goldens: string;
  readonly only: string;
  readonly most: number;
  readonly names?: boolean;
}

const IS_NAME = /^layer \d+ \S+ Name:/;

/** Compares every run with the reference's figures and prints how many are equal, and where the others differ. */
function compareFolder(options: FidelityOptions): void {
  const only = new RegExp(options.only);
  const goldens = readGoldens(options.goldens).filter((golden) => only.test(runName(golden)));
  const runs = new Runs(options.models);
  const compare = (golden: Golden): readonly string[] => {
    try {
      const found = differences(golden, runs.estimate(golden));
      return options.names === false ? found.filter((text) => !IS_NAME.test(text)) : found;
    } catch (error) {
      return [`failed: ${error instanceof Error ? error.message : String(error)}`];
    }
  };
  let equal = 0;
  for (const golden of goldens) {
    const found = compare(golden);
    if (found.length === 0) equal++;
    else {
      print(`${runName(golden)}: ${found.length} differences`);
      for (const text of found.slice(0, options.most)) print(`   ${text}`);
    }
  }
  print(`${equal} of ${goldens.length} runs equal`);
}

const program = new Command('fidelity')
  .description('Compares estimates with reference figures, every column of every row.')
  .option('--models <folder>', 'the networks', 'test/goldens/models')
  .option(
    '--goldens <path>',
    'reference figures: a .jsonl file, or a folder of JSON files',
    'test/goldens/figures.jsonl',
  )
  .option('--only <regex>', 'runs whose name matches', '.')
  .option('--most <n>', 'differences to print per run', Number, 3)
  .option('--no-names', 'leave the names of layers out of the comparison')
  .action(compareFolder);

try {
  program.parse();
} catch (error) {
  note(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
