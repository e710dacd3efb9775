import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark } from './benchmark.js';
import { durations, ratios, type Sample } from './measure.js';
import { runProgram } from './process.js';

const RUNS = 3;

/** Eight widths per width group. */
const WIDE = 'options: [standard, separable]\nwidths: [1, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.125]\n';

/** Many options and few widths. */
const MANY = 'options: [standard, separable, "separable:relu", "lowrank*4"]\nwidths: [0.5, 0.75, 1]\n';

/** A search of resnet8 that takes two threads some ten seconds. */
export interface Search {
  readonly what: string;
  readonly space: string;
  readonly systems: string;
  readonly options: readonly string[];
}

/** Searches to compare workers with threads by. */
export const SEARCHES: Readonly<Record<string, Search>> = {
  exact: { what: 'exact search', space: WIDE, systems: 'u55,u65', options: ['--method', 'exact'] },
  evolve: {
    what: 'evolution, 10,000 designs',
    ...{ space: WIDE, systems: 'u55,u65', options: ['--method', 'evolve', '--limit', '10000'] },
  },
  exhaustive: {
    what: 'walk of all designs with four options',
    ...{ space: MANY, systems: 'ethos-u55-128', options: ['--method', 'exhaustive'] },
  },
};

/** Two worker processes beside two threads, in turns: what else the machine does then hits both. */
const throughput = (name: string, { what, space, systems, options }: Search): Benchmark => ({
  name: `workers/${name}`,
  run: ({ models, scratch }) => {
    const file = join(scratch, 'workers.yaml');
    writeFileSync(file, space);
    const { name: model, path } = models('resnet');
    const run = (workers: readonly string[]): Sample =>
      runProgram([
        ...['sweep', path, '--accelerator-config', systems, '--space', file, ...options, ...workers],
        ...['--output-dir', join(scratch, 'workers'), '--quiet'],
      ]);
    const pairs = Array.from({ length: RUNS }, () => [
      run(['--jobs', '2']),
      run(['--jobs', '2', '--workers', 'local:2']),
    ]);
    const threads = pairs.map(([sample]) => sample!);
    const processes = pairs.map(([, sample]) => sample!);
    return [
      durations(`${what}, ${model}, 2 threads`, 's', threads),
      durations('2 local workers', 's', processes),
      ratios('2 local workers, times as fast as 2 threads', threads, processes),
    ];
  },
});

/** Worker processes against threads of the search itself, whole processes from start to end. */
export const WORKER_THROUGHPUT: readonly Benchmark[] = Object.entries(SEARCHES).map(([name, search]) =>
  throughput(name, search),
);
