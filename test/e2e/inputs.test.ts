import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { networkBuilder } from '../../src/graph/build/builder.js';
import { conv2d, input } from '../../src/graph/build/layers.js';
import { writeModel } from '../../src/tflite/model.js';
import { temporaryFolder } from '../program.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const built = existsSync(main);
if (!built) process.stderr.write('tests of the built program are skipped: run npm run build first\n');

/** What must not reach a terminal; line feeds end lines. */
const UNSAFE = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe.skipIf(!built)('the built program', () => {
  const { folder } = temporaryFolder('program-inputs');
  const at = (name: string): string => join(folder, name);
  const paretou = (...argv: string[]) =>
    spawnSync(process.execPath, [main, ...argv], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 20_000,
      input: '',
    });

  const refuses = (argv: string[], message: RegExp, code = 3): void => {
    const { status, stdout, stderr } = paretou(...argv);
    expect([status, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(stderr.length).toBeLessThanOrEqual(300);
  };

  test('says what a file is that is no model', () => {
    writeFileSync(at('lfs.tflite'), 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n');
    mkdirSync(at('saved'));
    writeFileSync(at('saved/saved_model.pb'), '');
    refuses(['estimate', 'lfs.tflite'], /it is a Git LFS pointer, not the file itself; fetch the file/);
    refuses(['sweep', 'saved'], /saved: is a TensorFlow SavedModel; convert it/);
    refuses(
      ['estimate', `${'x'.repeat(200)}/${'y'.repeat(2000)}.tflite`],
      /cannot be read, since [^;]+; pass the path/,
    );
  });

  test.skipIf(process.platform !== 'linux')('neither reads nor writes devices, pipes and /proc', () => {
    execFileSync('mkfifo', [at('pipe'), at('pipe.ini')]);
    const example = 'example:story_standard';
    refuses(['estimate', 'pipe'], /it is a device, a pipe or a socket/);
    refuses(['explain', '/dev/zero'], /it is a device, a pipe or a socket/);
    refuses(['sweep', example, '--space', 'pipe'], /it is a device, a pipe or a socket/);
    refuses(
      ['estimate', example, '--config', 'pipe.ini', '--system-config', 'a', '--memory-mode', 'b'],
      /it is a device, a pipe or a socket|is a device, a pipe or a socket/,
    );
    refuses(['estimate', example, '--output-dir', '/proc/a/b/c'], /\/proc\/a\/b\/c\S+ cannot be written/);
    refuses(
      ['apply', example, '--substitutions', '1:separable', '--output', '/dev/null'],
      /\/dev\/null: cannot be written, it is a device/,
    );
  });

  test('shows names safely, on the screen and in files', () => {
    const builder = networkBuilder(1, 'evil');
    const start = input(builder, '=HYPERLINK("x")', [1, 12, 12, 8]);
    const first = conv2d(builder, start, {
      name: '\u001b[2J\u0007\nerror: x\u202e',
      filters: 8,
      kernel: [3, 3],
    });
    const last = conv2d(builder, first, { name: `=1+1${'z'.repeat(3000)}`, filters: 8, kernel: [3, 3] });
    const file = at('@evil\u001b[31m.tflite');
    writeFileSync(file, writeModel(builder.model([last])));
    const system = ['--accelerator-config', 'ethos-u55-128'];
    const results = [
      paretou('estimate', file, ...system, '--verbose-performance', '--output-dir', 'out'),
      paretou('estimate', file, ...system, '--json', '--output-dir', 'out'),
      paretou('explain', file, ...system),
      paretou('compare', file, file, ...system),
      paretou('sweep', file, ...system, '--output-dir', 'out'),
      paretou('pick', file, ...system, '--output-dir', 'out'),
      paretou('apply', file, '--substitutions', '0:separable', '--output-dir', 'out'),
    ];
    for (const { stdout, stderr, status } of results) {
      expect(stdout + stderr).not.toMatch(UNSAFE);
      expect([0, 4]).toContain(status);
    }
    const files = readdirSync(at('out'));
    for (const name of files) expect(name).not.toMatch(UNSAFE);
    for (const name of files.filter((each) => each.endsWith('.csv'))) {
      const text = readFileSync(join(at('out'), name), 'utf8');
      expect(text.replaceAll('\r\n', '\n')).not.toMatch(UNSAFE);
      for (const cell of parse(text).slice(1).flat()) {
        if (Number.isNaN(Number(cell))) expect(cell).not.toMatch(/^[=+\-@]/);
      }
    }
    const broken = writeModel(builder.model([last]));
    writeFileSync(at('broken.tflite'), broken.subarray(0, broken.length / 2));
    const { stderr, status } = paretou('estimate', 'broken.tflite');
    expect([status, stderr.trimEnd().split('\n').length]).toEqual([3, 1]);
    expect(stderr.length).toBeLessThanOrEqual(300);
  });

  test('does not search where nothing runs on the NPU, but estimates and explains', () => {
    const builder = networkBuilder(1, 'float');
    const start = builder.input({ name: 'a', type: 'float32', shape: [1, 8] });
    const out = builder.tensor({ name: 'b', type: 'float32', shape: [1, 8] });
    builder.operator({ kind: 'RELU', inputs: [start], outputs: [out], version: 1 });
    writeFileSync(at('float.tflite'), writeModel(builder.model([out])));
    const message =
      /float\.tflite: no operator runs on the NPU of u55-256: float32 network; quantise it to int8\n$/;
    refuses(['sweep', 'float.tflite'], message);
    refuses(['pick', 'float.tflite'], message);
    expect(readdirSync(folder)).not.toContain('results');
    for (const command of [['estimate', '--verbose-cycle-estimate'], ['explain']]) {
      const { status, stdout } = paretou(command[0]!, 'float.tflite', ...command.slice(1));
      expect(status).toBe(0);
      expect(stdout).toMatch(/float32 network; quantise it to int8/);
      expect(stdout).toMatch(
        /On the CPU: 1 operator; nothing runs on the NPU:\n {2}1 x RELU(?: \(0\))?: float32/,
      );
      expect(stdout).not.toMatch(/NaN|Infinity/);
    }
  });
});
