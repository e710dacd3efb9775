import fc from 'fast-check';
import { hardwareByName } from '../../src/cost/hardware.js';
import { createEstimator } from '../../src/estimate/estimate.js';
import type { Network } from '../../src/graph/network.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import type { Memory, System } from '../../src/npu/system.js';
import { buildCascades, opMemory, type CascadeInputs } from '../../src/schedule/cascades.js';
import { CPU_ENTRY, plainEntry, type Schedule } from '../../src/schedule/entry.js';
import { takeSnapshot, type Placement, type Snapshot } from '../../src/schedule/liveness.js';
import { AREA, createMachine, type Machine } from '../../src/schedule/machine.js';
import { planFor } from '../../src/schedule/planning.js';
import { minimalStripes } from '../../src/schedule/stripes.js';
import type { Program } from '../../src/schedule/program.js';
import type { Encoder } from '../../src/weights/encoding.js';
import { createEncoders } from '../../src/weights/encoder.js';
import { anyNetwork } from '../estimate/random-networks.js';

const shared = resolveSystem({
  accelerator: 'ethos-u55-128',
  systemConfig: 'Ethos_U55_High_End_Embedded',
  memoryMode: 'Shared_Sram',
});
const dedicated = resolveSystem({
  accelerator: 'ethos-u65-512',
  systemConfig: 'Ethos_U65_High_End',
  memoryMode: 'Dedicated_Sram',
});

const ACCELERATORS = ['ethos-u55-32', 'ethos-u55-64', 'ethos-u55-128', 'ethos-u55-256', 'ethos-u65-512'];

/** A memory of up to that many sixteenths of a byte per cycle. */
const memory = (base: Memory, fastest: number, slowest: number): fc.Arbitrary<Memory> => {
  const latency = fc.oneof(fc.constantFrom(0, 32, 64), fc.integer({ min: 0, max: slowest }));
  return fc
    .record({ rate: fc.integer({ min: 1, max: fastest }), readLatency: latency, writeLatency: latency })
    .map(({ rate, ...latencies }) => ({ ...base, bytesPerCycle: rate / 16, ...latencies }));
};

/** Limits of the staging memory, small ones more often. */
const limit = fc.oneof(
  fc.constant(2 ** 32),
  fc.integer({ min: 1, max: 64 }).map((n) => n * 256),
  fc.integer({ min: 1, max: 64 }).map((n) => n * 2048),
);

/** Systems with memories of any speed, so that decisions are close; with and without staging memory of its own. */
export const anySystem: fc.Arbitrary<System> = fc
  .record({
    accelerator: fc.constantFrom(...ACCELERATORS),
    spilling: fc.boolean(),
    sram: fc.oneof(memory(shared.staging, 256, 100), memory(shared.staging, 16, 100)),
    other: fc.oneof(
      memory(shared.constants, 64, 500),
      memory(shared.constants, 8, 3000),
      memory(shared.constants, 2, 100),
    ),
    limit,
  })
  .map(({ accelerator, spilling, sram, other, limit: arenaCacheSize }) => {
    const base = spilling ? dedicated : shared;
    const constants: Memory = spilling ? { ...other, name: 'Dram' } : other;
    return {
      ...base,
      accelerator,
      arenaCacheSize,
      constants,
      staging: sram,
      featureMaps: spilling ? constants : sram,
    };
  });

/** Sizes like those of an encoding that gets by with 3 to 7 bits per weight, without the work of one. */
const roughEncoder: Encoder = (weights, _layout, boundaries) => {
  const [depth, h, w, inputs] = weights.shape;
  const up16 = (n: number): number => Math.ceil(n / 16) * 16;
  const slices = boundaries.slice(1).map((end, k) => {
    const channels = end - boundaries[k]!;
    const bits = 3 + ((end * 37 + channels) % 5);
    return { weights: up16((channels * h * w * inputs * bits) / 8), scales: 10 * channels };
  });
  const weightBytes = slices.reduce((sum, s) => sum + s.weights, 0);
  const rangeBytes = slices.map((s) => s.weights + up16(s.scales));
  const allocatedBytes = rangeBytes.reduce((a, b) => a + b, 0);
  return {
    weightBytes,
    scaleBytes: allocatedBytes - weightBytes,
    allocatedBytes,
    rangeBytes,
    firstTransferBytes: slices[0]!.weights + slices[0]!.scales,
    sourceSize: depth * h * w * inputs,
    zeroCount: 0,
    distinctCount: 17,
    streams: 1,
  };
};

const compiler = createEstimator();

/** A program on a machine whose encoder is a stand-in. */
export interface Workshop {
  readonly machine: Machine;
  readonly program: Program;
  readonly placement: Placement;
  /** Every operation whole and without buffers. */
  readonly whole: Schedule;
  readonly snapshot: Snapshot;
}

export function workshop(network: Network, system: System): Workshop {
  const hardware = hardwareByName(system.accelerator);
  const model = hardware.createModel(system, { ...createEncoders(), u55: roughEncoder }, false);
  const machine = createMachine(hardware, system, model);
  const program = compiler.compile(network, system.accelerator);
  const areas = Uint8Array.from(program.tensors, (t) => (t.constant ? AREA.constants : AREA.featureMaps));
  const placement = { areas, spilling: system.spilling };
  const whole = program.ops.map(({ cost }) => (cost ? plainEntry(planFor(machine, cost)) : CPU_ENTRY));
  return { machine, program, placement, whole, snapshot: takeSnapshot(program, whole, placement) };
}

/** A network on some systems. */
export const anyWorkshops = (
  form: 'mixed' | 'tall' | 'deep',
  systems: number,
  system: fc.Arbitrary<System> = anySystem,
): fc.Arbitrary<Workshop[]> =>
  fc
    .tuple(anyNetwork({ form }), fc.array(system, { minLength: systems, maxLength: systems }))
    .map(([network, on]) => on.map((s) => workshop(network, s)));

/** What cascades of the smallest stripes are built from. */
export const cascadeInputs = (w: Workshop, guide: number): CascadeInputs => ({
  program: w.program,
  placement: w.placement,
  striped: minimalStripes(w.machine, w.program),
  fallback: w.whole,
  snapshot: w.snapshot,
  memory: (i) => opMemory(w.program, w.whole, w.placement, w.snapshot, i),
  guide,
  from: 0,
  to: w.program.ops.length - 1,
});

/** The same workshop with cascades in its schedule. */
export function cascaded(w: Workshop, guide: number): Workshop {
  const { entries } = buildCascades(cascadeInputs(w, guide));
  return { ...w, whole: entries, snapshot: takeSnapshot(w.program, entries, w.placement) };
}
