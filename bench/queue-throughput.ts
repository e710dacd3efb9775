import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputError } from '../src/errors.js';
import type { Benchmark } from './benchmark.js';
import { durations, ratios, type Sample } from './measure.js';
import { runProgram } from './process.js';
import { SEARCHES, type Search } from './worker-throughput.js';

const RUNS = 3;
const WORKERS = 2;
const PROGRAM = fileURLToPath(new URL('../cli/main.js', import.meta.url));

/** A port of this machine that nobody uses. */
const freePort = (): number =>
  Number(
    spawnSync(process.execPath, [
      '-e',
      'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })',
    ]).stdout.toString(),
  );

/**
 * Does work beside a Redis with workers at it, all on this machine.
 * @throws an input error where there is no Redis
 */
const besideWorkers = <T>(folder: string, work: (queue: string) => T): T => {
  if (spawnSync('redis-server', ['--version']).status !== 0)
    throw inputError('redis-server is not installed: queues cannot be measured');
  mkdirSync(folder, { recursive: true });
  const port = freePort();
  const queue = `redis://127.0.0.1:${port}`;
  const children: ChildProcess[] = [];
  const start = (program: string, argv: readonly string[]): void => {
    children.push(spawn(program, argv, { stdio: 'ignore' }));
  };
  const present = (): number => {
    const { stdout } = spawnSync(process.execPath, [PROGRAM, 'queue', 'status', '--json', '--queue', queue]);
    const { workers = [] } = JSON.parse(stdout.toString()) as { readonly workers?: readonly unknown[] };
    return workers.length;
  };
  try {
    start('redis-server', [
      ...[
        '--bind',
        '127.0.0.1',
        '--port',
        String(port),
        '--dir',
        folder,
        '--save',
        '',
        '--appendonly',
        'yes',
      ],
    ]);
    while (present() < WORKERS)
      if (children.length <= WORKERS)
        start(process.execPath, [PROGRAM, 'worker', '--quiet', '--jobs', '1', '--queue', queue]);
    return work(queue);
  } finally {
    children.reverse().forEach((child) => child.kill());
  }
};

const throughput = (name: string, { what, space, systems, options }: Search): Benchmark => ({
  name: `queue/${name}`,
  run: ({ models, scratch }) => {
    const file = join(scratch, 'queue.yaml');
    writeFileSync(file, space);
    const { name: model, path } = models('resnet');
    const run = (workers: readonly string[]): Sample =>
      runProgram([
        ...['sweep', path, '--accelerator-config', systems, '--space', file, ...options, ...workers],
        ...['--output-dir', join(scratch, 'queue'), '--quiet'],
      ]);
    const threads: Sample[] = [];
    const queued: Sample[] = [];
    // In turns: what else the machine does then hits both. Workers are new each time: they remember what they have compiled.
    for (let turn = 0; turn < RUNS; turn++) {
      threads.push(run(['--jobs', String(WORKERS)]));
      queued.push(besideWorkers(join(scratch, `redis-${turn}`), (queue) => run(['--queue', queue])));
    }
    return [
      durations(`${what}, ${model}, 2 threads`, 's', threads),
      durations('2 workers with 1 thread each at a queue', 's', queued),
      ratios('the workers, times as fast as the threads', threads, queued),
    ];
  },
});

/** Workers at a queue against threads of the search itself, whole processes from start to end. */
export const QUEUE_THROUGHPUT: readonly Benchmark[] = Object.entries(SEARCHES).map(([name, search]) =>
  throughput(name, search),
);
