import { Command } from 'commander';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './run-command.js';
import { note, print, printJson } from '../src/cli/streams.js';
import { usageError } from '../src/errors.js';
import type { Benchmark } from './benchmark.js';
import { modelSource } from './models.js';
import { SEGMENT_FIGURES } from './part-figures.js';
import { PARTS } from './parts.js';
import { QUEUE_THROUGHPUT } from './queue-throughput.js';
import { RE_ESTIMATES } from './re-estimates.js';
import { benchJson, benchTable, thisMachine } from './report.js';
import { WHOLE_PROCESS } from './whole-process.js';
import { WORKER_THROUGHPUT } from './worker-throughput.js';

/** In the order of the table. */
const BENCHMARKS: readonly Benchmark[] = [
  ...WHOLE_PROCESS,
  ...WORKER_THROUGHPUT,
  ...QUEUE_THROUGHPUT,
  ...RE_ESTIMATES,
  ...SEGMENT_FIGURES,
  ...PARTS,
];

interface Options {
  readonly only?: string;
  readonly models?: string;
  readonly json?: boolean;
}

function selected(only: string): readonly Benchmark[] {
  let pattern: RegExp;
  try {
    pattern = new RegExp(only);
  } catch {
    throw usageError(`--only is "${only}", expected a regular expression, such as ^sweep`);
  }
  const chosen = BENCHMARKS.filter(({ name }) => pattern.test(name));
  if (chosen.length > 0) return chosen;
  const names = BENCHMARKS.map(({ name }) => name).join(', ');
  throw usageError(`--only "${only}" matches no benchmark; there are ${names}`);
}

function run(options: Options): void {
  const chosen = selected(options.only ?? '');
  const scratch = mkdtempSync(join(tmpdir(), 'paretou-bench-'));
  try {
    const context = { models: modelSource(options.models, join(scratch, 'models')), scratch };
    const results = chosen.map((benchmark) => {
      note(`measuring ${benchmark.name}`);
      return { benchmark: benchmark.name, figures: benchmark.run(context) };
    });
    if (options.json) printJson(benchJson(thisMachine(), results));
    else print(benchTable(thisMachine(), results));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const HELP = `
Names of the benchmarks: ${BENCHMARKS.map(({ name }) => name).join(', ')}.
Networks named *_like were built by the project, with the layers of those that they stand for and random weights.`;

await runCommand(
  new Command('bench')
    .description('Measures the speed of the estimator and of sweeps.')
    .option('--only <regex>', 'run only the benchmarks whose name matches')
    .option(
      '--models <folder>',
      'where the model files are (default: ../shared/models; what is not there is built)',
    )
    .option('--json', 'print one JSON object instead of a table')
    .addHelpText('after', HELP)
    .action(run),
);
