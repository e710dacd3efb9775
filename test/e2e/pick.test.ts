import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runOnce } from '../runtime/runtime.js';
import { tfliteHelper } from '../runtime/tflite-helper.js';
import { smallModel } from '../search/pick/models.js';
import { sharedDir } from '../shared.js';
import { temporaryFolder } from '../program.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const built = existsSync(main);
if (!built) process.stderr.write('tests of the built program are skipped: run npm run build first\n');

const { folder } = temporaryFolder('program-pick');

const U55 = ['--accelerator-config', 'ethos-u55-128'];
const paretou = (...argv: string[]) =>
  spawnSync(process.execPath, [main, ...argv], { cwd: folder, encoding: 'utf8' });

interface PickRecord {
  readonly design: string | null;
  readonly file: string;
  readonly figures: { readonly before: Totals; readonly after: Totals };
  readonly layers: readonly { readonly explanation: string }[];
  readonly nearest: Readonly<Record<'cheaper' | 'meeting_constraints', object | null>>;
}

interface Totals {
  readonly cycles_total: number;
  readonly sram_total_bytes: number;
}

const estimated = (file: string): Totals => {
  const { stdout } = paretou('estimate', file, ...U55, '--json');
  return (JSON.parse(stdout) as { summary: Totals }).summary;
};

describe.skipIf(!built)('the built program picks', () => {
  writeFileSync(join(folder, 'small.tflite'), smallModel());

  test('a design whose file runs and has the figures of its record', async () => {
    const { status, stdout } = paretou(
      'pick',
      'small.tflite',
      ...U55,
      '--options',
      'all',
      '--accept-retrain',
      '--jobs',
      '2',
    );
    expect(status).toBe(0);
    const record = JSON.parse(readFileSync(join(folder, 'results/small/pick.json'), 'utf8')) as PickRecord;
    expect(stdout).toContain(`\nwrote ${record.file}\nwrote results/small/pick.json\n`);
    expect(estimated(record.file)).toMatchObject({
      cycles_total: record.figures.after.cycles_total,
      sram_total_bytes: record.figures.after.sram_total_bytes,
    });
    const [output] = await runOnce(tfliteHelper, readFileSync(join(folder, record.file)));
    expect(output).toHaveLength(10);
  });

  test('with reasons in few words, and a sketch of the front', () => {
    const { status, stdout } = paretou('pick', 'small.tflite', ...U55, '--accept-retrain', '--plot');
    expect(status).toBe(0);
    expect(stdout).toMatch(/\nWhat changes:\nop +layer +becomes +cycles +change .*why\n/);
    expect(stdout).toMatch(/\nThe front, \d+ designs?: cycles to the right, SRAM KiB moved upwards; /);
    expect(stdout).toMatch(/\n {4}B unchanged.*, P pick\n/);
  });

  test('the same with one worker and with two', () => {
    const outputs = ['1', '2'].map((jobs) => {
      const { stdout } = paretou(
        'pick',
        'small.tflite',
        ...U55,
        '--widths',
        '0.5,1',
        '--jobs',
        jobs,
        '--json',
      );
      return JSON.parse(stdout) as Record<string, unknown>;
    });
    expect({ ...outputs[0], search: undefined }).toEqual({ ...outputs[1], search: undefined });
  });

  test('from what is finished on Ctrl-C', async () => {
    const argv = [
      'pick',
      'example:story_standard',
      ...U55,
      '--options',
      'all',
      '--widths',
      '0.5,0.75,1,1.25,1.5',
    ];
    const search = [
      '--method',
      'evolve',
      '--limit',
      '1000000',
      '--jobs',
      '2',
      '--output-dir',
      'cut',
      '--json',
    ];
    const child = spawn(process.execPath, [main, ...argv, ...search], { cwd: folder });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.once('data', () => setTimeout(() => child.kill('SIGINT'), 1200));
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(status).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'paretou/pick@1',
      search: { interrupted: true, every_choice_tried: false },
    });
    expect(JSON.parse(readFileSync(join(folder, 'cut/pick.json'), 'utf8'))).toEqual(JSON.parse(stdout));
  });
});

describe.skipIf(!built || sharedDir === undefined)('the built program picks for resnet8', () => {
  const model = join(sharedDir ?? '', 'models/resnet8_int8.tflite');

  test('fewer cycles than the unchanged network on ethos-u55-128, with a reason per changed layer', () => {
    const { status, stdout } = paretou('pick', model, ...U55, '--accept-retrain', '--why');
    expect(status).toBe(0);
    const record = JSON.parse(
      readFileSync(join(folder, 'results/resnet8_int8/pick.json'), 'utf8'),
    ) as PickRecord;
    const { before, after } = record.figures;
    expect(before.cycles_total).toBe(207991);
    expect(after.cycles_total).toBeLessThan(before.cycles_total);
    expect(estimated(join(folder, record.file)).cycles_total).toBe(after.cycles_total);
    expect(record.layers.length).toBeGreaterThan(0);
    const lines = stdout.replaceAll(/\n {4}/g, ' ');
    for (const { explanation } of record.layers) {
      expect(explanation).toMatch(/-> [\d,]+ cycles \(-\d+\.\d%\).*because: .*bound by/);
      expect(lines).toContain(explanation);
    }
  });

  test('with --min-retained 0.8: none of the usual designs, with both sides; with all options a cheaper one', () => {
    const none = paretou('pick', model, ...U55, '--min-retained', '0.8', '--json');
    expect(none.status).toBe(4);
    const { design, nearest } = JSON.parse(none.stdout) as PickRecord;
    expect(design).toBeNull();
    expect(nearest.cheaper).toMatchObject({ design: '8s@u55-128', cycles_total: 203255 });
    expect(nearest.meeting_constraints).toMatchObject({ design: 'base@u55-128', cycles_total: 207991 });
    const all = paretou(
      'pick',
      model,
      ...U55,
      '--min-retained',
      '0.8',
      '--min-gain',
      '0',
      '--options',
      'all',
      '--json',
    );
    expect(all.status).toBe(0);
    const { figures, retained_energy: retained } = JSON.parse(all.stdout) as PickRecord & {
      retained_energy: number;
    };
    expect(figures.after.cycles_total).toBeLessThan(207991);
    expect(retained).toBeGreaterThanOrEqual(0.8);
  });
});
