import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../program.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = existsSync(join(root, 'dist/src/index.js'));
if (!built) process.stderr.write('tests of the examples are skipped: run npm run build first\n');

const { folder } = temporaryFolder('examples');

const standard = 'test/goldens/models/story_standard.tflite';
const written = join(folder, 'substituted.tflite');

/** What each program is called with, and the lines it prints. */
const EXPECTED: Readonly<Record<string, { readonly argv?: string[]; readonly lines: readonly string[] }>> = {
  'estimate.js': {
    lines: [
      'ethos-u55-128: 1847267 cycles, 1231728 bytes of SRAM',
      'ethos-u65-256: 927220 cycles, 387360 bytes of SRAM',
      'ethos-u85-256: 848041 cycles, 387216 bytes of SRAM',
    ],
  },
  'front.js': {
    lines: [
      '1h@u65-256: 851397 cycles, 4299184 bytes through SRAM',
      'base@u65-256: 927220 cycles, 3523200 bytes through SRAM',
    ],
  },
  'layers.js': {
    lines: [
      'dw_1 (DepthwiseConv2D): 615892 cycles, 33.3 %, bound by npu',
      'conv_0 (Conv2D): 462730 cycles, 25.0 %, bound by npu',
      'conv_3 (Conv2D): 461760 cycles, 25.0 %, bound by npu',
      'conv_2 (Conv2D): 308288 cycles, 16.7 %, bound by npu',
    ],
  },
  'substitute.js': {
    argv: [standard, written],
    lines: [`${standard}: 1847267 cycles`, `${written}: 1694734 cycles`],
  },
  'widths.js': {
    lines: [
      '16 channels: 1847267 cycles, 4878816 bytes through SRAM',
      '8 channels: 1155922 cycles, 3927632 bytes through SRAM',
      '12 channels: 1846772 cycles, 4606512 bytes through SRAM',
      '15 channels: 1847151 cycles, 4807616 bytes through SRAM',
      '17 channels: 2999356 cycles, 6653056 bytes through SRAM',
      '24 channels: 2999724 cycles, 6682560 bytes through SRAM',
    ],
  },
};

const run = promisify(execFile);

describe.skipIf(!built)('examples', () => {
  test('all are run', () => {
    const programs = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.js'));
    expect(programs.toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
  });

  test.for(Object.entries(EXPECTED))('%s', async ([program, { argv = [], lines }]) => {
    const { stdout } = await run(process.execPath, [join('examples', program), ...argv], { cwd: root });
    expect(stdout.trimEnd().split('\n')).toEqual(lines);
  });
});
