import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareFigures } from '../../../bench/figure-comparison.js';
import { resnetLike } from '../../../bench/networks.js';
import { designDrawer } from '../../../bench/space.js';
import { buildSpace } from '../../../search/space/build-space.js';
import { parseSpaceFile } from '../../../search/space/space-file.js';
import { digitsAt, countDesigns, type Space } from '../../../search/space/space.js';
import { chooseSystem } from '../../../search/space/systems.js';
import { importNetwork } from '../../../src/graph/import.js';
import type { Network } from '../../../src/graph/network.js';
import type { SystemRequest } from '../../../src/npu/resolve.js';
import { readModel, writeModel } from '../../../src/tflite/model.js';
import { anyNetwork } from '../../estimate/random-networks.js';
import { NetworkBuilder, residualNetwork } from '../fixture.js';
import { withRandomValues } from '../substitute/random-network.js';
import { randomNumbers } from '../substitute/targets.js';

/** Plenty of memory, little of it, and memory of its own for staging. */
const SYSTEMS = [
  { accelerator: 'ethos-u55-128' },
  { accelerator: 'ethos-u55-128', memoryMode: 'Sram_Only' },
  { accelerator: 'ethos-u55-64', arenaCacheSize: 4096 },
  { accelerator: 'ethos-u65-512', memoryMode: 'Dedicated_Sram_384KB' },
  { accelerator: 'ethos-u65-256', memoryMode: 'Dedicated_Sram', arenaCacheSize: 8192 },
  { accelerator: 'ethos-u85-256' },
  { accelerator: 'ethos-u85-128', memoryMode: 'Sram_Only' },
];

const CHOICES = 'options: [standard, separable, "separable*2:relu"]\nwidths: [0.5, 1, 1.3]\n';

const spaceOf = (network: Network, systems: readonly SystemRequest[] = SYSTEMS, choices = CHOICES): Space =>
  buildSpace(network, {
    systems: systems.map(chooseSystem),
    optimise: 'Performance',
    file: parseSpaceFile(choices, 'space.yaml'),
  });

/** So many designs of a space, spread over it. */
function spread(space: Space, count: number, seed: number): Uint16Array[] {
  const all = countDesigns(space);
  return Array.from({ length: count }, (_, i) =>
    digitsAt(space, (BigInt(i * 2 + 1) * 7919n * BigInt(seed + 1) * (all / 104729n + 1n)) % all),
  );
}

describe('chains of transitions', () => {
  it('have the figures of whole compilations in random networks', { timeout: 60_000 }, () => {
    let [chained, count] = [0, 0];
    fc.assert(
      fc.property(anyNetwork({ maxSteps: 8 }), fc.nat(1000), (network, seed) => {
        const space = spaceOf(network);
        const designs = spread(space, 21, seed);
        const compared = compareFigures(space, designs);
        expect(compared.differences).toEqual([]);
        chained += compared.chained;
        count += designs.length - compared.refused;
      }),
      { seed: 4, numRuns: 12 },
    );
    expect(chained).toBeGreaterThan(count / 4);
  });

  it('replace compilations once everything has been seen', () => {
    const space = spaceOf(withRandomValues(residualNetwork(), randomNumbers(1)));
    const designs = spread(space, 60, 3);
    const { chained, differences } = compareFigures(space, designs);
    expect(differences).toEqual([]);
    expect(chained).toBeGreaterThan(30);
  });

  it('learn nothing from designs in which feature maps were evicted', () => {
    const model = readModel(writeModel(resnetLike()), 'resnet_like');
    const request = { accelerator: 'ethos-u65-256', memoryMode: 'Dedicated_Sram', arenaCacheSize: 65536 };
    const space = spaceOf(importNetwork(model, 'resnet_like'), [request]);
    const { chained, differences } = compareFigures(space, designDrawer(space)(150));
    expect(differences).toEqual([]);
    expect(chained).toBeGreaterThan(15);
    expect(chained).toBeLessThan(135);
  });

  it('know the readers of results after an operation of the CPU', () => {
    const b = new NetworkBuilder();
    let x = b.conv(b.input([1, 16, 16, 16]), 32);
    for (let i = 0; i < 3; i++) {
      x = b.operator('SQRT', [x], [b.map(b.shapeOf(x))]);
      x = b.conv(b.conv(b.conv(x, 64, 1), 16, 1), 24);
    }
    const space = spaceOf(withRandomValues(b.network([x]), randomNumbers(2)));
    const { chained, differences } = compareFigures(space, spread(space, 150, 1));
    expect(differences).toEqual([]);
    expect(chained).toBeGreaterThan(30);
  });

  it('learn nothing from designs in which other feature maps stay in staging memory', () => {
    const b = new NetworkBuilder();
    const x = b.conv(b.input([1, 6, 6, 8]), 8);
    const y = b.conv(b.add(b.conv(x, 8), x), 8);
    const z = b.operator('MUL', [y, x], [b.map(b.shapeOf(y))], { fused_activation_function: 'NONE' });
    const space = spaceOf(
      withRandomValues(b.network([y, b.conv(z, 16)]), randomNumbers(6)),
      [{ accelerator: 'ethos-u85-2048', memoryMode: 'Dedicated_Sram' }],
      'options: [standard, separable, "lowrank*4"]\n',
    );
    const all = Number(countDesigns(space));
    const designs = Array.from({ length: all }, (_, i) => digitsAt(space, BigInt((i * 50 + 7) % all)));
    const { chained, differences } = compareFigures(space, designs);
    expect(differences).toEqual([]);
    expect(chained).toBeGreaterThan(10);
  });
});
