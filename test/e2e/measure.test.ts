import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { writeModel } from '../../src/tflite/model.js';
import { classifierModel, CLASSES, ELEMENTS, SHAPE, twoInputsModel } from '../samples/networks.js';
import { npy, npz } from '../samples/writers.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const built = existsSync(main);
if (!built) process.stderr.write('tests of the built program are skipped: run npm run build first\n');

describe.skipIf(!built)('paretou measure', () => {
  const folder = mkdtempSync(join(tmpdir(), 'measure-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, content: Uint8Array | string): void =>
    writeFileSync(join(folder, name), content);
  const paretou = (...argv: string[]) =>
    spawnSync(process.execPath, [main, 'measure', ...argv], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
    });
  const json = (...argv: string[]): Record<string, unknown> => {
    const { stdout, stderr } = paretou(...argv, '--json');
    expect(stderr).toBe('');
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const refuses = (argv: string[], message: RegExp, code = 3): void => {
    const { status, stdout, stderr } = paretou(...argv);
    expect([status, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: [^\n]{1,300}\n$/);
  };

  write('original.tflite', writeModel(classifierModel()));
  write('changed.tflite', writeModel(classifierModel({ seed: 2, filters: 5 })));
  write('five.tflite', writeModel(classifierModel({ units: 5 })));
  write('two.tflite', writeModel(twoInputsModel()));

  const COUNT = 100;
  const values = Float32Array.from({ length: COUNT * ELEMENTS }, (_, i) => ((i * 2654435761) % 1009) / 1009);
  const labels = BigInt64Array.from({ length: COUNT }, (_, i) => BigInt((i * 7) % CLASSES));
  const x = npy(values, [COUNT, ...SHAPE]);
  write('s.npz', npz({ x, y: npy(labels, [COUNT]) }, true));
  write('s.npy', x);
  const against = ['changed.tflite', '--against', 'original.tflite', '--samples'];

  test('reports accuracy, agreement and output noise', () => {
    const { status, stdout, stderr } = paretou(...against, 's.npz');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.replace(/ *[-+]?\d+\.\d+/g, ' N')).toMatchInlineSnapshot(`
      "changed.tflite against original.tflite
      on 100 samples of s.npz
      accuracy of the original N % ± N
      accuracy N % ± N
      change N ± N points
      agreement N % ± N
      output noise N
      output noise: mean squared difference of the outputs before softmax, over the variance of the original’s
      ±: one standard error
      "
    `);
  });

  test('reports the same as an object', () => {
    const all = json(...against, 's.npz');
    expect(all).toMatchObject({
      schema: 'paretou/measure@1',
      model: 'changed.tflite',
      against: 'original.tflite',
      samples: COUNT,
      samples_part: 'all',
    });
    const { accuracy, accuracy_against: before, accuracy_change: change } = all as Record<string, number>;
    expect(change).toBeCloseTo(accuracy! - before!, 12);
    const { accuracy: error } = all['standard_error'] as Record<string, number>;
    expect(error).toBeCloseTo(Math.sqrt((accuracy! * (1 - accuracy!)) / COUNT), 12);
    expect(all['output_noise']).toBeGreaterThan(0);
    expect(json('changed.tflite', '--samples', 's.npz')).toMatchObject({ samples: COUNT, accuracy });
    const unlabelled = json(...against, 's.npy');
    expect(unlabelled).toMatchObject({ output_noise: all['output_noise'], agreement: all['agreement'] });
    expect(unlabelled).not.toHaveProperty('accuracy');
  });

  test('measures on a part or on some of the samples', () => {
    const part = (...argv: string[]): Record<string, unknown> => json(...against, 's.npz', ...argv);
    const [fit, score] = [part('--part', 'fit'), part('--part', 'score')];
    expect([fit['samples'], score['samples']]).toEqual([50, 50]);
    expect(part('--part', 'score', '--fit-samples', '30')).toMatchObject({ samples: 70 });
    const [a, b] = [part('--samples-limit', '40'), part('--samples-limit', '40', '--samples-seed', '2')];
    expect([a['samples'], b['samples']]).toEqual([40, 40]);
    expect(a['output_noise']).not.toBe(b['output_noise']);
  });

  test('refuses wrong samples with one sentence', () => {
    const wrong = (path: string, message: RegExp): void => refuses([...against, path], message);
    write('shape.npy', npy(values, [COUNT, 5, 6, 2]));
    wrong('shape.npy', /shape\.npy: has the shape 100x5x6x2, expected samples x 6x5x2 for the input image\n/);
    write('nan.npy', npy(values.with(ELEMENTS, NaN), [COUNT, ...SHAPE]));
    wrong('nan.npy', /nan\.npy: sample 1 holds NaN, expected finite numbers\n/);
    write('cut.npy', x.subarray(0, 5000));
    wrong('cut.npy', /cut\.npy: is cut off: /);
    write('ten.npy', npy(values.subarray(0, 10 * ELEMENTS), [10, ...SHAPE]));
    wrong('ten.npy', /ten\.npy: holds 10 samples, expected at least 20/);
    write('type.npy', npy(Int16Array.from(values), [COUNT, ...SHAPE]));
    wrong('type.npy', /type\.npy: holds int16, expected int8 or float32 for the input image\n/);
    mkdirSync(join(folder, 'empty'));
    wrong('empty', /empty: holds neither \.npy nor \.bin files/);
    mkdirSync(join(folder, 'dir'));
    for (let i = 0; i < 30; i++)
      write(`dir/${i}.npy`, npy(values.subarray(i * ELEMENTS, (i + 1) * ELEMENTS), SHAPE));
    write('dir/labels.csv', 'file,label\nother.npy,1\n');
    wrong('dir', /labels\.csv: line 2 names other\.npy, and there is no such sample in the folder\n/);
    write(
      'label.npz',
      npz({
        x,
        y: npy(
          labels.map((label) => label + 1n),
          [COUNT],
        ),
      }),
    );
    wrong('label.npz', /label\.npz: y: the label of sample \d+ is 4, expected 0 to 3/);
    wrong('absent.npy', /absent\.npy: cannot be read, since there is no such file/);
    wrong(
      'example:story_standard',
      /example:story_standard: there are no samples for an example of that name/,
    );
    wrong('original.tflite', /original\.tflite: is no form of samples that is known/);
    if (process.platform === 'linux') wrong('/dev/zero', /\/dev\/zero: is no form of samples that is known/);
  });

  test('refuses what cannot be measured', () => {
    refuses(['original.tflite', '--samples', 's.npy'], /s\.npy: has no labels; .* \(--against\)\n/);
    refuses(
      ['five.tflite', '--against', 'original.tflite', '--samples', 's.npy'],
      /five: its outputs are 1x5, and those of original 1x4/,
    );
    refuses(['two.tflite', '--samples', 's.npy'], /s\.npy: the network has 2 inputs; .*: left, right\n/);
    refuses(['original.tflite'], /samples are needed: /, 2);
    refuses(
      [...against, 's.npz', '--samples-limit', '10'],
      /--samples-limit is "10", expected a whole number from 20/,
      2,
    );
    refuses(
      [...against, 's.npz', '--part', 'fit', '--fit-samples', '95'],
      /cannot be split .* \(--fit-samples\)\n/,
      2,
    );
  });
});
