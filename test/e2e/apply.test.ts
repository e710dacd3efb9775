import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { tfliteHelper } from '../runtime/tflite-helper.js';
import { runOnce } from '../runtime/runtime.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const built = existsSync(main);
if (!built) process.stderr.write('tests of the built program are skipped: run npm run build first\n');

describe.skipIf(!built)('the built program applies designs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'program-apply-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const paretou = (...argv: string[]) =>
    spawnSync(process.execPath, [main, ...argv], { cwd: folder, encoding: 'utf8' });

  test('to a file that runs and has the figures that it printed', async () => {
    const system = ['--accelerator-config', 'ethos-u65-512'];
    const design = ['--substitutions', '0:separable*2;1:separable*3:shifted-relu', '--widths', '1=20'];
    const { status, stdout, stderr } = paretou('apply', 'example:story_standard', ...design, ...system);
    expect([status, stderr]).toEqual([
      0,
      'wrote results/story_standard/story_standard-0s2.1h3.1w20.tflite\n',
    ]);
    const [, cycles] = /\ncycles +[\d,]+ +([\d,]+) /.exec(stdout)!;
    const file = join(folder, 'results/story_standard/story_standard-0s2.1h3.1w20.tflite');
    const estimate = paretou('estimate', file, ...system, '--json');
    const { summary } = JSON.parse(estimate.stdout) as { summary: { cycles_total: number } };
    expect(summary.cycles_total.toLocaleString('en-US')).toBe(cycles);
    const [output] = await runOnce(tfliteHelper, readFileSync(file));
    expect(output).toHaveLength(160 * 240);
    expect(new Set(output).size).toBeGreaterThan(50);
  });

  test('not to an operator that is no site: one sentence, no file', () => {
    const { status, stdout, stderr } = paretou(
      'apply',
      'example:story_separable_relu',
      ...['--substitutions', '1:separable', '--output-dir', 'none'],
    );
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^error: --substitutions: operator 1 of [^\n]+ \(DEPTHWISE_CONV_2D\) is not a site[^\n]+\n$/,
    );
    expect(readdirSync(folder)).not.toContain('none');
  });
});
