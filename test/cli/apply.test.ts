import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../src/cli/run.js';
import { exampleModel } from '../../src/graph/examples.js';
import { capturePrinted } from './printed.js';

const STORY = 'example:story_standard';

const printed = capturePrinted();
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'apply-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const apply = (...argv: string[]): Promise<number> => run(['apply', STORY, ...argv, '--output-dir', folder]);

interface ApplyRecord {
  readonly schema: string;
  readonly design: string;
  readonly substitutions: string;
  readonly widths: string;
  readonly file: string;
  readonly bytes: number;
  readonly retained_energy: number | null;
  readonly retained_energy_quantised: number | null;
  readonly weights: string;
  readonly note: string;
  readonly layers: readonly Readonly<Record<string, unknown>>[];
  readonly systems: readonly {
    readonly accelerator: string;
    readonly before: Readonly<Record<string, number>>;
    readonly after: Readonly<Record<string, number>>;
  }[];
}

const applied = async (...argv: string[]): Promise<ApplyRecord> => {
  expect(await apply(...argv, '--json')).toBe(0);
  return JSON.parse(printed.out) as ApplyRecord;
};

test('writes the file and says what changes, layer by layer', async () => {
  expect(await apply('--substitutions', '1:separable', '--widths', '0=24')).toBe(0);
  expect(readdirSync(folder)).toEqual(['story_standard-1s.0w24.tflite']);
  expect(printed.err).toBe(`wrote ${join(folder, 'story_standard-1s.0w24.tflite')}\n`);
  expect(printed.out).toMatch(/^story_standard, design 1s\.0w24\n/);
  expect(printed.out).toMatch(
    /\n0 +CONV_2D 3x3 1 -> 16 \(now 24\) +other channels +160 -> 240 +1\.0000 +1\.0000 +drop-in\n/,
  );
  expect(printed.out).toMatch(
    /\n1 +CONV_2D 3x3 16 \(now 24\) -> 16 +separable +2,320 -> 640 +0\.\d{4} +0\.\d{4} +retrain\n/,
  );
  expect(printed.out).toMatch(/\n +network +/);
  expect(printed.out).toMatch(/a proxy, not accuracy: drop-in >= 0\.95, fine-tune >= 0\.8, else retrain\n$/);
  for (const line of printed.out.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
});

test('the figures are those of an estimate of the written file', async () => {
  const systems = ['--accelerator-config', 'ethos-u55-128,ethos-u65-256,ethos-u85-256'];
  const record = await applied('--substitutions', '0:separable*2;1:separable:shifted-relu', ...systems);
  expect(record.schema).toBe('paretou/apply@1');
  expect(record.systems.map(({ accelerator }) => accelerator)).toEqual([
    'ethos-u55-128',
    'ethos-u65-256',
    'ethos-u85-256',
  ]);
  expect(record.bytes).toBe(readFileSync(record.file).length);
  printed.out = '';
  expect(await run(['estimate', record.file, ...systems, '--json', '--output-dir', folder])).toBe(0);
  const { estimates } = JSON.parse(printed.out) as {
    estimates: readonly { readonly summary: Readonly<Record<string, number>> }[];
  };
  record.systems.forEach(({ before, after }, i) => {
    const { summary } = estimates[i]!;
    expect(after['cycles_total']).not.toBe(before['cycles_total']);
    expect(summary).toMatchObject({
      cycles_total: after['cycles_total'],
      cycles_npu: after['cycles_npu'],
      sram_total_bytes: after['sram_total_bytes'],
      sram_memory_used: after['sram_memory_used_bytes']! / 1024,
      nn_macs: after['nn_macs'],
      total_npu_encoded_weights: after['encoded_weight_bytes'],
    });
  });
});

test('a design id stands for the same design as its strings; its system gives the figures', async () => {
  const byStrings = await applied('--substitutions', '2:lowrank*2;1:separable', '--widths', '1=12');
  expect(byStrings.design).toBe('1s.2l2.1w12');
  expect(byStrings.systems).toEqual([]);
  const bytes = readFileSync(byStrings.file);
  printed.out = '';
  const byId = await applied('--design', `${byStrings.design}@u55-128`);
  expect(byId.systems.map(({ accelerator }) => accelerator)).toEqual(['ethos-u55-128']);
  expect(byId).toMatchObject({ substitutions: '1:separable;2:lowrank*2', widths: '1=12' });
  expect(readFileSync(byId.file)).toEqual(bytes);
});

test('the unchanged design is the original file, byte for byte', async () => {
  const record = await applied('--design', 'base');
  expect(record).toMatchObject({ design: 'base', retained_energy: 1, weights: 'drop-in', layers: [] });
  expect(new Uint8Array(readFileSync(record.file))).toEqual(
    new Uint8Array(exampleModel('story_standard').model.source),
  );
});

test('retained weights that are not known are said to be unknown', async () => {
  const record = await applied('--design', '1r');
  expect(record).toMatchObject({
    retained_energy: null,
    retained_energy_quantised: null,
    weights: 'unknown',
    retained_unknown: 'that of separable:relu is not known before training',
  });
  printed.out = '';
  expect(await apply('--design', '1r')).toBe(0);
  expect(printed.out).toMatch(/ unknown +unknown +unknown\n/);
  expect(printed.out).toMatch(/\nretained weights are not known: that of separable:relu /);
});

test('--output names the file; --quiet prints nothing', async () => {
  const file = join(folder, 'deep', 'mine.tflite');
  expect(await apply('--design', '1s', '--output', file, '--quiet')).toBe(0);
  expect([printed.out, printed.err]).toEqual(['', '']);
  expect(readdirSync(join(folder, 'deep'))).toEqual(['mine.tflite']);
});

describe('what cannot be is told in one sentence, and nothing is written', () => {
  test.each([
    ['nothing asked for', [], 2, /apply needs a design/],
    ['two ways at once', ['--design', '1s', '--widths', '0=8'], 2, /--design names the whole design/],
    ['no design id', ['--design', '1q'], 2, /"1q" is not a design id/],
    [
      'no operator',
      ['--substitutions', '9:separable'],
      2,
      /--substitutions: operator 9 of story_standard does not exist; its sites are 0, 1, 2\n/,
    ],
    ['no option', ['--substitutions', '1:seperable'], 2, /did you mean separable\?/],
    ['not one option', ['--substitutions', '1:all'], 2, /option "all" is not known/],
    [
      'not legal',
      ['--substitutions', '1:lowrank*99'],
      2,
      /--substitutions: lowrank\*99 cannot replace operator 1: its weights/,
    ],
    [
      'a width that cannot change',
      ['--widths', '2=4'],
      2,
      /--widths: operator 2 of story_standard writes a group whose width cannot change: /,
    ],
    [
      'no width group',
      ['--widths', '9=4'],
      2,
      /operator 9 of story_standard does not write a width group; .* of 0, 1\n/,
    ],
    ['no system', ['--design', '1s@u55-999'], 2, /"@u55-999" is not a system/],
    ['another system', ['--design', '1s@u55-128-0000'], 2, /@u55-128-0000 is not @u55-128/],
    ['no accelerator', ['--design', '1s', '--accelerator-config', 'u99'], 2, /"u99" is not known/],
  ])('%s', async (_, argv, code, message) => {
    expect(await apply(...argv)).toBe(code);
    expect(printed.err).toMatch(message);
    expect(printed.err).toMatch(/^error: [^\n]+\n$/);
    expect([printed.out, readdirSync(folder)]).toEqual(['', []]);
  });

  test('a model that is not there', async () => {
    expect(await run(['apply', 'absent.tflite', '--design', '1s'])).toBe(3);
    expect(printed.err).toMatch(/^error: absent\.tflite: [^\n]+\n$/);
  });

  test('an operator that is no site', async () => {
    expect(await apply('--design', '1s')).toBe(0);
    printed.err = '';
    expect(
      await run(['apply', join(folder, 'story_standard-1s.tflite'), '--substitutions', '1:separable']),
    ).toBe(2);
    expect(printed.err).toMatch(
      /operator 1 of story_standard-1s \(DEPTHWISE_CONV_2D\) is not a site; its sites are 0, 2, 3\n$/,
    );
  });

  test('the model itself as the output', async () => {
    expect(await apply('--design', '1s')).toBe(0);
    const file = join(folder, 'story_standard-1s.tflite');
    const before = readFileSync(file);
    printed.err = '';
    expect(await run(['apply', file, '--design', '0s', '--output', file])).toBe(2);
    expect(printed.err).toMatch(/is the model itself/);
    expect(readFileSync(file)).toEqual(before);
  });
});
