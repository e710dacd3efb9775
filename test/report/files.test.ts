import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeReports } from '../../src/report/files.js';
import { writeWhole } from '../../src/files.js';
import { estimateWith } from './fixture.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('both files are written, without leftovers', () => {
  const paths = writeReports(estimateWith(), join(folder, 'a', 'b'), false);
  expect(paths.map((path) => path.slice(folder.length + 5))).toEqual([
    'tiny_summary_Ethos_U55_High_End_Embedded.csv',
    'tiny_per-layer.csv',
  ]);
  expect(readdirSync(join(folder, 'a', 'b')).sort()).toEqual([
    'tiny_per-layer.csv',
    'tiny_summary_Ethos_U55_High_End_Embedded.csv',
  ]);
});

test('several accelerators have files of their own; no name leaves the folder', () => {
  writeReports(estimateWith({ network: '../x', systemConfig: 'a/b' }), folder, true);
  expect(readdirSync(folder).sort()).toEqual([
    '.._x_ethos-u55-128_per-layer.csv',
    '.._x_ethos-u55-128_summary_a_b.csv',
  ]);
});

test('a place that cannot be written to gets one sentence and keeps what was there', () => {
  const file = join(folder, 'file');
  writeFileSync(file, 'kept');
  expect(() => writeWhole(join(file, 'x.csv'), '')).toThrow(
    /x\.csv: cannot be written, a file has the name of a folder/,
  );
  expect(() => writeWhole(folder, '')).toThrow(/cannot be written, a folder has the name of the file/);
  expect(readFileSync(file, 'utf8')).toBe('kept');
  expect(readdirSync(folder)).toEqual(['file']);
});

test.skipIf(process.platform !== 'linux')(
  'devices and pipes are not replaced, and /proc does not hang',
  () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, '/dev/null']) {
      expect(() => writeWhole(path, '')).toThrow(/cannot be written, it is a device, a pipe or a socket/);
    }
    expect(() => writeWhole(join(pipe, 'x.csv'), '')).toThrow(/a file has the name of a folder/);
    expect(() => writeWhole('/proc/a/b/x.csv', '')).toThrow(/^\/proc\/a\/b\/x\.csv: cannot be written, /);
    expect(readdirSync(folder)).toEqual(['pipe']);
  },
);
