import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { run } from '../../src/cli/run.js';
import { capturePrinted } from './printed.js';
import { checkRunFiles } from '../run-files.js';

const STORY = 'example:story_standard';

const printed = capturePrinted();
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'part-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  checkRunFiles(folder);
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command for a board like Himax's, with so much SRAM and flash. */
const onBoard = (command: string, sram: string, flash: string, ...more: string[]): Promise<number> => {
  const parts = join(folder, 'parts.yaml');
  writeFileSync(parts, `parts:\n  board: { like: himax-we2, sram: ${sram}, flash: ${flash} }\n`);
  const writes = command === 'check' ? [] : ['--output-dir', folder];
  return run([command, STORY, '--part', 'board', '--parts', parts, ...writes, ...more]);
};

test('estimate says whether a network fits on a part', async () => {
  expect(await onBoard('estimate', '2 MiB', '1 MiB')).toBe(0);
  expect(printed.out).toMatch(
    /\nOn Himax WiseEye2 \(board\): fits: SRAM 1,202\.9 KiB of 2,048\.0 KiB, 845\.1 KiB to spare/,
  );
  printed.out = '';
  expect(await onBoard('estimate', '1 MiB', '1 MiB', '--json')).toBe(0);
  expect((JSON.parse(printed.out) as { readonly fit: unknown }).fit).toMatchObject({
    part: 'board',
    fits: false,
    memories: [{ memory: 'sram', size_bytes: 2 ** 20 }, { memory: 'flash' }],
    peak: { layer: 'conv_1' },
  });
});

test('check fails where a network does not fit, and needs no budget for that', async () => {
  await onBoard('check', '2 MiB', '1 MiB');
  expect(process.exitCode).toBeUndefined();
  await onBoard('check', '1 MiB', '1 MiB');
  expect(process.exitCode).toBe(4);
  expect(printed.err).toMatch(
    /^error: story_standard is over its budget on ethos-u55-64: SRAM used, KiB: 1,202\.9, at most 1,024\.0/,
  );
});

test('sweep looks for designs that fit, with the tighter of two constraints', async () => {
  const space = ['--widths', '0.5,1', '--jobs', '1'];
  expect(await onBoard('sweep', '2 MiB', '3 KiB', ...space, '--max-flash', '2')).toBe(0);
  expect(printed.err).toContain(
    'part board: at most 2,048.0 KiB of SRAM used and at most 3.0 KiB of weights',
  );
  const { constraints } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as {
    readonly constraints: unknown;
  };
  expect(constraints).toMatchObject([
    { option: '--max-sram', at_most: 2 ** 21 },
    { option: '--max-flash', at_most: 2048 },
  ]);
  const [head, ...rows] = readFileSync(join(folder, 'ranking.csv'), 'utf8').trim().split('\n');
  const at = head!.split(',').indexOf('weights_memory_used_bytes');
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) expect(Number(row.split(',')[at])).toBeLessThanOrEqual(2048);
});

test('tables of sweeps fit a narrow terminal and show ids whole', async () => {
  vi.stubEnv('COLUMNS', '60');
  expect(await run(['sweep', STORY, '--widths', '0.5,1', '--jobs', '1', '--output-dir', folder])).toBe(0);
  const lines = printed.out.split('\n').filter((line) => !line.startsWith('wrote '));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(printed.out).toMatch(/ 0w8\.1w8@u55-256\n/);
});

test.for([
  [
    ['--part', 'himax-we2', '--accelerator-config', 'u55'],
    /--part <name>' cannot be used with option '--accelerator-config/,
  ],
  [['--part', 'himax-we1'], /part "himax-we1" is not known; did you mean himax-we2\? \(--part\)/],
  [['--parts', 'parts.yaml'], /parts of your own need one of them to be named \(--part\)/],
] as const)('%j is wrong usage', async ([argv, message]) => {
  expect(await run(['estimate', STORY, ...argv])).toBe(2);
  expect(printed.err).toMatch(message);
});
