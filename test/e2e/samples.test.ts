import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { glyphs } from '../../src/glyphs/glyphs.js';
import type { ModelLayers } from '../../report-html/contract.js';
import { inflated } from '../../search/report/html/pack.js';
import { topClasses } from '../../src/samples/quality.js';
import { splitSamples } from '../../src/samples/split.js';
import { main, temporaryFolder } from '../program.js';
import { dataInPage } from '../report-html/reports.js';
import { litert } from '../runtime/litert.js';
import type { Runtime } from '../runtime/runtime.js';
import { tfliteHelper } from '../runtime/tflite-helper.js';

const { folder } = temporaryFolder('samples');
beforeAll(() => writeFileSync(join(folder, 'space.yaml'), SPACE));

/** Small, so that few choices have to be measured. */
const SPACE =
  'sites: [10]\noptions: [standard, "lowrank*16:out"]\ngroup_widths: { 1: [16, 8], 9: [64, 32] }\n';
const paretou = (...argv: string[]) =>
  spawnSync(process.execPath, [main, ...argv], { cwd: folder, encoding: 'utf8' });
const searchWith = (samples: number): string[] => [
  ...['example:glyphs', '--samples', 'example:glyphs', '--samples-limit', String(samples)],
  ...['--space', 'space.yaml', '--accelerator-config', 'ethos-u55-128'],
];

type Fields = Readonly<Record<string, unknown>>;
type Figures = Readonly<Record<string, number>>;
const json = (text: string): Fields => JSON.parse(text) as Fields;

/** Share of the samples that designs are scored with which a file gives the class of their label, in a runtime. */
const accuracyIn = async (runtime: Runtime, file: Uint8Array): Promise<number> => {
  const { inputs, labels } = glyphs(100, 1);
  const { score } = splitSamples({ count: 100, inputs: [inputs], labels, source: 'glyphs' }, 1);
  const size = score.inputs[0]!.length / score.count;
  const loaded = await runtime.load(file);
  let right = 0;
  for (let i = 0; i < score.count; i++) {
    const [bytes] = await loaded.run([Uint8Array.from(score.inputs[0]!.subarray(i * size, (i + 1) * size))]);
    if (topClasses(new Int8Array(bytes!), 12)[0] === score.labels![i]) right++;
  }
  return right / score.count;
};

describe('a search with samples', () => {
  test('measures choices and finalists, whatever the number of workers', () => {
    const rankings = ['1', '2'].map((jobs) => {
      const { status, stderr } = paretou(
        'sweep',
        ...searchWith(40),
        '--jobs',
        jobs,
        '--output-dir',
        `sweep${jobs}`,
      );
      expect(stderr).toMatch(/\n20 samples to fit weights to, 20 others to score designs with\n/);
      expect(status).toBe(0);
      return readFileSync(join(folder, `sweep${jobs}`, 'ranking.csv'), 'utf8');
    });
    expect(rankings[0]).toBe(rankings[1]);
    const [head, ...lines] = rankings[0]!.trim().split('\n');
    const column = head!.split(',').indexOf('output_noise_measured');
    const measured = lines.map((line) => line.split(',')[column]!).filter((value) => value !== '');
    expect(measured.length).toBeGreaterThanOrEqual(3);
    expect(measured).toContain('0');
    const record = json(readFileSync(join(folder, 'sweep1', 'run.json'), 'utf8'));
    expect(record['samples']).toMatchObject({ count: 40, fit: 20, score: 20, labelled: true });
  });

  test('picks a design that holds, and its file has the figures and the accuracy that it says', async () => {
    const argv = [
      '--max-accuracy-drop',
      '3',
      '--output',
      'picked.tflite',
      '--output-dir',
      'pick',
      '--json',
      '--html',
    ];
    const { status, stdout } = paretou('pick', ...searchWith(100), ...argv);
    expect(status).toBe(0);
    const record = json(stdout);
    const after = (record['figures'] as { after: Figures }).after;
    expect(after['cycles_total']).toBeLessThan(148_477);
    expect(after['accuracy_change']).toBeGreaterThanOrEqual(-0.03);

    const estimate = paretou('estimate', 'picked.tflite', '--accelerator-config', 'ethos-u55-128', '--json');
    expect(json(estimate.stdout)).toMatchObject({ summary: { cycles_total: after['cycles_total'] } });

    const page = readFileSync(join(folder, 'pick/report.html'), 'utf8');
    const [layers] = dataInPage(page).layers.map(
      (text) => JSON.parse(Buffer.from(inflated(text)).toString()) as ModelLayers,
    );
    const cycles = layers!.designs[0]!.pairs.map((pair) => pair.after?.cycles ?? 0);
    expect(cycles.reduce((sum, each) => sum + each, 0)).toBe(after['cycles_total']);
    expect(paretou('report', 'pick', '--output', 'again.html').status).toBe(0);
    expect(readFileSync(join(folder, 'again.html'), 'utf8')).toBe(page);

    const part = ['--samples', 'example:glyphs', '--samples-limit', '100', '--part', 'score'];
    const measure = paretou('measure', 'picked.tflite', '--against', 'example:glyphs', ...part, '--json');
    const { accuracy, agreement, output_noise: noise } = json(measure.stdout) as Figures;
    expect(accuracy).toBe(after['accuracy']);
    expect(agreement).toBe(after['agreement']);
    expect(noise).toBeCloseTo(after['output_noise_measured']!, 9);

    const source = readFileSync(join(folder, 'picked.tflite'));
    for (const runtime of [tfliteHelper, litert]) {
      expect(Math.abs((await accuracyIn(runtime, source)) - accuracy!)).toBeLessThanOrEqual(0.01 + 1e-9);
    }

    const design = String(record['design']);
    const samples = ['--samples', 'example:glyphs', '--samples-limit', '100'];
    const applied = paretou(
      'apply',
      'example:glyphs',
      '--design',
      design,
      ...samples,
      '--output',
      'again.tflite',
    );
    expect(applied.status).toBe(0);
    expect(applied.stdout).toContain('accuracy');
    const [a, b] = ['picked', 'again'].map((name) => readFileSync(join(folder, `${name}.tflite`)));
    expect(a!.equals(b!)).toBe(true);
  });

  test('ends with both sides where no design holds', () => {
    const { status, stderr } = paretou('pick', ...searchWith(40), '--min-agreement', '1', '--min-gain', '40');
    expect(status).toBe(4);
    expect(stderr).toMatch(/error: no design of glyphs .*--min-agreement/);
  });
});

describe('what cannot be', () => {
  const refused = (code: number, message: RegExp, ...argv: string[]): void => {
    const { status, stderr } = paretou(...argv);
    expect(stderr).toMatch(message);
    expect(status).toBe(code);
  };
  const U55 = ['--accelerator-config', 'ethos-u55-128'];

  test('constraints on what is measured need samples', () => {
    refused(
      2,
      /^error: agreement is known only where there are samples/,
      'pick',
      'example:glyphs',
      '--min-agreement',
      '0.9',
      ...U55,
    );
    refused(2, /^error: output_noise is known only/, 'sweep', 'example:glyphs', '--max-noise', '0.1', ...U55);
    refused(
      2,
      /^error: output_noise is known only/,
      'sweep',
      'example:glyphs',
      '--objectives',
      'cycles_total,output_noise',
      ...U55,
    );
  });

  test('accuracy needs labels', () => {
    const folderOf = join(folder, 'unlabelled');
    mkdirSync(folderOf);
    for (let i = 0; i < 20; i++) writeFileSync(join(folderOf, `${i}.bin`), Buffer.alloc(576, i));
    const argv = ['--samples', 'unlabelled', '--max-accuracy-drop', '3', ...U55];
    refused(3, /error: unlabelled: has no labels; without them accuracy/, 'pick', 'example:glyphs', ...argv);
  });

  test('too few samples, samples of another network, no samples', () => {
    writeFileSync(join(folder, 'bytes.bin'), 'no samples');
    refused(3, /error: .*bytes\.bin/, 'sweep', 'example:glyphs', '--samples', 'bytes.bin', ...U55);
    refused(
      3,
      /error: example:glyphs: its samples have 576 elements/,
      'pick',
      'example:story_standard',
      '--samples',
      'example:glyphs',
      ...U55,
    );
    refused(
      3,
      /error: example:nothing: there are no samples/,
      'sweep',
      'example:glyphs',
      '--samples',
      'example:nothing',
      ...U55,
    );
    refused(
      2,
      /--samples-limit/,
      'sweep',
      'example:glyphs',
      '--samples',
      'example:glyphs',
      '--samples-limit',
      '10',
      ...U55,
    );
  });
});
