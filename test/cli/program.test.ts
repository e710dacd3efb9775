import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const built = existsSync(main);
if (!built) process.stderr.write('tests of the built program are skipped: run npm run build first\n');

describe.skipIf(!built)('the built program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('estimates an example from any working directory', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [main, 'estimate', 'example:story_standard', '--accelerator-config', 'ethos-u55-128'],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(stderr).toMatch(
      /^wrote output\/story_standard_summary_.*\nwrote output\/story_standard_per-layer\.csv\n$/,
    );
    expect(stdout).toMatch(/^Network summary for story_standard\n/);
    expect(status).toBe(0);
  });

  test('says what is wrong in one sentence, without a stack trace', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'estimate', 'absent.tflite'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^error: absent\.tflite: [^\n]+\n$/);
  });

  test('finishes its files when nobody reads its output', async () => {
    const out = join(folder, 'unread');
    const child = spawn(
      process.execPath,
      [main, 'estimate', 'example:story_standard', '--output-dir', out, '--verbose-performance'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    child.stdout.destroy();
    child.stderr.destroy();
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(status).toBe(0);
    expect(readdirSync(out)).toHaveLength(2);
  });
});
