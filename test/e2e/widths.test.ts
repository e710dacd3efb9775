import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const built = existsSync(main);
if (!built) process.stderr.write('tests of the built program are skipped: run npm run build first\n');

const folder = mkdtempSync(join(tmpdir(), 'program-widths-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const U55 = ['--accelerator-config', 'ethos-u55-128'];
const linesOf = (columns: number, ...argv: string[]): string[] => {
  const env = { ...process.env, COLUMNS: String(columns) };
  const { status, stdout } = spawnSync(process.execPath, [main, ...argv, ...U55], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  return stdout.split('\n');
};

describe.skipIf(!built).each([60, 80, 120])('reasons and sketches on a terminal of %i columns', (columns) => {
  test.each([
    ['explain', 'example:glyphs'],
    ['explain', 'example:glyphs', '--why'],
    ['compare', 'example:story_standard', 'example:story_separable_linear'],
    ['compare', 'example:story_standard', 'example:story_separable_linear', '--why'],
  ])('%s %s %s', (...argv) => {
    for (const line of linesOf(columns, ...argv)) expect(line.length).toBeLessThanOrEqual(columns);
  });

  test('pick --plot: what can be pasted is whole', () => {
    const argv = ['--options', 'separable:shifted-relu', '--accept-retrain', '--plot'];
    const lines = linesOf(columns, 'pick', 'example:story_standard', ...argv);
    const id = lines.map((line) => /\S+@u55-128$/.exec(line)?.[0]).find((each) => each !== undefined)!;
    for (const line of lines)
      if (!line.startsWith('wrote ')) expect(line.length).toBeLessThanOrEqual(columns);
    const changes = lines.slice(lines.indexOf('What changes:') + 2);
    expect(changes[0]).toMatch(/^ 1 .*separable:shifted-relu .*-16\.5% .* 5\.76x fewer MACs/);
    expect(id).toBe('1h@u55-128');
    expect(lines).toContainEqual(expect.stringMatching(/^The front, \d+ designs: /));
    expect(lines).toContain('wrote results/story_standard/story_standard-1h.tflite');
  });
});
