import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findBlockConfig } from '../../src/cost/u55/block-config.js';
import { U55_ACCELERATORS } from '../../src/npu/u55-tables.js';
import { blockUblocks, theoryOpOf, type TheoryOp } from '../../src/theory/operation.js';
import { traversalChoice } from '../../src/theory/traversal.js';
import { theoryOf } from '../../src/theory/utilisation.js';
import { anySketch, costOf, costParts } from './operations.js';

const u55 = U55_ACCELERATORS.get('ethos-u55-128')!;

const conv = (over: Partial<TheoryOp>): TheoryOp => ({
  opClass: 'conv',
  ofm: [160, 240, 16],
  ifmDepth: 16,
  ifmBits: 8,
  kernelH: 3,
  kernelW: 3,
  ...over,
});

const pointwise = conv({ kernelH: 1, kernelW: 1 });
const depthwise = conv({ opClass: 'depthwise' });

describe('the published figures for ethos-u55-128 (docs/model/cycles-u55-u65.md#utilisation)', () => {
  test.each([
    ['3x3, 16 -> 16', conv({}), 88_473_600, 0.75, 921_600],
    ['3x3 depthwise, 16 channels', depthwise, 5_529_600, 0.09375, 460_800],
    [
      '1x1, 16 -> 16, part-kernel-first',
      { ...pointwise, traversal: 'part-kernel' },
      9_830_400,
      0.25,
      307_200,
    ],
    ['1x1, 16 -> 16, as the compiler chooses', pointwise, 9_830_400, 0.5, 153_600],
  ] satisfies [string, TheoryOp, number, number, number][])('%s', (_, op, macs, utilisation, macCycles) => {
    expect(theoryOf(op, u55)).toMatchObject({ macs, utilisation, macCycles });
  });

  // Origin: the same figures on 240×320 with 8 channels in the middle.
  test.each([
    ['3x3, 16 -> 8', conv({ ofm: [240, 320, 8] }), 921_600],
    ['3x3 depthwise, 8 channels', conv({ opClass: 'depthwise', ofm: [240, 320, 8] }), 460_800],
    ['1x1, 8 -> 16', conv({ ofm: [240, 320, 16], ifmDepth: 8, kernelH: 1, kernelW: 1 }), 307_200],
  ] satisfies [string, TheoryOp, number][])('%s on 240x320', (_, op, macCycles) => {
    expect(theoryOf(op, u55)).toMatchObject({ macCycles });
  });

  test('the factors have names and say what they are made of', () => {
    const shown = theoryOf(conv({}), u55).factors.filter(({ value }) => value < 1);
    expect(shown).toEqual([
      {
        name: 'kernel',
        value: 0.75,
        sentence: '9 of 12 kernel elements are used, as they come in steps of 4',
      },
    ]);
    expect(theoryOf(depthwise, u55).factors[0]).toMatchObject({
      name: 'one channel',
      sentence: 'an output channel reads one input channel: 16 of 128 MACs per cycle at most',
    });
  });
});

describe('the two traversals', () => {
  test('a 1x1 convolution of 16 channels is not executed part-kernel-first', () => {
    expect(traversalChoice(pointwise, u55)).toMatchObject({
      chosen: 'depth-first',
      slower: false,
      partKernel: { macCycles: 307_200 },
      depthFirst: { macCycles: 153_600 },
      sentence:
        'the compiler chooses depth-first, 50% and 153,600 cycles of MACs; ' +
        'part-kernel-first would be 25% and 307,200 cycles of MACs',
    });
  });

  // 24 channels: the rule sees 3 full groups of 8, execution takes 2 groups of 16
  // (docs/model/cycles-u55-u65.md#utilisation).
  test('the rule can take the slower one', () => {
    expect(traversalChoice(conv({ ifmDepth: 24 }), u55)).toMatchObject({
      chosen: 'part-kernel',
      slower: true,
      partKernel: { utilisation: 0.5625 },
      depthFirst: { utilisation: 0.75 },
    });
  });

  test('only convolutions have a choice', () => {
    expect(traversalChoice(depthwise, u55)).toBeUndefined();
  });
});

// Origin: the row of products in docs/model/cycles-u55-u65.md#utilisation.
test.each([
  ['ethos-u55-32', 0.25],
  ['ethos-u55-64', 0.125],
  ['ethos-u55-128', 0.0625],
  ['ethos-u55-256', 0.03125],
  ['ethos-u65-512', 0.03125],
])('a fully connected layer on %s does 8 MACs per cycle and core', (name, utilisation) => {
  const op: TheoryOp = { ...pointwise, opClass: 'vector-product', ofm: [1, 1, 16], ifmDepth: 64 };
  expect(theoryOf(op, U55_ACCELERATORS.get(name)!).utilisation).toBeCloseTo(utilisation, 12);
});

test.each([
  ['elementwise', 0],
  ['transpose', 0],
] as const)('%s operations have no MACs', (opClass, utilisation) => {
  expect(theoryOf({ ...pointwise, opClass }, u55)).toMatchObject({ macs: 0, factors: [], utilisation });
});

// Origin: docs/model/cycles-u55-u65.md#utilisation.
test('16-bit IFMs halve the rate of convolutions and depthwise convolutions', () => {
  expect(theoryOf(conv({ ifmBits: 16, kernelH: 1, kernelW: 2 }), u55).utilisation).toBe(0.5);
  expect(theoryOf({ ...depthwise, ifmBits: 16 }, u55).utilisation).toBe(0.09375 / 2);
});

describe('against the cost model', () => {
  const accelerators = fc.constantFrom(...U55_ACCELERATORS.values());

  test('MAC cycles are the MAC side exactly, unless the steps of tiny blocks wait for one another', () => {
    let exact = 0;
    fc.assert(
      fc.property(anySketch, accelerators, (sketch, acc) => {
        const cost = costOf(sketch);
        const config = findBlockConfig(cost, acc, cost.ofm.shape[1]);
        fc.pre(config !== undefined);
        const op = theoryOpOf(cost, config);
        const { macCycles, utilisation, factors } = theoryOf(op, acc);
        const { parts } = costParts(cost, config, acc);
        const macSide = parts.macBlock * parts.blocks;
        const ratio = macCycles / macSide;
        expect(ratio).toBeLessThanOrEqual(1 + 1e-9);
        const waits =
          blockUblocks(op, acc) === 1 || (acc.macsPerCycle === 32 && config.accumulatorBits === 40);
        if (!waits) {
          expect(ratio).toBeGreaterThanOrEqual(1 - 1e-9);
          exact++;
        }
        expect(utilisation).toBeGreaterThan(0);
        for (const { value } of factors) {
          expect(value).toBeGreaterThan(0);
          expect(value).toBeLessThanOrEqual(1);
        }
      }),
      { seed: 20, numRuns: 400 },
    );
    expect(exact).toBeGreaterThan(200);
  });

  test('without a block MAC cycles are a lower bound', () => {
    fc.assert(
      fc.property(anySketch, accelerators, (sketch, acc) => {
        const cost = costOf(sketch);
        const config = findBlockConfig(cost, acc, cost.ofm.shape[1]);
        fc.pre(config !== undefined);
        const { opClass, ofm, ifmDepth, ifmBits, kernelH, kernelW } = theoryOpOf(cost, config);
        const { macCycles } = theoryOf({ opClass, ofm, ifmDepth, ifmBits, kernelH, kernelW }, acc);
        const { parts } = costParts(cost, config, acc);
        expect(macCycles).toBeLessThanOrEqual(parts.macBlock * parts.blocks * (1 + 1e-9));
      }),
      { seed: 21, numRuns: 150 },
    );
  });
});
