import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { grouped } from '../src/text.js';
import type { Benchmark } from './benchmark.js';
import { durations, rates, ratios, type Figure, type Sample } from './measure.js';
import type { ModelName } from './models.js';
import { runProgram, runTogether } from './process.js';
import { SPACE } from './space.js';

const ESTIMATE_RUNS = 7;
const SWEEP_RUNS = 3;

const coldEstimate = (name: string, model: ModelName): Benchmark => ({
  name,
  run: ({ models, scratch }) => {
    const { name: network, path } = models(model);
    const output = join(scratch, 'estimate');
    const samples = Array.from({ length: ESTIMATE_RUNS }, () =>
      runProgram([
        'estimate',
        path,
        '--accelerator-config',
        'ethos-u55-128',
        '--output-dir',
        output,
        '--quiet',
      ]),
    );
    return [durations(`estimate ${network}, ethos-u55-128, whole process`, 'ms', samples)];
  },
});

/** A search of resnet8 to compare one worker with two by. */
interface Search {
  readonly name: string;
  readonly what: string;
  readonly space: string;
  readonly systems: string;
  readonly options: readonly string[];
}

const SWEEPS: readonly Search[] = [
  {
    ...{ name: 'sweep', what: 'six systems, sample of' },
    ...{ space: SPACE, systems: 'u55,u65', options: ['--method', 'sample', '--limit', '100000'] },
  },
  {
    ...{ name: 'sweep/walk', what: 'ethos-u55-128, walk of all' },
    ...{ space: 'options: [all]\n', systems: 'ethos-u55-128', options: ['--method', 'exhaustive'] },
  },
];

/** Designs that a search has looked at. */
const designsOf = (folder: string): number => {
  const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as {
    readonly designs_evaluated: number;
    readonly models: readonly { readonly evaluated: { readonly designs_visited?: number } }[];
  };
  return run.models[0]!.evaluated.designs_visited ?? run.designs_evaluated;
};

const sweeps = ({ name, what, space, systems, options }: Search): Benchmark => ({
  name,
  run: ({ models, scratch }) => {
    const file = join(scratch, 'space.yaml');
    writeFileSync(file, space);
    const { name: model, path } = models('resnet');
    const folder = join(scratch, 'sweep');
    const args = (jobs: number, output: string): string[] => [
      ...['sweep', path, '--accelerator-config', systems, '--space', file, ...options],
      ...['--jobs', String(jobs), '--output-dir', output, '--quiet'],
    ];
    // In turns: what else the machine does then hits all of them.
    const turns = Array.from({ length: SWEEP_RUNS }, () => ({
      one: runProgram(args(1, folder)),
      two: runProgram(args(2, folder)),
      both: runTogether(2, args(1, `${folder}-{}`)),
    }));
    const one = turns.map((turn) => turn.one);
    const two = turns.map((turn) => turn.two);
    const doubled = one.map(({ wallMs, cpuMs }) => ({ wallMs: 2 * wallMs, cpuMs: 2 * cpuMs }));
    const designs = designsOf(folder);
    const figures = (of: readonly Sample[], workers: string): Figure[] => [
      durations(`sweep ${model}, ${what} ${grouped(designs)} designs, ${workers}`, 's', of),
      rates('as a rate', 'designs', of, designs),
    ];
    return [
      ...figures(one, '1 worker'),
      ...figures(two, '2 workers'),
      ratios('2 workers, times as fast as 1', one, two),
      ratios(
        '2 such searches with 1 worker at once, times as fast as in turn',
        doubled,
        turns.map((turn) => turn.both),
      ),
    ];
  },
});

/** Benchmarks of the command line in processes of their own. */
export const WHOLE_PROCESS: readonly Benchmark[] = [
  coldEstimate('estimate/mobilenet', 'mobilenet'),
  coldEstimate('estimate/keyword', 'keyword'),
  ...SWEEPS.map(sweeps),
];
