import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { networkBuilder } from '../../src/graph/build/builder.js';
import { conv2d, input } from '../../src/graph/build/layers.js';
import { writeModel } from '../../src/tflite/model.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const built = existsSync(main);
if (!built) process.stderr.write('tests of the built program are skipped: run npm run build first\n');

/** Three 3x3 convolutions; the second feature map has so many channels. */
const modelOf = (channels: number): Uint8Array => {
  const builder = networkBuilder(1, 'net');
  let map = input(builder, 'image', [1, 48, 64, 1]);
  for (const [i, filters] of [16, channels, 1].entries())
    map = conv2d(builder, map, { name: `conv${i}`, filters, kernel: [3, 3], activation: 'RELU' });
  return writeModel(builder.model([map]));
};

describe.skipIf(!built)('the built program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'program-check-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const paretou = (argv: string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [main, ...argv, '--accelerator-config', 'ethos-u55-128'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ...env },
      timeout: 20_000,
      input: '',
    });

  test('a build fails with the layer that grew when a network was changed', () => {
    writeFileSync(join(folder, 'net.tflite'), modelOf(16));
    writeFileSync(
      join(folder, 'budget.yaml'),
      'most: { sram: 1 MiB, cpu_operators: 0 }\n' +
        'baseline: { file: baseline.json, most_over: { cycles: 2% }, no_operator_leaves_the_npu: true }\n',
    );
    const wrote = paretou(['check', 'net.tflite', '--write-baseline', 'baseline.json']);
    expect([wrote.status, wrote.stdout, wrote.stderr]).toEqual([0, '', 'wrote baseline.json\n']);
    const same = paretou(['check', 'net.tflite', '--budget', 'budget.yaml']);
    expect([same.status, same.stderr]).toEqual([0, '']);
    expect(same.stdout).toMatch(/within the budget\n$/);

    writeFileSync(join(folder, 'net.tflite'), modelOf(17));
    const summary = join(folder, 'summary.md');
    writeFileSync(summary, 'before\n');
    const changed = paretou(['check', 'net.tflite', '--budget', 'budget.yaml'], {
      GITHUB_STEP_SUMMARY: summary,
    });
    expect(changed.status).toBe(4);
    expect(changed.stderr).toMatch(
      /^error: net is over its budget on ethos-u55-128: cycles: [^\n]*operator \d CONV_2D conv\d grew most, by [\d,]+ cycles\n$/,
    );
    const markdown = readFileSync(summary, 'utf8');
    expect(markdown).toMatch(/^before\n### net on ethos-u55-128/);
    expect(markdown).toContain('| figure | now | baseline | at most | share | verdict |\n| --- |');
    expect(markdown).toMatch(/- over: cycles: .* grew most/);

    const { met, verdicts } = JSON.parse(
      paretou(['check', 'net.tflite', '--budget', 'budget.yaml', '--json']).stdout,
    ) as { readonly met: boolean; readonly verdicts: readonly { readonly met: boolean }[] };
    expect([met, ...verdicts.map((verdict) => verdict.met)]).toEqual([false, true, true, false, true]);

    const both = ['check', 'net.tflite', '--budget', 'budget.yaml', '--write-baseline', 'baseline.json'];
    expect([paretou(both).status, paretou(both).status]).toEqual([4, 0]);
  });

  test('a budget with a fault is refused with its line', () => {
    writeFileSync(join(folder, 'bad.yaml'), 'most:\n  cylces: 3\n');
    const { status, stdout, stderr } = paretou(['check', 'net.tflite', '--budget', 'bad.yaml']);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toBe('error: bad.yaml:2:3: "cylces" is not known here; did you mean cycles?\n');
    expect(paretou(['check', 'net.tflite']).status).toBe(2);
  });

  test('cliffs tells what 17 channels cost, for people and as data', () => {
    writeFileSync(join(folder, 'wide.tflite'), modelOf(17));
    const { status, stdout } = paretou(['cliffs', 'wide.tflite'], { COLUMNS: '80' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/\nwidth group 1, 17 channels \(operator 1\)\n {2}cycles .*█/);
    expect(stdout).toMatch(/\n {2}step: 17 channels are one too many: 16 take \d+% fewer cycles/);
    const { schema, systems } = JSON.parse(
      paretou(['cliffs', 'wide.tflite', '--json', '--around', '2', '--jobs', '1']).stdout,
    ) as {
      readonly schema: string;
      readonly systems: readonly {
        readonly curves: readonly {
          readonly kind: string;
          readonly points: { readonly channels: number[] };
        }[];
      }[];
    };
    expect(schema).toBe('paretou/cliffs@1');
    const group = systems[0]!.curves.find(({ kind }) => kind === 'group')!;
    expect(group.points.channels).toEqual([14, 15, 16, 17, 18]);
  });
});
