import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { grouped } from '../src/text.js';
import type { Benchmark } from './benchmark.js';
import { durations, rates } from './measure.js';
import type { ModelName } from './models.js';
import { runProgram } from './process.js';
import { SPACE } from './space.js';

const ESTIMATE_RUNS = 7;
const SWEEP_RUNS = 2;
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

const wholeSweep = (jobs: number): Benchmark => ({
  name: `sweep/${jobs}`,
  run: ({ models, scratch }) => {
    const { name: network, path } = models('resnet');
    const space = join(scratch, 'space.yaml');
    writeFileSync(space, SPACE);
    const samples = Array.from({ length: SWEEP_RUNS }, () =>
      runProgram([
        ...['sweep', path, '--accelerator-config', 'u55,u65', '--space', space],
        ...['--limit', String(SWEEP_DESIGNS), '--jobs', String(jobs)],
        ...['--output-dir', join(scratch, 'sweep'), '--quiet'],
      ]),
    );
    const workers = jobs === 1 ? '1 worker' : `${jobs} workers`;
    const what = `sweep ${network}, six systems, ${grouped(SWEEP_DESIGNS)} designs, ${workers}`;
    return [durations(what, 's', samples), rates('as a rate', 'designs', samples, SWEEP_DESIGNS)];
  },
});

/** Benchmarks of the command line in processes of their own. */
export const WHOLE_PROCESS: readonly Benchmark[] = [
  coldEstimate('estimate/mobilenet', 'mobilenet'),
  coldEstimate('estimate/keyword', 'keyword'),
  wholeSweep(1),
  wholeSweep(2),
];
