import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { grouped } from '../src/text.js';
import type { Benchmark, Context } from './benchmark.js';
import { durations, rates, ratios, type Figure, type Sample } from './measure.js';
import type { ModelName } from './models.js';
import { runProgram } from './process.js';
import { SPACE } from './space.js';

const ESTIMATE_RUNS = 7;
const SWEEP_RUNS = 3;
const SWEEP_DESIGNS = 100_000;

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

const sweepSamples = ({ models, scratch }: Context, jobs: number): readonly Sample[] => {
  const space = join(scratch, 'space.yaml');
  writeFileSync(space, SPACE);
  return Array.from({ length: SWEEP_RUNS }, () =>
    runProgram([
      ...['sweep', models('resnet').path, '--accelerator-config', 'u55,u65', '--space', space],
      ...['--method', 'sample', '--limit', String(SWEEP_DESIGNS), '--jobs', String(jobs)],
      ...['--output-dir', join(scratch, 'sweep'), '--quiet'],
    ]),
  );
};

const sweepFigures = (context: Context, samples: readonly Sample[], workers: string): Figure[] => {
  const designs = grouped(SWEEP_DESIGNS);
  const what = `sweep ${context.models('resnet').name}, six systems, sample of ${designs} designs, ${workers}`;
  return [durations(what, 's', samples), rates('as a rate', 'designs', samples, SWEEP_DESIGNS)];
};

const wholeSweeps: Benchmark = {
  name: 'sweep',
  run: (context) => {
    const one = sweepSamples(context, 1);
    const two = sweepSamples(context, 2);
    return [
      ...sweepFigures(context, one, '1 worker'),
      ...sweepFigures(context, two, '2 workers'),
      ratios('2 workers, times as fast as 1', one, two),
    ];
  },
};

/** Benchmarks of the command line in processes of their own. */
export const WHOLE_PROCESS: readonly Benchmark[] = [
  coldEstimate('estimate/mobilenet', 'mobilenet'),
  coldEstimate('estimate/keyword', 'keyword'),
  wholeSweeps,
];
