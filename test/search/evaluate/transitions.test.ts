import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEvaluator } from '../../../search/evaluate/evaluator.js';
import {
  FIGURE_COUNT,
  figuresOf,
  loadFigures,
  type DesignFigures,
} from '../../../search/evaluate/figures.js';
import { Transitions } from '../../../search/evaluate/transitions/transitions.js';
import { createApplier } from '../../../search/emit/apply.js';
import { buildSpace } from '../../../search/space/build-space.js';
import { parseSpaceFile } from '../../../search/space/space-file.js';
import { digitsAt, countDesigns, type Space } from '../../../search/space/space.js';
import { chooseSystem } from '../../../search/space/systems.js';
import { createEstimator } from '../../../src/estimate/estimate.js';
import type { Network } from '../../../src/graph/network.js';
import type { SystemRequest } from '../../../src/npu/resolve.js';
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

const spaceOf = (network: Network, yaml = CHOICES, systems: readonly SystemRequest[] = SYSTEMS): Space =>
  buildSpace(network, {
    systems: systems.map(chooseSystem),
    optimise: 'Performance',
    file: parseSpaceFile(yaml, 'space.yaml'),
  });

/** So many designs of a space, spread over it. */
function spread(space: Space, count: number, seed: number): Uint16Array[] {
  const all = countDesigns(space);
  return Array.from({ length: count }, (_, i) =>
    digitsAt(space, (BigInt(i * 2 + 1) * 7919n * BigInt(seed + 1) * (all / 104729n + 1n)) % all),
  );
}

/** The design's figures from a compilation of its whole network; undefined if it does not compile. */
function wholeFigures(space: Space): (digits: Uint16Array) => DesignFigures | undefined {
  const applier = createApplier(space);
  const estimator = createEstimator();
  return (digits) => {
    const { system } = space.systems[digits.at(-1)!]!;
    try {
      const program = estimator.compile(applier.network(digits), system.accelerator);
      return figuresOf(estimator.evaluate(program, system, { optimise: space.optimise }));
    } catch {
      return undefined;
    }
  };
}

/** Evaluates designs twice, the second time with all transitions known; returns how many were chains of lookups. */
function check(space: Space, designs: readonly Uint16Array[]): number {
  const evaluator = createEvaluator(space);
  const whole = wholeFigures(space);
  const row = new Float64Array(FIGURE_COUNT);
  let chained = 0;
  const { prototype } = Transitions;
  const original = Object.getOwnPropertyDescriptor(prototype, 'store')!;
  const store = original.value as Transitions['store'];
  const counted: Transitions['store'] = function (this: Transitions, ...call) {
    const known = store.apply(this, call);
    if (known) chained++;
    return known;
  };
  Object.defineProperty(prototype, 'store', { ...original, value: counted });
  try {
    for (let round = 0; round < 2; round++) {
      for (const design of designs) {
        const expected = whole(design);
        if (expected === undefined) expect(() => evaluator.store(design, row, 0)).toThrow();
        else {
          evaluator.store(design, row, 0);
          expect(loadFigures(row, 0)).toEqual(expected);
        }
      }
    }
  } finally {
    Object.defineProperty(prototype, 'store', original);
  }
  return chained;
}

describe('chains of transitions', () => {
  it('have the figures of whole compilations in random networks', { timeout: 60_000 }, () => {
    let [chained, count] = [0, 0];
    fc.assert(
      fc.property(anyNetwork({ maxSteps: 8 }), fc.nat(1000), (network, seed) => {
        const space = spaceOf(network);
        const designs = spread(space, 21, seed);
        chained += check(space, designs);
        count += 2 * designs.length;
      }),
      { seed: 4, numRuns: 12 },
    );
    expect(chained).toBeGreaterThan(count / 5);
  });

  it('replace compilations once everything has been seen', () => {
    const space = spaceOf(withRandomValues(residualNetwork(), randomNumbers(1)));
    const designs = spread(space, 60, 3);
    expect(check(space, designs)).toBeGreaterThan(40);
  });

  it('know the readers of results after an operation of the CPU', () => {
    const b = new NetworkBuilder();
    let x = b.conv(b.input([1, 16, 16, 16]), 32);
    for (let i = 0; i < 3; i++) {
      x = b.operator('SQRT', [x], [b.map(b.shapeOf(x))]);
      x = b.conv(b.conv(b.conv(x, 64, 1), 16, 1), 24);
    }
    const space = spaceOf(withRandomValues(b.network([x]), randomNumbers(2)));
    expect(check(space, spread(space, 150, 1))).toBeGreaterThan(30);
  });

  it('learn nothing from designs that staging memory is too small for', () => {
    const b = new NetworkBuilder();
    const x = b.conv(b.conv(b.input([1, 12, 12, 16]), 32, 1), 24, 1);
    const space = spaceOf(
      withRandomValues(b.network([b.conv(x, 24)]), randomNumbers(5)),
      'options: [standard, separable]\nwidths: [0.25, 0.5, 1, 2]\n',
      [8064, 9344, 11104, 12288, 13312, 14336].map((arenaCacheSize) => ({
        accelerator: 'ethos-u85-256',
        memoryMode: 'Dedicated_Sram',
        arenaCacheSize,
      })),
    );
    // The widest first.
    const all = Number(countDesigns(space));
    const designs = Array.from({ length: all }, (_, i) => digitsAt(space, BigInt(all - 1 - i)));
    expect(check(space, designs)).toBeGreaterThan(10);
  });

  it('learn nothing from designs in which other feature maps stay in staging memory', () => {
    const b = new NetworkBuilder();
    const x = b.conv(b.input([1, 6, 6, 8]), 8);
    const y = b.conv(b.add(b.conv(x, 8), x), 8);
    const z = b.operator('MUL', [y, x], [b.map(b.shapeOf(y))], { fused_activation_function: 'NONE' });
    const space = spaceOf(
      withRandomValues(b.network([y, b.conv(z, 16)]), randomNumbers(6)),
      'options: [standard, separable, "lowrank*4"]\n',
      [{ accelerator: 'ethos-u85-2048', memoryMode: 'Dedicated_Sram' }],
    );
    const all = Number(countDesigns(space));
    const designs = Array.from({ length: all }, (_, i) => digitsAt(space, BigInt((i * 50 + 7) % all)));
    expect(check(space, designs)).toBeGreaterThan(10);
  });
});
