import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BlockConfig } from '../../src/cost/model.js';
import type { CostOp } from '../../src/cost/operation.js';
import { burstOf } from '../../src/fvp/bricks.js';
import type { LayerFeatures } from '../../src/fvp/features.js';
import { layerCycles } from '../../src/fvp/formula.js';
import { macCorrection } from '../../src/fvp/mac-correction.js';
import { parametersOf } from '../../src/fvp/parameters.js';
import { PROFILE_NAMES, PROFILES, type ProfileName } from '../../src/fvp/profiles.js';
import { ACCELERATOR_NAMES, type AcceleratorName } from '../../src/npu/accelerator-names.js';

/** Features of no layer in particular, of which an example names some. */
const NOTHING: LayerFeatures = {
  macCycles: 0,
  macCorrection: 1,
  runCycles: 0,
  blocks: 1,
  outputCycles: 0,
  streamedBytes: 0,
  copiedBytes: 0,
  sramWeightBytes: 0,
  scaleBytes: 0,
  constantsOutside: true,
  sramReads: 0,
  sramWrites: 0,
  externalReads: 0,
  externalWrites: 0,
  readTransactions: 0,
  writeTransactions: 0,
  pixels: 0,
  narrow: false,
  usesExternal: true,
};

/** M₀, n, O, scale bytes, Wd, Ws, R_S, W_S; then body, T_S, T_E, T_W and the layer's cycles. */
type Example = readonly number[];

const U65_LAYER_3 = { externalWrites: 38400, writeTransactions: 38400 };

/** Origin: the worked examples of the model's text for the networks of the story. */
const EXAMPLES: readonly (readonly [
  name: string,
  accelerator: AcceleratorName,
  profile: ProfileName,
  more: Partial<LayerFeatures>,
  example: Example,
])[] = [
  [
    'standard 0',
    'ethos-u55-128',
    'u55',
    {},
    [460800, 300, 307200, 160, 256, 76800, 54000, 38400, 461824, 48600, 256, 0, 462044.531],
  ],
  [
    'standard 1',
    'ethos-u55-128',
    'u55',
    {},
    [921600, 457.142857142857, 307200, 160, 2560, 1177600, 57960, 38400, 922272, 84980, 2560, 0, 922492.531],
  ],
  [
    'standard 2',
    'ethos-u55-128',
    'u55',
    {},
    [460800, 304.761904761905, 38400, 16, 256, 82944, 57024, 38400, 460926, 50304, 256, 0, 461146.531],
  ],
  [
    'separable 0',
    'ethos-u65-512',
    'u65',
    {},
    [115200, 150, 76800, 160, 288, 43200, 0, 38400, 115712, 44571.023, 76.792, 0, 116332.409],
  ],
  [
    'separable 1',
    'ethos-u65-512',
    'u65',
    {},
    [115200, 200, 307200, 160, 224, 44800, 50400, 38400, 307776, 99335.906, 59.727, 0, 308396.409],
  ],
  [
    'separable 2',
    'ethos-u65-512',
    'u65',
    {},
    [38400, 150, 76800, 160, 384, 57600, 38400, 38400, 77056, 87190.031, 102.389, 0, 87810.44],
  ],
  [
    'separable 3',
    'ethos-u65-512',
    'u65',
    U65_LAYER_3,
    [115200, 150, 19200, 16, 256, 38400, 48600, 0, 115328, 55307.109, 68.259, 1280000, 1280620.409],
  ],
  [
    'standard 0 in SRAM',
    'ethos-u85-256',
    'u85-low',
    { macCorrection: 1.5, narrow: true, pixels: 60000, constantsOutside: false, usesExternal: false },
    [115200, 300, 153600, 160, 0, 81600, 60000, 38400, 173312, 66338.512, 0, 0, 173392.917],
  ],
];

test.for(EXAMPLES)('worked example: %s on %s', ([, accelerator, profile, more, example]) => {
  const [macCycles, blocks, outputCycles, scaleBytes, copiedBytes, sramWeightBytes, sramReads, sramWrites] =
    example as readonly [number, number, number, number, number, number, number, number];
  const features = {
    macCycles,
    blocks,
    outputCycles,
    scaleBytes,
    copiedBytes,
    sramWeightBytes,
    sramReads,
    sramWrites,
  };
  const layer = layerCycles(
    { ...NOTHING, ...features, ...more },
    parametersOf(accelerator, PROFILES[profile]),
  );
  expect(
    [layer.body, layer.sram, layer.externalReads, layer.externalWrites, layer.cycles].map((n) =>
      n.toFixed(3),
    ),
  ).toEqual(example.slice(8).map((n) => n.toFixed(3)));
});

const operation = (kind: CostOp['kind'], kernel: readonly [number, number], channels: number): CostOp =>
  ({
    kind,
    kernel: { height: kernel[0], width: kernel[1] },
    ifms: [{ shape: [1, 8, 8, channels] }],
  }) as never;
const config = (traversal: BlockConfig['traversal'], ifmC: number): BlockConfig =>
  ({ traversal, ifmC }) as never;

// Expected: the rule written out by hand, docs/model/fvp.md#mac-cycles.
test.each([
  ['AvgPool', [2, 2], 16, 'depth-first', 16, false, 0.25],
  ['MemoryCopy', [1, 1], 16, 'depth-first', 16, false, 0.25],
  ['DepthwiseConv2D', [3, 3], 128, 'depthwise', 128, false, 9 / 12],
  ['DepthwiseConv2D', [1, 1], 128, 'depthwise', 128, false, 1 / 4],
  ['Conv2D', [3, 3], 128, 'part-kernel', 16, false, 9 / 12],
  ['Conv2D', [3, 3], 1, 'part-kernel', 16, true, 1.5],
  ['Conv2D', [4, 4], 8, 'part-kernel', 16, false, 17 / 16],
  ['Conv2D', [1, 1], 128, 'depth-first', 64, false, 1],
  ['Conv2D', [1, 1], 140, 'depth-first', 64, false, 144 / 192],
  ['Conv2D', [1, 1], 196, 'depth-first', 112, false, 208 / 224],
  ['FullyConnected', [1, 1], 24, 'depth-first', 64, false, 32 / 24],
  ['FullyConnected', [1, 1], 4, 'depth-first', 64, true, 4],
  ['ReduceSum', [1, 1], 24, 'depth-first', 64, true, 1],
] as const)(
  'MAC cycles of %s %j over %i channels: %s',
  (kind, kernel, channels, traversal, block, sparse, by) => {
    expect(macCorrection(operation(kind, kernel, channels), config(traversal, block), sparse)).toBeCloseTo(
      by,
      12,
    );
  },
);

test('bursts: a narrow block of a plain map cuts every pixel', () => {
  expect(burstOf('NHWC', 18, 16, [1, 16, 16, 128])).toBe(16);
  expect(burstOf('NHWC', 38, 128, [1, 1, 36, 128])).toBe(128);
  expect(burstOf('NHWC', 4, 64, [1, 8, 8, 8])).toBe(32);
  expect(burstOf('NHCWB16', 18, 16, [1, 16, 16, 128])).toBe(128);
  expect(burstOf('NHCWB16', 18, 16, [1, 8, 4, 128])).toBe(64);
});

const amount = fc.nat({ max: 1_000_000 });
const features: fc.Arbitrary<LayerFeatures> = fc.record({
  macCycles: amount,
  macCorrection: fc.double({ min: 0.1, max: 4, noNaN: true }),
  runCycles: amount,
  blocks: fc.double({ min: 1, max: 1000, noNaN: true }),
  outputCycles: amount,
  streamedBytes: amount,
  copiedBytes: amount,
  sramWeightBytes: amount,
  scaleBytes: amount,
  constantsOutside: fc.boolean(),
  sramReads: amount,
  sramWrites: amount,
  externalReads: amount,
  externalWrites: amount,
  readTransactions: amount,
  writeTransactions: amount,
  pixels: amount,
  narrow: fc.boolean(),
  usesExternal: fc.boolean(),
});
const parameters = fc
  .record({ accelerator: fc.constantFrom(...ACCELERATOR_NAMES), profile: fc.constantFrom(...PROFILE_NAMES) })
  .map(({ accelerator, profile }) => parametersOf(accelerator, PROFILES[profile]));

describe('laws', () => {
  test('a layer takes its longest term and its latencies, and says which', () => {
    fc.assert(
      fc.property(features, parameters, (layer, numbers) => {
        const { cycles, boundBy, body, sram, externalReads, externalWrites, latency } = layerCycles(
          layer,
          numbers,
        );
        const longest = Math.max(body, sram, externalReads, externalWrites);
        expect(cycles).toBe(longest + latency);
        const term = { sram, external_reads: externalReads, external_writes: externalWrites, latency };
        const own = boundBy in term ? term[boundBy as keyof typeof term] : body;
        expect(own).toBeGreaterThanOrEqual(longest);
        expect(cycles).toBeGreaterThan(0);
      }),
      { seed: 13, numRuns: 300 },
    );
  });

  test('slower memories never make a layer faster', () => {
    fc.assert(
      fc.property(
        features,
        fc.constantFrom(...ACCELERATOR_NAMES),
        fc.constantFrom(...PROFILE_NAMES),
        fc.double({ min: 1, max: 8, noNaN: true }),
        (layer, accelerator, name, factor) => {
          const profile = PROFILES[name];
          const slower = {
            sramLatency: profile.sramLatency * factor,
            readLatency: profile.readLatency * factor,
            writeLatency: profile.writeLatency * factor,
            bytesPerCycle: profile.bytesPerCycle / factor,
            reads: profile.reads,
          };
          const cycles = layerCycles(layer, parametersOf(accelerator, profile)).cycles;
          expect(layerCycles(layer, parametersOf(accelerator, slower)).cycles).toBeGreaterThanOrEqual(cycles);
        },
      ),
      { seed: 13, numRuns: 300 },
    );
  });
});
