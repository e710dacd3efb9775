import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { hypervolume } from '../search/front/hypervolume.js';
import { pointsOf, type Points } from '../search/front/points.js';
import { paretoRanks } from '../search/front/pareto-ranks.js';
import { createU55Model } from '../src/cost/u55/model.js';
import { createEstimator } from '../src/estimate/estimate.js';
import type { Network } from '../src/graph/network.js';
import { hardwareByName } from '../src/cost/hardware.js';
import { U55_ACCELERATORS } from '../src/npu/u55-tables.js';
import { resolveSystem } from '../src/npu/resolve.js';
import { createMachine } from '../src/schedule/machine.js';
import { scheduleProgram } from '../src/schedule/schedule.js';
import { grouped } from '../src/text.js';
import { createEncoder } from '../src/weights/encoder.js';
import type { Encoder } from '../src/weights/encoding.js';
import type { Benchmark } from './benchmark.js';
import { durations, rates, repeat } from './measure.js';
import type { ModelName } from './models.js';

const ACCELERATOR = 'ethos-u55-128';
const MILLION = 1e6;

const reading: Benchmark = {
  name: 'read/mobilenet',
  run: ({ models }) => {
    const { name, bytes, load } = models('mobilenet');
    const megabytes = (bytes.length / MILLION).toFixed(1);
    return [durations(`read ${name}, ${megabytes} MB: decode and import`, 'ms', repeat(11, load))];
  },
};

const lowering = (name: string, which: ModelName, calls: number): Benchmark => ({
  name: `lower/${name}`,
  run: ({ models }) => {
    const model = models(which);
    const runs = 9;
    const fresh = Array.from({ length: runs }, () => model.load());
    const estimator = createEstimator();
    const compile = (network: Network): void => void estimator.compile(network, ACCELERATOR);
    for (let i = 0; i < calls; i++) compile(fresh[0]!);
    const again = repeat(runs, () => {
      for (let i = 0; i < calls; i++) compile(fresh[0]!);
    });
    const what = `lower and link ${model.name}, newly read`;
    return [
      durations(
        what,
        'µs',
        repeat(runs - 1, (run) => compile(fresh[run + 1]!)),
      ),
      durations('again', 'µs', again, calls),
    ];
  },
});

/** The arguments of every whole encoding that an estimate of the network asks for. */
function encodings(network: Network): Parameters<Encoder>[] {
  const accelerator = U55_ACCELERATORS.get(ACCELERATOR)!;
  const hardware = hardwareByName(ACCELERATOR);
  const system = resolveSystem({ accelerator: ACCELERATOR });
  const encode = createEncoder();
  const calls: Parameters<Encoder>[] = [];
  const recording: Encoder = (...call) => {
    if (call[2].length === 2) calls.push(call);
    return encode(...call);
  };
  const program = createEstimator().compile(network, ACCELERATOR);
  scheduleProgram(
    createMachine(hardware, system, createU55Model(accelerator, recording)),
    program,
    'Performance',
  );
  return calls;
}

const encoder: Benchmark = {
  name: 'encode/mobilenet',
  run: ({ models }) => {
    const { name, load } = models('mobilenet');
    const calls = encodings(load());
    const elements = calls.reduce((sum, [{ shape }]) => sum + shape.reduce((n, axis) => n * axis, 1), 0);
    const encodeAll = (encode: Encoder): void => calls.forEach((call) => encode(...call));
    const what = `encode ${name}, ${(elements / MILLION).toFixed(1)} million weights`;
    const kept = createEncoder();
    encodeAll(kept);
    const lookUps = 1000;
    const again = repeat(5, () => {
      for (let i = 0; i < lookUps; i++) encodeAll(kept);
    });
    return [
      rates(
        what,
        'million',
        repeat(5, () => encodeAll(createEncoder())),
        elements / MILLION,
      ),
      rates('again, encodings kept', 'million', again, (lookUps * elements) / MILLION),
    ];
  },
};

const ranking: Benchmark = {
  name: 'rank',
  run: () => {
    const count = 100_000;
    const dimensions = 3;
    const rng = xoroshiro128plus(1);
    const values = Float64Array.from({ length: count * dimensions }, () => uniformFloat64(rng));
    const samples = repeat(5, () => void paretoRanks({ count, dimensions, values }));
    return [durations('rank 100,000 random points, 3 objectives', 'ms', samples)];
  },
};

/** Random points on the plane where the objectives add up to 1: none dominates another. */
const randomFront = (count: number, dimensions: number): Points => {
  const rng = xoroshiro128plus(1);
  const rows = Array.from({ length: count }, () => {
    const shares = Array.from({ length: dimensions }, () => -Math.log(uniformFloat64(rng) + 1e-9));
    const sum = shares.reduce((total, share) => total + share);
    return shares.map((share) => share / sum);
  });
  return pointsOf(rows, dimensions);
};

const measuring: Benchmark = {
  name: 'hypervolume',
  run: () =>
    [
      [100_000, 2],
      [10_000, 3],
      [1_000, 4],
      [200, 5],
    ].map(([count = 0, dimensions = 0], i) => {
      const front = randomFront(count, dimensions);
      const reference = new Array<number>(dimensions).fill(1.1);
      const samples = repeat(9, () => void hypervolume(front, reference));
      const what = `${grouped(count)} points, ${dimensions} objectives`;
      return durations(i === 0 ? `hypervolume, random front of ${what}` : what, 'ms', samples);
    }),
};

/** Benchmarks of single parts. */
export const PARTS: readonly Benchmark[] = [
  reading,
  lowering('resnet', 'resnet', 100),
  lowering('mobilenet', 'mobilenet', 40),
  encoder,
  ranking,
  measuring,
];
