import { expect, test } from 'vitest';
import { cliffsOf, today, type Curve } from '../../../../search/explore/cliffs/curve.js';
import { findCliffs } from '../../../../search/explore/cliffs/find-cliffs.js';
import type { NetworkCurves } from '../../../../search/explore/cliffs/group-curves.js';
import { layerNetwork } from '../../../../search/explore/cliffs/layer-network.js';
import { widthsAround } from '../../../../search/explore/cliffs/points.js';
import { wholeEvaluators } from '../../../../search/evaluate/whole-evaluator.js';
import { sketch } from '../../../../search/report/cliffs-sketch.js';
import { cliffLines, cliffsText } from '../../../../search/report/cliffs-text.js';
import { findWidthGroups } from '../../../../search/space/width-groups.js';
import { chooseSystem } from '../../../../search/space/systems.js';
import { networkBuilder } from '../../../../src/graph/build/builder.js';
import { conv2d, input } from '../../../../src/graph/build/layers.js';
import { importNetwork } from '../../../../src/graph/import.js';
import type { Network } from '../../../../src/graph/network.js';
import { estimate } from '../../../../src/estimate/estimate.js';
import { fitLines, LINE_WIDTH } from '../../../../src/text.js';

const SYSTEMS = [chooseSystem({ accelerator: 'ethos-u55-128' })];

/** Three 3x3 convolutions over an image, the inner feature maps with so many channels. */
const networkOf = (channels: number): Network => {
  const builder = networkBuilder(1, `net${channels}`);
  let map = input(builder, 'image', [1, 48, 64, 1]);
  for (const [i, filters] of [channels, channels, 1].entries())
    map = conv2d(builder, map, { name: `conv${i}`, filters, kernel: [3, 3], activation: 'RELU' });
  return importNetwork(builder.model([map]), `net${channels}`);
};

const curvesOf = (network: Network, around = 24): Promise<NetworkCurves> =>
  findCliffs({ network, systems: SYSTEMS, optimise: 'Performance', around, evaluate: { jobs: 1 } });

const storyOf = async (channels: number): Promise<readonly string[]> => {
  const { systems } = await curvesOf(networkOf(channels));
  return cliffLines(systems[0]!.curves.find(({ kind }) => kind === 'width')!);
};

test('one channel more than 16 doubles cycles and memory, and three lines say so', async () => {
  const [step, wider, narrower] = await storyOf(16);
  expect(step).toBe('step: 16 -> 17 channels take 2.35 times the cycles and 1.98 times the SRAM');
  expect(wider).toBe('wider: every wider number costs more');
  expect(narrower).toMatch(/^narrower: 9 to 15 channels gain nothing; 8 channels take 6\d% fewer cycles/);
});

test('17 channels are one too many, and three lines say so', async () => {
  const [step, wider, narrower] = await storyOf(17);
  expect(step).toMatch(
    /^step: 17 channels are one too many: 16 take 5\d% fewer cycles and (49|50)% less SRAM$/,
  );
  expect(wider).toBe('wider: up to 32 channels cost no more');
  expect(narrower).toMatch(/^narrower: 16 channels take 5\d% fewer cycles and (49|50)% less SRAM$/);
});

test('the points of a width group are the figures of whole compilations', async () => {
  const network = networkOf(17);
  const { systems, frozen } = await curvesOf(network, 3);
  expect(frozen.map(({ operator }) => operator)).toEqual([2]);
  const { curves } = systems[0]!;
  expect(curves.map(({ kind, operators }) => [kind, ...operators])).toEqual([
    ['width', 0, 1],
    ['group', 0],
    ['group', 1],
    ['layer', 0],
    ['layer', 1],
    ['layer', 2],
  ]);
  const groups = findWidthGroups(network)
    .filter(({ frozen: why }) => why === undefined)
    .map((group) => ({ group, widths: widthsAround(17, 3) }));
  const whole = wholeEvaluators()(
    { network, sites: [], groups, systems: SYSTEMS, optimise: 'Performance' },
    'known',
  );
  for (const [i, digits] of [
    [0, (d: number) => [d, d, 0]],
    [1, (d: number) => [d, 0, 0]],
    [2, (d: number) => [0, d, 0]],
  ] as const) {
    for (const point of curves[i]!.points) {
      const figures = whole.evaluate(digits(widthsAround(17, 3).indexOf(point.channels)));
      expect([point.cycles, point.sramUsed, point.sramMoved, point.externalMoved]).toEqual([
        figures.cycles_total,
        figures.sram_memory_used_bytes,
        figures.sram_total_bytes,
        figures.external_total_bytes,
      ]);
    }
  }
});

test('a layer alone is a network of one layer', async () => {
  const network = networkOf(16);
  const alone = layerNetwork(network, 1)!;
  expect(alone.group).toEqual({ operator: 0, operators: [0], tensors: [3], channels: 16 });
  const { cycles, memoryUsed } = estimate(alone.network, SYSTEMS[0]!.system, { optimise: 'Performance' });
  const { systems } = await curvesOf(network, 1);
  const curve = systems[0]!.curves.find(({ kind, operators }) => kind === 'layer' && operators[0] === 1)!;
  expect(curve.points.map(({ channels }) => channels)).toEqual([15, 16, 17]);
  expect(today(curve)).toMatchObject({ cycles, sramUsed: memoryUsed.sram });
});

/** A curve with such cycles from one channel up. */
const curveOf = (channels: number, cycles: readonly number[]): Curve => ({
  kind: 'layer',
  operators: [0],
  channels,
  points: cycles.map((n, i) => ({
    channels: i + 1,
    cycles: n,
    sramUsed: 100,
    sramMoved: 0,
    externalMoved: 0,
  })),
  ownCycles: cycles[channels - 1]!,
});

test('a step is a rise far above the usual one', () => {
  expect(cliffsOf(curveOf(4, [10, 20, 30, 40, 50, 60])).steps).toEqual([]);
  expect(cliffsOf(curveOf(2, [100, 100, 100, 200, 200, 200])).steps).toEqual([
    { from: 3, channels: 4, cycles: 2, sram: 1 },
  ]);
});

test('wider numbers are free up to the widest that costs no more, or even faster', () => {
  expect(cliffsOf(curveOf(2, [50, 100, 100, 100, 200]))).toMatchObject({ free: { channels: 4 } });
  expect(cliffsOf(curveOf(2, [50, 100, 90, 80, 200]))).toMatchObject({
    free: { channels: 4 },
    faster: { channels: 4, cycles: 0.8 },
  });
  expect(cliffsOf(curveOf(2, [50, 100, 120]))).not.toHaveProperty('free');
});

test('narrower numbers gain nothing down to the first that saves', () => {
  const { idle, saves } = cliffsOf(curveOf(5, [10, 50, 100, 100, 100]));
  expect([idle, saves?.channels, saves?.cycles]).toEqual([3, 2, 0.5]);
  expect(cliffsOf(curveOf(3, [10, 50, 100])).idle).toBeUndefined();
});

test('a sketch has a block per value, or one for the largest of several', () => {
  expect(sketch([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█');
  expect(sketch([5, 5], 8)).toBe('▁▁');
  expect(sketch([0, 7, 0, 0], 2)).toBe('█▁');
});

test('lines fit terminals of 60, 80 and 120 columns, with names in full', async () => {
  const network = networkOf(17);
  const found = await curvesOf(network);
  for (const columns of [60, 80, 120]) {
    fitLines(columns);
    const lines = cliffsText(found, network, { all: true }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    for (const name of ['all of 17', 'group 0', 'layer 2'])
      expect(lines.some((line) => line.startsWith(`${name} `))).toBe(true);
  }
  fitLines(LINE_WIDTH);
});
