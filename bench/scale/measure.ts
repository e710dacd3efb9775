import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { Batch } from '../../search/evaluate/batch.js';
import { frameOf } from '../../search/evaluate/remote/frames.js';
import { openFleet, type Fleet } from '../../search/evaluate/remote/fleet.js';
import { setupMessage } from '../../search/evaluate/remote/messages.js';
import { openSession } from '../../search/evaluate/session.js';
import { planSweep, sweep } from '../../search/explore/sweep.js';
import type { Method } from '../../search/explore/methods.js';
import { contentHash } from '../../search/evaluate/log/content-hash.js';
import { openLogFile } from '../../search/evaluate/log/log-file.js';
import { parseObjectives } from '../../search/rank/objectives.js';
import { sampleDesigns } from '../../search/space/sample.js';
import type { Designs, Space } from '../../search/space/space.js';
import { version } from '../../src/cli/version.js';
import type { Network } from '../../src/graph/network.js';
import { parseAcceleratorList } from '../../src/npu/accelerator-names.js';
import { median } from '../measure.js';
import { PROGRAM } from '../process.js';
import type { Machine } from '../report.js';
import { spaceOf } from '../space.js';
import { cpuSince, localFleet } from './local-work.js';
import type { TimedBatch } from './simulate.js';

/** A search on one thread, all in milliseconds of processor time. */
export interface MeasuredSearch {
  readonly what: string;
  readonly designs: number;
  readonly batches: readonly TimedBatch[];
  /** What workers cannot do. */
  readonly rest: number;
}

/** What the simulation rests on. */
export interface Measured {
  readonly machine: Omit<Machine, 'memoryBytes'>;
  /** Processes that wanted a processor meanwhile, on average; other programs make the times by the clock longer. */
  readonly load: number;
  readonly model: string;
  readonly searches: readonly MeasuredSearch[];
  /** Processor time of the coordinator for a batch, in milliseconds. */
  readonly per_batch: number;
  /** Bytes: of a space, sent once to each worker; of a batch of so many designs, there and back. */
  readonly bytes: {
    readonly setup: number;
    readonly designs: number;
    readonly sent: number;
    readonly received: number;
  };
  /** Ways to a worker on this machine and back, in milliseconds, without its work. */
  readonly round_trips: readonly number[];
  /** Until a worker has greeted, in milliseconds. */
  readonly starts: readonly number[];
  /** A sample of so many designs with workers of this machine: seconds by the clock, after their greetings. */
  readonly local: readonly { readonly workers: number; readonly designs: number; readonly seconds: number }[];
}

const SYSTEMS = 'u55,u65';
const WIDE = 'options: [standard, separable]\nwidths: [1, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.125]\n';

const SAMPLE = 100_000;
/** Designs for what needs processes. */
const FEW = 20_000;
const ROUND_TRIPS = 200;
const BATCHES = 100;
const LOCAL_WORKERS = [1, 2, 4];

const OBJECTIVES = parseObjectives('cycles_total,sram_total_bytes,retained_energy:max');

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

const searchAlone = async (
  what: string,
  space: Space,
  method: Method,
  limit: number,
): Promise<MeasuredSearch> => {
  const batches: TimedBatch[] = [];
  const before = process.cpuUsage();
  await sweep({
    models: planSweep([{ name: '', space }], OBJECTIVES, limit, method),
    ...{ objectives: OBJECTIVES, constraints: [], seed: 1 },
    evaluate: { jobs: 1, fleet: localFleet(batches) },
  });
  const all = cpuSince(before);
  const [designs, worked] = [0, 1].map((at) => batches.reduce((sum, batch) => sum + batch[at]!, 0));
  return {
    ...{ what, designs: designs!, rest: rounded(Math.max(0, all - worked!)) },
    batches: batches.map(([count, milliseconds]) => [count, rounded(milliseconds)] as const),
  };
};

const withFleet = async <T>(workers: number, use: (fleet: Fleet) => Promise<T>): Promise<T> => {
  const fleet = await openFleet({
    commands: Array.from({ length: workers }, (_, i) => ({
      name: `worker ${i}`,
      start: [process.execPath, PROGRAM, 'worker', '--stdio', '--jobs', '1'] as const,
    })),
    version: version(),
    onLoss: (text) => {
      throw new Error(text);
    },
  });
  try {
    return await use(fleet);
  } finally {
    await fleet.close();
  }
};

const start = async (): Promise<number> => {
  const before = performance.now();
  return withFleet(1, () => Promise.resolve(rounded(performance.now() - before)));
};

/** Seconds that workers of this machine take for designs. */
const localSeconds = (space: Space, designs: Designs, workers: number): Promise<number> =>
  withFleet(workers, async (fleet) => {
    const session = openSession(space, { jobs: 1, fleet });
    const before = performance.now();
    await session.evaluate(designs);
    await session.close();
    return rounded((performance.now() - before) / 1000);
  });

/** What the coordinator does for batches of so many designs, with a log as searches have it. */
const coordinator = (
  space: Space,
  designs: number,
  scratch: string,
): Promise<Pick<Measured, 'per_batch' | 'bytes' | 'round_trips'>> =>
  withFleet(1, async (fleet) => {
    const log = openLogFile(join(scratch, 'log'), '', undefined, { onFault: () => undefined });
    const pool = fleet.source({ space, values: 'known', evaluator: undefined }).open(() => undefined);
    const { digits, width } = sampleDesigns(space, designs, 1).designs;
    const batchOf = (count: number): Batch => ({
      digits: digits.slice(0, count * width),
      ...{ width, wanted: 'figures' },
    });
    const task = batchOf(designs);
    const result = await pool.run('batch', task);
    const before = process.cpuUsage();
    for (let turn = 0; turn < BATCHES; turn++) {
      const { figures } = await pool.run('batch', batchOf(designs));
      log.add(contentHash(turn), { from: 0, to: designs, width, figures, failures: [] });
    }
    const perBatch = cpuSince(before) / BATCHES;
    const roundTrips: number[] = [];
    for (let turn = 0; turn < ROUND_TRIPS; turn++) {
      const since = performance.now();
      const { milliseconds } = await pool.run('batch', batchOf(1));
      roundTrips.push(rounded(performance.now() - since - milliseconds));
    }
    await pool.destroy();
    await log.close(false);
    return {
      per_batch: rounded(perBatch),
      bytes: {
        setup: frameOf(setupMessage(1, space, 'known')).length,
        designs: task.digits.length / width,
        sent: frameOf({ kind: 'job', id: 1, pool: 1, job: 'batch', task }).length,
        received: frameOf({ kind: 'done', id: 1, result }).length,
      },
      round_trips: roundTrips,
    };
  });

/** Measures searches of one network on six systems, and what worker processes cost beside their work. */
export const measureScale = async (
  { name, network }: { readonly name: string; readonly network: Network },
  machine: Machine,
  scratch: string,
  onStart: (what: string) => void,
): Promise<Measured> => {
  const space = spaceOf(
    network,
    parseAcceleratorList(SYSTEMS).map((accelerator) => ({ accelerator })),
    WIDE,
  );
  onStart('a sample');
  const sample = await searchAlone('sample', space, 'sample', SAMPLE);
  onStart('the exact search');
  const exact = await searchAlone('exact search', space, 'exact', SAMPLE);
  onStart('the coordinator');
  const usual = median(sample.batches.slice(sample.batches.length >> 1).map(([designs]) => designs));
  const costs = await coordinator(space, Math.round(usual), scratch);
  const starts = [await start(), await start(), await start()];
  const local: Measured['local'][number][] = [];
  const { designs } = sampleDesigns(space, FEW, 1);
  for (const workers of LOCAL_WORKERS) {
    onStart(`${workers} local worker${workers > 1 ? 's' : ''}`);
    local.push({ workers, designs: designs.count, seconds: await localSeconds(space, designs, workers) });
  }
  const { cores, processor, node, platform } = machine;
  return {
    machine: { cores, processor, node, platform },
    load: rounded(loadavg()[0]!),
    ...{ model: name, searches: [sample, exact], ...costs, starts, local },
  };
};
