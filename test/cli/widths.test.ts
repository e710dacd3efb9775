import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { run } from '../../src/cli/run.js';
import { fitLines, LINE_WIDTH } from '../../src/text.js';
import { capturePrinted } from './printed.js';

const printed = capturePrinted();
const folder = mkdtempSync(join(tmpdir(), 'widths-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const U55 = ['--accelerator-config', 'ethos-u55-128'];

describe.each([60, 80, 120])('reasons on a terminal of %i columns', (columns) => {
  beforeEach(() => void vi.stubEnv('COLUMNS', String(columns)));
  afterEach(() => {
    vi.unstubAllEnvs();
    fitLines(LINE_WIDTH);
  });

  const expectFitting = (): void => {
    for (const line of printed.out.split('\n'))
      if (!line.startsWith('wrote ')) expect(line.length).toBeLessThanOrEqual(columns);
  };

  test.each([
    ['explain', 'example:glyphs'],
    ['explain', 'example:glyphs', '--why'],
    ['compare', 'example:story_standard', 'example:story_separable_linear'],
    ['compare', 'example:story_standard', 'example:story_separable_linear', '--why'],
  ])('%s %s %s', async (...argv) => {
    expect(await run([...argv, ...U55])).toBe(0);
    expectFitting();
  });

  test('pick: what can be pasted is whole', async () => {
    const argv = ['--options', 'separable:shifted-relu', '--accept-retrain', '--jobs', '1'];
    expect(await run(['pick', 'example:story_standard', ...argv, ...U55, '--output-dir', folder])).toBe(0);
    expectFitting();
    expect(printed.out).toMatch(/ 1h@u55-128\n|\n1h@u55-128\n/);
    expect(printed.out).toMatch(
      /\nWhat changes:\nop [^\n]*\n 1 [^\n]*separable:shifted-relu [^\n]*-16\.5% [^\n]* 5\.76x fewer MACs/,
    );
  });
});
