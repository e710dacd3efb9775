import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ceilDiv } from '../../src/cost/integers.js';
import { AREAS, type Estimate } from '../../src/estimate/types.js';
import { createEstimator, type EstimateOptions } from '../../src/estimate/estimate.js';
import type { Graph, Network } from '../../src/graph/network.js';
import { ACCELERATOR_NAMES } from '../../src/npu/accelerator-names.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import type { Memory, System } from '../../src/npu/system.js';
import { anyNetwork } from './random-networks.js';

/** One estimator for all tests: that it keeps what it has seen must not show. */
const estimator = createEstimator();

const PERFORMANCE: EstimateOptions = { optimise: 'Performance' };
const ofFamily = (family: string): string[] => ACCELERATOR_NAMES.filter((name) => name.includes(family));
const u55Names = ofFamily('u55');
const u65Names = ofFamily('u65');
const u85Names = ofFamily('u85');

/** A system and what to optimise for. */
interface Setting {
  readonly system: System;
  readonly options: EstimateOptions;
}

const setting = (
  accelerators: readonly string[],
  modes: readonly (readonly [systemConfig: string, memoryMode: string])[],
): fc.Arbitrary<Setting> =>
  fc
    .record({
      accelerator: fc.constantFrom(...accelerators),
      mode: fc.constantFrom(...modes),
      arenaCacheSize: fc.option(
        fc.integer({ min: 1, max: 30 }).map((n) => 4096 * n),
        { nil: undefined },
      ),
      optimise: fc.constantFrom<EstimateOptions['optimise']>('Performance', 'Performance', 'Size'),
    })
    .map(({ accelerator, mode: [systemConfig, memoryMode], arenaCacheSize, optimise }) => ({
      system: resolveSystem({ accelerator, systemConfig, memoryMode, arenaCacheSize }),
      options: { optimise },
    }));

const anySetting: fc.Arbitrary<Setting> = fc.oneof(
  setting(u55Names, [
    ['Ethos_U55_High_End_Embedded', 'Shared_Sram'],
    ['Ethos_U55_Deep_Embedded', 'Shared_Sram'],
    ['Ethos_U55_Deep_Embedded', 'Sram_Only'],
  ]),
  setting(u65Names, [
    ['Ethos_U65_High_End', 'Dedicated_Sram'],
    ['Ethos_U65_Client_Server', 'Dedicated_Sram_384KB'],
    ['Ethos_U65_Mid_End', 'Shared_Sram'],
    ['Ethos_U65_Embedded', 'Sram_Only'],
  ]),
);

const settingOfAnyFamily: fc.Arbitrary<Setting> = fc.oneof(
  { weight: 2, arbitrary: anySetting },
  {
    weight: 1,
    arbitrary: setting(u85Names, [
      ['Ethos_U85_SYS_DRAM_Mid', 'Dedicated_Sram'],
      ['Ethos_U85_SYS_Flash_High', 'Shared_Sram'],
    ]),
  },
);

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Every number in a value, with the path to it. */
function numbers(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => numbers(part, `${path}.${key}`));
}

function expectSumsToHold(e: Estimate): void {
  const all = <T>(of: (layer: Estimate['layers'][number]) => T): T[] => e.layers.map(of);
  expect(e.cycles).toBe(sum(all((l) => l.cycles)));
  expect(e.npuCycles).toBe(sum(all((l) => l.npuCycles)));
  expect(e.macs).toBe(sum(all((l) => l.macs)));
  for (const area of AREAS) expect(e.accessCycles[area]).toBe(sum(all((l) => l.accessCycles[area])));
  for (const layer of e.layers) {
    expect(layer.cycles).toBe(Math.max(layer.npuCycles, ...AREAS.map((area) => layer.accessCycles[area])));
    if (layer.fused || layer.target === 'CPU') expect(layer.cycles + layer.macs + layer.stagingUsage).toBe(0);
  }
  expect(e.passesBeforeFusing).toBe(e.layers.filter((l) => !l.fused).length);
  expect(e.passesAfterFusing).toBeLessThanOrEqual(e.passesBeforeFusing);
}

/** The bytes of all memories are those of the layers' parts, each counted once per transfer. */
function expectBytesConserved(e: Estimate, tableBytes: number): void {
  const details = e.layers.flatMap((l) => l.detail ?? []);
  const part = (of: 'ifm' | 'ifm2' | 'ofm' | 'weights' | 'scales'): number =>
    sum(details.map((d) => d.bytes[of]));
  const copied = sum(
    details.map(({ weights }) =>
      weights && weights.buffering !== 'none' ? weights.encodedBytes + weights.scaleBytes : 0,
    ),
  );
  const role = (of: keyof Estimate['traffic']['sram']): number =>
    sum(AREAS.map((area) => e.traffic[area][of]));
  expect(role('featureMapRead')).toBe(part('ifm') + part('ifm2'));
  expect(role('featureMapWrite')).toBe(part('ofm'));
  expect(role('weightRead')).toBe(part('weights') + copied);
  expect(role('weightWrite')).toBe(copied);
  expect(role('total')).toBe(
    part('ifm') + part('ifm2') + part('ofm') + part('weights') + part('scales') + 2 * copied + tableBytes,
  );
}

/** Weights are read once per block of the OFM in height and width. */
function expectPassesToFollowBlocks(e: Estimate): void {
  for (const { detail } of e.layers) {
    if (detail?.weights === undefined) continue;
    const [, h, w, c] = detail.ofmShape as [number, number, number, number];
    const [blockH, blockW] = detail.ofmBlock as [number, number];
    const { passes, encodedBytes, scaleBytes, depthSlices } = detail.weights;
    expect(passes).toBe(ceilDiv(h, blockH) * ceilDiv(w, blockW));
    expect(detail.bytes.weights).toBe(passes * encodedBytes);
    expect(detail.bytes.scales).toBe(passes * scaleBytes);
    expect([depthSlices[0], depthSlices.at(-1)]).toEqual([0, c]);
    expect(depthSlices.every((at, i) => i === 0 || at > depthSlices[i - 1]!)).toBe(true);
  }
}

function expectMemoryToSuffice(e: Estimate, system: System): void {
  const staged = Math.max(0, ...e.layers.map((l) => l.stagingUsage));
  expect(e.stagingMemoryUsed).toBeGreaterThanOrEqual(staged);
  expect(e.memoryUsed.sram).toBeGreaterThanOrEqual(staged);
  if (system.spilling) expect(e.refused).toBe(e.memoryUsed.sram > system.arenaCacheSize);
  else expect(e.refused).toBe(false);
}

test('the figures of any network on any system add up', () => {
  fc.assert(
    fc.property(anyNetwork(), anySetting, (network, { system, options }) => {
      const program = estimator.compile(network, system.accelerator);
      const e = estimator.estimate(network, system, options);
      for (const [path, n] of numbers(e)) {
        expect(Number.isFinite(n), path).toBe(true);
        if (!path.endsWith('.origin')) expect(n, path).toBeGreaterThanOrEqual(0);
        if (!path.startsWith('.bandwidths')) expect(Number.isInteger(n), path).toBe(true);
      }
      expectSumsToHold(e);
      expectBytesConserved(e, sum(program.ops.map((op) => op.cost?.lutBytes ?? 0)));
      expectPassesToFollowBlocks(e);
      expectMemoryToSuffice(e, system);
    }),
    { seed: 100, numRuns: 200 },
  );
});

test('an estimate does not depend on what was estimated before', () => {
  fc.assert(
    fc.property(
      anyNetwork(),
      anyNetwork(),
      settingOfAnyFamily,
      settingOfAnyFamily,
      (network, other, first, second) => {
        const fresh = createEstimator();
        const before = fresh.estimate(network, first.system, first.options);
        fresh.estimate(other, first.system, second.options);
        fresh.estimate(network, second.system, second.options);
        expect(fresh.estimate(network, first.system, first.options)).toEqual(before);
        expect(estimator.estimate(network, first.system, first.options)).toEqual(before);
      },
    ),
    { seed: 101, numRuns: 25 },
  );
});

test('names do not matter', () => {
  const renamed = (network: Network): Network => {
    const [graph] = network.graphs;
    const tensors = graph.tensors.map((t, i) => ({ ...t, name: `renamed ${graph.tensors.length - i}` }));
    return { ...network, graphs: [{ ...graph, tensors }] };
  };
  fc.assert(
    fc.property(anyNetwork(), settingOfAnyFamily, (network, { system, options }) => {
      const e = estimator.estimate(network, system, options);
      const other = estimator.estimate(renamed(network), system, options);
      const nameless = (estimate: Estimate) => ({
        ...estimate,
        peak: undefined,
        layers: estimate.layers.map((layer) => ({ ...layer, name: '' })),
      });
      expect(nameless(other)).toEqual(nameless(e));
    }),
    { seed: 102, numRuns: 25 },
  );
});

test('cycles are counted in clocks, whatever the clock', () => {
  fc.assert(
    fc.property(anyNetwork(), settingOfAnyFamily, (network, { system, options }) => {
      const e = estimator.estimate(network, system, options);
      const fast = estimator.estimate(network, { ...system, coreClock: 2 * system.coreClock }, options);
      expect(fast).toEqual({ ...e, coreClock: fast.coreClock });
    }),
    { seed: 103, numRuns: 20 },
  );
});

test('an arena that is larger than needed is as good as an unlimited one', () => {
  const large = setting(ACCELERATOR_NAMES, [['Ethos_U55_High_End_Embedded', 'Shared_Sram']]);
  fc.assert(
    fc.property(anyNetwork(), large, (network, { system }) => {
      const unlimited = estimator.estimate(network, { ...system, arenaCacheSize: 2 ** 32 }, PERFORMANCE);
      // What is alive at once decides, and that is at most what is allocated.
      const arenaCacheSize = unlimited.memoryUsed.sram + 1;
      const enough = estimator.estimate(network, { ...system, arenaCacheSize }, PERFORMANCE);
      expect(enough).toEqual({ ...unlimited, arenaCacheSize });
    }),
    { seed: 104, numRuns: 25 },
  );
});

test('multiply-accumulates and original weights depend on the network only', () => {
  fc.assert(
    fc.property(anyNetwork(), anySetting, anySetting, (network, a, b) => {
      const [first, second] = [a, b].map(({ system, options }) =>
        estimator.estimate(network, system, options),
      );
      expect(second!.originalWeightBytes).toBe(first!.originalWeightBytes);
      expect(second!.macs).toBe(first!.macs);
      expect(second!.layers.map((l) => l.operator)).toEqual(first!.layers.map((l) => l.operator));
    }),
    { seed: 105, numRuns: 30 },
  );
});

/** Systems in which all is in one memory, so that no schedule depends on its neighbours. */
const inOneMemory = setting(ACCELERATOR_NAMES, [['Ethos_U55_Deep_Embedded', 'Sram_Only']]);
const plainHeads = ['none', 'dense', 'softmax'] as const;

/** Both networks beside each other in one graph. */
function beside(a: Network, b: Network): Network {
  const [first] = a.graphs;
  const [second] = b.graphs;
  const shift = (indices: readonly number[]): number[] =>
    indices.map((i) => (i < 0 ? i : i + first.tensors.length));
  const graph: Graph = {
    name: 'both',
    tensors: [...first.tensors, ...second.tensors],
    operators: [
      ...first.operators,
      ...second.operators.map((op) => ({
        ...op,
        inputs: shift(op.inputs),
        outputs: shift(op.outputs),
        origin: op.origin + first.operators.length,
      })),
    ],
    inputs: [...first.inputs, ...shift(second.inputs)],
    outputs: [...first.outputs, ...shift(second.outputs)],
  };
  return { name: 'both', graphs: [graph] };
}

test('two networks side by side cost what they cost alone, where all is in one memory', () => {
  const network = anyNetwork({ heads: plainHeads });
  fc.assert(
    fc.property(network, network, inOneMemory, (a, b, { system }) => {
      const unlimited = { ...system, arenaCacheSize: 2 ** 32 };
      const [first, second, both] = [a, b, beside(a, b)].map((n) =>
        estimator.estimate(n, unlimited, PERFORMANCE),
      ) as [Estimate, Estimate, Estimate];
      expect(both.cycles).toBe(first.cycles + second.cycles);
      expect(both.npuCycles).toBe(first.npuCycles + second.npuCycles);
      expect(both.macs).toBe(first.macs + second.macs);
      expect(both.traffic.sram.total).toBe(first.traffic.sram.total + second.traffic.sram.total);
      expect(both.passesBeforeFusing).toBe(first.passesBeforeFusing + second.passesBeforeFusing);
      const ofLayers = (...estimates: Estimate[]): string[] =>
        estimates.flatMap((e) => e.layers.map((l) => `${l.operator} ${l.name} ${l.cycles}`)).sort();
      expect(ofLayers(both)).toEqual(ofLayers(first, second));
    }),
    { seed: 106, numRuns: 30 },
  );
});

test('a network twice is stored once, where all is in one memory', () => {
  fc.assert(
    fc.property(anyNetwork({ heads: plainHeads }), inOneMemory, (network, { system }) => {
      const unlimited = { ...system, arenaCacheSize: 2 ** 32 };
      const once = estimator.estimate(network, unlimited, PERFORMANCE);
      const twice = estimator.estimate(beside(network, network), unlimited, PERFORMANCE);
      expect(twice.cycles).toBe(2 * once.cycles);
      expect(twice.memoryUsed.on_chip_flash).toBe(once.memoryUsed.on_chip_flash);
    }),
    { seed: 107, numRuns: 20 },
  );
});

test('a faster memory is busy for no more cycles', () => {
  const faster = (memory: Memory, factor: number): Memory => ({
    ...memory,
    bytesPerCycle: Math.fround(memory.bytesPerCycle * factor),
  });
  const factor = fc.double({ min: 1, max: 8, noNaN: true });
  fc.assert(
    fc.property(anyNetwork(), inOneMemory, factor, (network, { system }, f) => {
      const unlimited = { ...system, arenaCacheSize: 2 ** 32 };
      const memory = faster(system.staging, f);
      const e = estimator.estimate(network, unlimited, PERFORMANCE);
      const better = { ...unlimited, constants: memory, featureMaps: memory, staging: memory };
      const other = estimator.estimate(network, better, PERFORMANCE);
      expect(other.traffic).toEqual(e.traffic);
      e.layers.forEach((layer, i) => {
        expect(other.layers[i]!.accessCycles.sram).toBeLessThanOrEqual(layer.accessCycles.sram);
      });
    }),
    { seed: 108, numRuns: 20 },
  );
});
