import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AREAS } from '../../src/estimate/types.js';
import { accessCyclesOf, unchanged, usesOf } from '../../src/explain/access.js';
import type { Explanation } from '../../src/explain/types.js';
import { loadNetwork } from '../../src/graph/load.js';
import { sharedDir } from '../shared.js';
import { exampleNetwork, explained, networkOf } from './fixture.js';

/** The laws of an account: nothing of a layer's cycles, utilisation and access cycles is left unexplained. */
function expectComplete({ estimate, layers }: Explanation): void {
  for (const { layer, account, facts } of layers) {
    const where = `${estimate.network} on ${estimate.accelerator}: ${layer.operator} ${layer.name}`;
    expect(
      account.shares.reduce((sum, { cycles }) => sum + cycles, 0),
      where,
    ).toBe(layer.cycles);
    expect(Math.min(...account.shares.map(({ cycles }) => cycles), 1), where).toBeGreaterThan(0);
    const factors = [...account.factors, ...account.waits];
    const product = factors.reduce((x, { value }) => x * value, factors.length === 0 ? 0 : 1);
    expect(product, where).toBeCloseTo(layer.macs / (layer.cycles * estimate.macsPerCycle), 9);
    for (const { value } of factors) expect(value, where).toBeLessThanOrEqual(1 + 1e-9);
    const access = accessCyclesOf(facts, usesOf(facts, unchanged(facts)));
    for (const area of AREAS) expect(access.get(area) ?? 0, where).toBe(layer.accessCycles[area]);
  }
}

const varied = () =>
  networkOf(
    [1, 33, 47, 3],
    [
      'type: conv2d, name: a, filters: 24, kernel: [5, 3], stride: [2, 2], activation: RELU6',
      'type: depthwise_conv2d, name: b, kernel: [3, 3]',
      'type: conv2d, name: c, filters: 24, kernel: [1, 1]',
      'type: add, name: d, from: [a, c]',
      'type: max_pool_2d, name: e, kernel: [2, 2]',
      'type: conv2d, name: f, filters: 34, kernel: [9, 10], activation: RELU',
      'type: hard_swish, name: g',
      'type: average_pool_2d, name: h, kernel: [8, 11]',
      'type: reshape, name: i, shape: [1, -1]',
      'type: fully_connected, name: j, units: 10',
      'type: softmax, name: k',
    ],
  );

describe('cycles, utilisation and access cycles are explained without remainder', () => {
  test.each([
    'ethos-u55-32',
    'ethos-u55-64',
    'ethos-u55-128',
    'ethos-u55-256',
    'ethos-u65-256',
    'ethos-u65-512',
    'ethos-u85-128',
    'ethos-u85-1024',
  ])('on %s', (accelerator) => {
    const explanation = explained(varied(), accelerator);
    expect(explanation.layers.length).toBeGreaterThan(20);
    expectComplete(explanation);
  });

  test('with so little memory that layers run in stripes', () => {
    const explanation = explained(exampleNetwork('story_separable_linear'), 'ethos-u55-128', 150_000);
    expect(explanation.layers.some(({ layer }) => layer.detail!.cascade > 0)).toBe(true);
    expectComplete(explanation);
  });

  const models = sharedDir === undefined ? '' : join(sharedDir, 'models');
  test.skipIf(!existsSync(models))('for real networks', () => {
    for (const file of readdirSync(models).filter((name) =>
      /^(kws|resnet8|person|micro).*\.tflite$/.test(name),
    )) {
      const { network } = loadNetwork(join(models, file));
      for (const accelerator of ['ethos-u55-128', 'ethos-u65-512']) {
        expectComplete(explained(network, accelerator));
      }
    }
  });
});

// Origin: the figures of the story (docs/model/cycles-u55-u65.md#utilisation), which the cycles of these layers are
// made of.
describe('what bounds the layers of the story', () => {
  test('a linear depthwise pays one cycle per output element', () => {
    const [, depthwise] = explained(exampleNetwork('story_separable_linear')).layers;
    expect(depthwise!.layer.cycles).toBe(615_892);
    expect(depthwise!.account.bound).toBe('output');
    expect(depthwise!.account.shares[0]).toEqual({ part: 'mac', cycles: 460_800 });
    expect(depthwise!.boundSentence).toBe(
      'the output stage: 614,400 cycles, 1 cycle per OFM element without a fused activation, 0.5 with a ReLU; ' +
        'the MACs take 460,800',
    );
    // 615,892 − 461,956: what the reference compiler says of the same layer with a ReLU.
    expect(depthwise!.changes).toEqual([
      {
        kind: 'activation',
        cyclesSaved: 153_936,
        sentence: 'a fused ReLU would save 153,936 cycles (24.99%)',
        words: ['fused ReLU -25%'],
      },
    ]);
  });

  test('with a ReLU its MACs are the limit', () => {
    const [, depthwise] = explained(exampleNetwork('story_separable_relu')).layers;
    expect(depthwise!.layer.cycles).toBe(461_956);
    expect(depthwise!.account.bound).toBe('mac');
    expect(depthwise!.changes).toEqual([]);
  });

  test('the 1x1 convolution says which traversal the compiler takes', () => {
    const [, , pointwise] = explained(exampleNetwork('story_separable_linear')).layers;
    expect(pointwise!.traversal).toMatchObject({
      chosen: 'depth-first',
      depthFirst: { macCycles: 153_600 },
      partKernel: { macCycles: 307_200 },
    });
  });
});

describe('widths that would pay', () => {
  const changes = (channels: number, filters: number): readonly string[] => {
    const network = networkOf(
      [1, 40, 40, 8],
      [
        `type: conv2d, name: a, filters: ${channels}, kernel: [1, 1], activation: RELU`,
        `type: conv2d, name: b, filters: ${filters}, kernel: [3, 3], activation: RELU`,
        'type: conv2d, name: c, filters: 4, kernel: [1, 1]',
      ],
    );
    return explained(network).layers[1]!.changes.map(({ sentence }) => sentence);
  };

  // 17 channels take three ublocks of 8, as 24 do; 16 take two.
  test('OFM channels just above a ublock', () => {
    const [narrower, wider] = changes(16, 17);
    expect(narrower).toMatch(/^16 OFM channels instead of 17 would save [\d,]+ cycles \(3\d\.\d+%\)$/);
    expect(wider).toMatch(/^24 OFM channels instead of 17 would take /);
  });

  // 24 channels are executed part-kernel-first in two steps of 16 (56.25%), 32 depth-first in one of 32 (100%).
  test('IFM channels at which the other traversal is taken', () => {
    expect(changes(24, 16)).toContainEqual(
      expect.stringMatching(
        /^32 IFM channels instead of 24 would save [\d,]+ cycles \(2\d.*%\), although wider$/,
      ),
    );
  });

  test('nothing is said where the channels fill what they are counted in', () => {
    expect(changes(32, 32)).toEqual([]);
  });
});
