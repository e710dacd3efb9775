import { expect, test } from 'vitest';
import { run } from '../../src/cli/run.js';
import { capturePrinted } from './printed.js';

const printed = capturePrinted();

const U55 = ['--accelerator-config', 'ethos-u55-128'];

test('explain: a line per layer, most cycles first, and the first three in full', async () => {
  expect(await run(['explain', 'example:story_separable_linear', ...U55])).toBe(0);
  const blocks = printed.out.split('\n\n');
  expect(blocks[1]!.split('\n').map((line) => line.replaceAll(/ {2,}/g, '|'))).toEqual([
    'op|layer|cycles|share|change|bound by',
    expect.stringMatching(
      /^ 1\|DepthwiseConv2D 3x3 160x240x16\|615,892\|33\.3%\|fused ReLU -25%\|output stage/,
    ),
    expect.stringMatching(/^ 0\|Conv2D 3x3 160x240x16\|462,730\|25\.0%\|MACs, IFM depth 12\.5%/),
    expect.stringMatching(/^ 3\|Conv2D 3x3 160x240x1\|/),
    expect.stringMatching(/^ 2\|Conv2D 1x1 160x240x16\|/),
  ]);
  expect(blocks[2]).toBe('The 3 with most cycles in full; --why gives all:');
  expect(blocks.slice(3, 7).map((block) => /^operator \d/.exec(block)?.[0])).toEqual([
    'operator 1',
    'operator 0',
    'operator 3',
    undefined,
  ]);
});

test('explain: layers that are asked for are told in full', async () => {
  expect(await run(['explain', 'example:story_separable_linear', ...U55, '--layers', '0,1,2,3'])).toBe(0);
  expect(printed.out.match(/^operator \d/gm)).toHaveLength(4);
});

test('explain --why: a block per layer, most cycles first, within 110 columns', async () => {
  expect(await run(['explain', 'example:story_separable_linear', ...U55, '--why'])).toBe(0);
  expect(printed.err).toBe('');
  const blocks = printed.out.split('\n\n');
  expect(blocks[0]).toMatch(/^story_separable_linear on ethos-u55-128, .*\n1,848,\d{3} cycles, /);
  expect(blocks.slice(1, 5).map((block) => /^operator \d/.exec(block)?.[0])).toEqual([
    'operator 1',
    'operator 0',
    'operator 3',
    'operator 2',
  ]);
  expect(blocks[1]).toMatch(/ 12\.5% +one channel: .*\n +75% +kernel: 9 of 12 kernel elements/);
  expect(blocks[1]).toMatch(/\n {2}bound by the output stage: 614,400 cycles/);
  expect(blocks[1]).toMatch(/\n {2}change: a fused ReLU would save 153,936 cycles/);
  for (const line of printed.out.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
});

test('explain --json: shares add up, factors multiply', async () => {
  expect(await run(['explain', 'example:story_standard', ...U55, '--json', '--layers', '1'])).toBe(0);
  const result = JSON.parse(printed.out) as {
    schema: string;
    layers: {
      origin: number;
      cycles: number;
      utilisation: number;
      parts: { cycles: number }[];
      factors: { value: number }[];
    }[];
  };
  expect(result.schema).toBe('paretou/explain@1');
  expect(result.layers.map(({ origin }) => origin)).toEqual([1]);
  const [layer] = result.layers as [(typeof result.layers)[0]];
  // Origin: the cycles of the story's middle convolution.
  expect(layer.cycles).toBe(922_777);
  expect(layer.parts.reduce((sum, { cycles }) => sum + cycles, 0)).toBe(922_777);
  expect(layer.factors.reduce((product, { value }) => product * value, 1)).toBeCloseTo(layer.utilisation, 9);
});

test('explain: an operator without a layer is refused', async () => {
  expect(await run(['explain', 'example:story_standard', '--layers', '1,99'])).toBe(2);
  expect(printed.err).toMatch(/^error: --layers: operator 99 of example:story_standard has no layer; .*\n$/);
  printed.err = '';
  expect(await run(['explain', 'example:story_standard', '--layers', 'conv'])).toBe(2);
  expect(printed.err).toMatch(/^error: --layers is "conv", expected numbers .*\n$/);
});

test('compare: a line per difference with its reason', async () => {
  expect(await run(['compare', 'example:story_standard', 'example:story_separable_linear', ...U55])).toBe(0);
  expect(printed.out).toMatch(
    /\n1 Conv2D 3x3 +1 DepthwiseConv2D 3x3 \+ 2 Conv2D 1x1 +922,777 +924,180 +\+1,403 +13% of peak, not 74\.9%\n/,
  );
  expect(printed.out).toMatch(/\n\(1 layer\) +462,730 +462,730 +0 +no difference\n/);
  expect(printed.out).toMatch(/\nThe differences in full:\n {2}1 Conv2D 3x3 160x240x16 -> /);
});

test('compare --why: totals, layers side by side and their reasons', async () => {
  const both = ['example:story_standard', 'example:story_separable_linear'];
  expect(await run(['compare', ...both, ...U55, '--why'])).toBe(0);
  expect(printed.err).toBe('');
  expect(printed.out).toMatch(
    /^A: example:story_standard\nB: example:story_separable_linear\non ethos-u55-128/,
  );
  expect(printed.out).toMatch(/\nMACs +99,532,800 +26,419,200 +-73,113,600 +-73\.46%\n/);
  expect(printed.out).toMatch(
    /\n1 Conv2D 3x3 160x240x16 +1 DepthwiseConv2D 3x3 160x240x16 +922,777 +615,892\n/,
  );
  expect(printed.out).toMatch(/\n +2 Conv2D 1x1 160x240x16 +308,288 +\+1,403\n/);
  for (const line of printed.out.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
});

test('compare --json', async () => {
  const argv = ['compare', 'example:story_standard', 'example:story_separable_relu', ...U55, '--json'];
  expect(await run(argv)).toBe(0);
  expect(JSON.parse(printed.out)).toMatchObject({
    schema: 'paretou/compare@1',
    accelerator: 'ethos-u55-128',
    a: { model: 'example:story_standard' },
    totals: { macs: { a: 99_532_800, b: 26_419_200, difference: -73_113_600 } },
    layers: [
      { relation: 'same' },
      { relation: 'replaced', cycles: { a: 922_777, b: 770_244, difference: -152_533 } },
      {},
    ],
  });
});

test('several accelerators make one object', async () => {
  const systems = ['--accelerator-config', 'ethos-u55-32,ethos-u65-512', '--json'];
  expect(await run(['compare', 'example:story_standard', 'example:story_standard', ...systems])).toBe(0);
  expect(JSON.parse(printed.out)).toMatchObject({
    schema: 'paretou/comparisons@1',
    comparisons: [{ accelerator: 'ethos-u55-32' }, { accelerator: 'ethos-u65-512' }],
  });
  printed.out = '';
  expect(await run(['explain', 'example:story_standard', ...systems])).toBe(0);
  expect(JSON.parse(printed.out)).toMatchObject({ schema: 'paretou/explanations@1', explanations: [{}, {}] });
});

test('an absent model gets one sentence', async () => {
  expect(await run(['compare', 'example:story_standard', 'absent.tflite'])).toBe(3);
  expect(printed.err).toMatch(/^error: absent\.tflite: [^\n]+\n$/);
  expect(printed.out).toBe('');
});
