import fc from 'fast-check';
import { createEstimator, type Evaluation } from '../../src/estimate.js';
import type { Network } from '../../src/graph/network.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import type { Memory, System } from '../../src/npu/system.js';
import type { Optimise } from '../../src/schedule/schedule.js';
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

const latency = fc.oneof(fc.constantFrom(0, 32, 64, 500), fc.integer({ min: 0, max: 3000 }));

const memory = (base: Memory, fastest: number): fc.Arbitrary<Memory> =>
  fc
    .record({ rate: fc.integer({ min: 1, max: 16 * fastest }), read: latency, write: latency })
    .map(({ rate, read, write }) => ({
      ...base,
      bytesPerCycle: rate / 16,
      readLatency: read,
      writeLatency: write,
    }));

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
    sram: memory(shared.staging, 16),
    other: memory(shared.constants, 8),
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

/** A network as it was scheduled on a system. */
export const anyEvaluation = (
  network: fc.Arbitrary<Network> = fc.oneof(anyNetwork(), anyNetwork({ form: 'tall' })),
): fc.Arbitrary<Evaluation> =>
  fc
    .record({ network, system: anySystem, optimise: fc.constantFrom<Optimise>('Performance', 'Size') })
    .map(({ network: n, system, optimise }) => {
      const estimator = createEstimator();
      return estimator.evaluate(estimator.compile(n, system.accelerator), system, { optimise });
    });
