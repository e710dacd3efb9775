import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../src/cli/run.js';
import { sharedDir } from '../shared.js';
import { capturePrinted } from './printed.js';

const printed = capturePrinted();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'estimate-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const estimate = (...more: string[]): Promise<number> =>
  run(['estimate', 'example:story_standard', '--output-dir', folder, ...more]);

test('one accelerator: report to stdout, file names to stderr, two CSV files', async () => {
  expect(await estimate('--accelerator-config', 'ethos-u55-128', '--verbose-performance')).toBe(0);
  expect(printed.out).toMatch(
    /^Original Operator[\s\S]*\nNetwork summary for story_standard\n[\s\S]*99532800 MACs/,
  );
  const names = ['story_standard_summary_Ethos_U55_High_End_Embedded.csv', 'story_standard_per-layer.csv'];
  expect(printed.err).toBe(names.map((name) => `wrote ${join(folder, name)}\n`).join(''));
  const layers = parse<Record<string, string>>(readFileSync(join(folder, names[1]!), 'utf8'), {
    columns: true,
  });
  expect(layers.map((row) => row['NNG Operator'])).toEqual(['Conv2D', 'Relu', 'Conv2D', 'Relu', 'Conv2D']);
  // Origin: the last two convolutions of this network take these cycles whatever their weights (issue of the story).
  expect(layers.map((row) => row['NPU'])).toEqual([expect.anything(), '0', '922777', '0', '461760']);
});

test('--quiet --json prints the object only', async () => {
  expect(await estimate('--quiet', '--json')).toBe(0);
  expect(printed.err).toBe('');
  expect(JSON.parse(printed.out)).toMatchObject({
    schema: 'paretou/estimate@1',
    accelerator: 'ethos-u55-256',
    summary: { nn_macs: 99532800 },
    files: [expect.stringMatching(/_summary_/), expect.stringMatching(/per-layer/)],
  });
});

test('several accelerators: one object, files of their own', async () => {
  expect(await estimate('--accelerator-config', 'ethos-u55-32,ethos-u55-64', '--json')).toBe(0);
  expect(JSON.parse(printed.out)).toMatchObject({
    schema: 'paretou/estimates@1',
    estimates: [{ accelerator: 'ethos-u55-32' }, { accelerator: 'ethos-u55-64' }],
  });
  expect(readdirSync(folder).filter((name) => name.endsWith('per-layer.csv'))).toEqual([
    'story_standard_ethos-u55-32_per-layer.csv',
    'story_standard_ethos-u55-64_per-layer.csv',
  ]);
});

test.each([
  ['an absent model', ['nope.tflite'], 3, /^error: nope\.tflite: .*no such file.*\n$/],
  ['an absent example', ['example:nope'], 3, /^error: example:nope: .*story_standard.*\n$/],
  [
    'an absent configuration',
    ['example:story_standard', '--config', './no.ini', '--system-config', 'a', '--memory-mode', 'b'],
    3,
    /^error: \.\/no\.ini: .*does not exist.*\n$/,
  ],
  [
    'an accelerator to come',
    ['example:story_standard', '--accelerator-config', 'ethos-u85-999'],
    2,
    /^error: accelerator "ethos-u85-999" .* did you mean ethos-u85-1024\?\n$/,
  ],
])('%s gets one sentence and its exit code', async (_, argv, code, message) => {
  expect(await run(['estimate', ...argv, '--output-dir', folder])).toBe(code);
  expect(printed.err).toMatch(message);
  expect(printed.out).toBe('');
  expect(readdirSync(folder)).toEqual([]);
});

test('an output folder that is a file is refused', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await run(['estimate', 'example:story_standard', '--output-dir', file])).toBe(3);
  expect(printed.err).toMatch(/cannot be written, a file has the name of a folder/);
});

const goldenName = 'ethos-u55-128__Ethos_U55_High_End_Embedded__Shared_Sram__Performance.json';

test.skipIf(sharedDir === undefined)(
  'kws_ref_int8 comes out as the reference compiler reports it',
  async () => {
    const argv = ['--accelerator-config', 'ethos-u55-128', '--output-dir', folder, '--json', '--quiet'];
    expect(await run(['estimate', join(sharedDir!, 'models', 'kws_ref_int8.tflite'), ...argv])).toBe(0);
    const golden = JSON.parse(
      readFileSync(join(sharedDir!, 'goldens', 'kws_ref_int8', goldenName), 'utf8'),
    ) as {
      summary: object;
      layers: Record<string, unknown>[];
    };
    const withoutDetail = golden.layers.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'detail')),
    );
    expect(JSON.parse(printed.out)).toMatchObject({ summary: golden.summary, layers: withoutDetail });
  },
);
