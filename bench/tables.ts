import { Command } from 'commander';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel } from '../src/cli/model.js';
import { runCommand } from './run-command.js';
import { note, print } from '../src/cli/streams.js';
import { usageError } from '../src/errors.js';
import { writeWhole } from '../src/files.js';
import { ablation } from './ablation.js';
import { accuracyReport, withAccuracyOptions, type AccuracyOptions } from './accuracy.js';
import { columnsDocument } from './columns.js';
import { retainedFront } from './retained-front.js';
import { schemaFiles } from './schemas.js';
import { retainedReport } from './retained-table.js';
import { CellRunner } from './fvp-cells.js';
import { fvpFigures } from './fvp-figures.js';
import { fvpReport } from './fvp-table.js';
import { compareMethods } from './methods.js';
import { methodsReport } from './methods-table.js';
import { modelSource } from './models.js';
import { thisMachine } from './report.js';
import { measureScale, type Measured } from './scale/measure.js';
import { scaleReport } from './scale/report.js';

const EXAMPLE = 'example:';

const positive =
  (option: string) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
    throw usageError(`${option} is "${text}", expected a number above zero`);
  };

const wholeJobs = (text: string): number => {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw usageError(`--jobs is "${text}", expected a whole number from 1`);
};

interface CommonOptions {
  readonly jobs: number;
}

/** Gives the work a folder for files, and removes it. */
async function withScratch(work: (scratch: string) => void | Promise<void>): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'paretou-tables-'));
  try {
    await work(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Paths of the models that are named, or of those of the benchmarks. */
const pathsOf = (
  named: readonly string[],
  usual: readonly ('resnet' | 'mobilenet')[],
  scratch: string,
): readonly string[] => {
  if (named.length > 0) return named;
  const models = modelSource(undefined, join(scratch, 'models'));
  return usual.map((name) => models(name).path);
};

/** The models that are named, or a network with trained weights and one of the examples. */
const pairOf = (named: readonly string[], scratch: string): readonly string[] =>
  named.length > 0 ? named : [...pathsOf([], ['resnet'], scratch), `${EXAMPLE}story_standard`];

/** Name of a model in tables. */
const nameOf = (path: string): string => basename(path).replace(/\.tflite$|^example:/g, '');

interface RetainedOptions extends CommonOptions {
  readonly acceleratorConfig: string;
}

const printRetained = (named: readonly string[], options: RetainedOptions): Promise<void> =>
  withScratch(async (scratch) => {
    const reports: string[] = [];
    for (const path of pairOf(named, scratch)) {
      note(`searching ${path}`);
      const { network } = await loadModel(path);
      const front = await retainedFront(network, options.acceleratorConfig, options.jobs);
      reports.push(retainedReport(front, path.startsWith(EXAMPLE)));
    }
    print(reports.join('\n\n'));
  });

interface MethodsOptions extends CommonOptions {
  readonly seconds?: number;
  readonly times?: number;
}

const printMethods = (named: readonly string[], options: MethodsOptions): Promise<void> =>
  withScratch((scratch) => {
    const comparisons = pathsOf(named, ['resnet', 'mobilenet'], scratch).map((path) => {
      const model = nameOf(path);
      const onStart = (method: string): void => note(`searching ${model}, method ${method}`);
      return { model, runs: compareMethods(path, scratch, { ...options, onStart }) };
    });
    print(methodsReport(thisMachine(), options, comparisons));
  });

const printAblation = (): Promise<void> =>
  withScratch(async (scratch) => {
    const models = modelSource(undefined, join(scratch, 'models'));
    for await (const table of ablation(models)) print(`${table}\n`);
  });

const program = new Command('tables').description(
  'Prints the tables of docs/search.md, docs/accuracy.md, docs/hardware.md and docs/scale.md.',
);

const withJobs = (command: Command): Command =>
  command.option('--jobs <n>', 'worker threads', wholeJobs, availableParallelism());

withJobs(
  program
    .command('retained')
    .description('Retained weights against cycles, and what each option does at each site alone.')
    .argument('[model...]', '.tflite files or example:NAME (default: resnet8 and example:story_standard)')
    .option('--accelerator-config <name>', 'accelerator', 'ethos-u55-128'),
).action(printRetained);

withJobs(
  program
    .command('methods')
    .description('The exact search beside evolution and a sample with as much time.')
    .argument('[model...]', '.tflite files or example:NAME (default: resnet8 and mobilenet_v2)')
    .option(
      '--seconds <n>',
      'time for evolution and the sample (default: what the exact search took)',
      positive('--seconds'),
    )
    .option('--times <n>', 'the same as a multiple of what the exact search took', positive('--times')),
).action(printMethods);

const printFvp = (named: readonly string[], { measured }: { readonly measured?: string }): Promise<void> =>
  withScratch(async (scratch) => {
    if (measured !== undefined) {
      print(fvpReport(measured, new CellRunner(measured)));
      return;
    }
    const networks = await Promise.all(
      pairOf(named, scratch).map(async (path) => {
        const { network } = await loadModel(path);
        return [nameOf(path), network] as const;
      }),
    );
    print(fvpFigures(networks));
  });

program
  .command('fvp')
  .description('The compiler’s cycles beside FVP-like ones, or the errors of both against measured cycles.')
  .argument('[model...]', '.tflite files or example:NAME (default: resnet8 and example:story_standard)')
  .option('--measured <folder>', 'errors: folder with truth.csv, fvp-systems.ini and models/')
  .action(printFvp);

withAccuracyOptions(
  withJobs(
    program
      .command('accuracy')
      .description(
        'What fitting weights is worth, and how well the sum of the choices predicts the noise of designs.',
      )
      .argument('[model]', '.tflite file or example:NAME', 'example:glyphs'),
  ),
).action(async (path: string, options: AccuracyOptions) => print(await accuracyReport(path, options)));

program
  .command('columns')
  .description('docs/columns.md: the columns of ranking.csv and front.csv.')
  .action(() => print(columnsDocument()));

program
  .command('schemas')
  .description('Writes the schemas of space, budget, parts and baseline files.')
  .option('--output-dir <folder>', 'where they go', 'configs/schema')
  .action(({ outputDir }: { readonly outputDir: string }) => {
    for (const [name, text] of schemaFiles()) {
      writeWhole(join(outputDir, name), text);
      note(`wrote ${join(outputDir, name)}`);
    }
  });

program
  .command('ablation')
  .description('What each number of the exact search is worth, on small spaces beside their whole fronts.')
  .action(printAblation);

/** What docs/scale.md rests on; seen from the built module. */
const SCALE_FILE = fileURLToPath(new URL('../../bench/scale/measured.json', import.meta.url));

const printScale = ({ measure }: { readonly measure?: boolean }): Promise<void> =>
  withScratch(async (scratch) => {
    if (measure === true) {
      const { name, load } = modelSource(undefined, join(scratch, 'models'))('resnet');
      const measured = await measureScale({ name, network: load() }, thisMachine(), scratch, (what) =>
        note(`measuring ${what}`),
      );
      writeWhole(SCALE_FILE, `${JSON.stringify(measured)}\n`);
      note(`wrote ${SCALE_FILE}`);
    }
    print(scaleReport(JSON.parse(readFileSync(SCALE_FILE, 'utf8')) as Measured));
  });

program
  .command('scale')
  .description('docs/scale.md: what more workers give, simulated with times that were measured.')
  .option('--measure', 'measure on this machine first, and keep it in bench/scale/measured.json')
  .action(printScale);

await runCommand(program);
