import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { run } from '../../src/cli/run.js';
import { capturePrinted } from './printed.js';

const printed = capturePrinted();
const folder = mkdtempSync(join(tmpdir(), 'plot-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  process.exitCode = undefined;
});

const SEARCH = ['example:story_standard', '--widths', '0.5,1', '--jobs', '1'];
const ON = ['--accelerator-config', 'ethos-u55-128', '--output-dir', folder];

/** The lines of the sketch that was printed last. */
const sketch = (): string[] => {
  const lines = printed.out.split('\n');
  const from = lines.findLastIndex((line) => line.startsWith('The front, '));
  return lines.slice(from, lines.findIndex((line, i) => i > from && line.startsWith('    B ')) + 1);
};

test('sweep --plot sketches the front, and report --plot the same', async () => {
  expect(await run(['sweep', ...SEARCH, ...ON, '--plot'])).toBe(0);
  const own = sketch();
  expect(own[0]).toMatch(/^The front, \d+ designs: cycles to the right, SRAM KiB moved upwards; /);
  expect(own.at(-1)).toBe('    B unchanged, K knee');
  printed.out = '';
  expect(await run(['report', folder, '--plot'])).toBe(0);
  expect(sketch()).toEqual(own);
  expect(printed.out).toMatch(/\nwrote .*report\.html\n$/);
});

test('pick --plot X,Y sketches by the columns, with the pick', async () => {
  const argv = ['pick', ...SEARCH, ...ON, '--accept-retrain', '--plot', 'nn_macs,retained_energy'];
  expect(await run(argv)).toBe(0);
  expect(sketch()[0]).toMatch(/: MACs to the right, retained weights upwards; better is left and up$/);
  expect(sketch().at(-1)).toMatch(/P pick$/);
});

test('neither --quiet nor --json has a sketch', async () => {
  expect(await run(['sweep', ...SEARCH, ...ON, '--plot', '--quiet'])).toBe(0);
  expect(printed.out).toBe('');
  expect(await run(['sweep', ...SEARCH, ...ON, '--plot', '--json'])).toBe(0);
  expect(JSON.parse(printed.out)).toMatchObject({ schema: 'paretou/sweep@1' });
});

test.each([
  [
    'cycles_totl,parameters',
    /^error: --plot: column "cycles_totl" is not known; did you mean cycles_total\?\n$/,
  ],
  ['model.tflite', /^error: --plot is "model\.tflite", expected two columns of ranking\.csv, such as /],
  ['parameters,parameters', /^error: --plot: parameters is named twice; name two columns\n$/],
])('--plot %s is refused', async (axes, message) => {
  expect(await run(['sweep', ...SEARCH, ...ON, '--plot', axes])).toBe(2);
  expect(printed.err).toMatch(message);
});
