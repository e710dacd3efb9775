import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireWritable } from '../src/files.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'writable-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('folders that are there, and those that can be made, are left as they are', () => {
  requireWritable(folder);
  requireWritable(join(folder, 'a', 'b', 'c'));
  expect(readdirSync(folder)).toEqual([]);
});

test('a file is no folder, nor is there one below it', () => {
  writeFileSync(join(folder, 'file'), '');
  for (const path of [join(folder, 'file'), join(folder, 'file', 'below')])
    expect(() => requireWritable(path)).toThrow(
      /cannot be written to, a file has the name of (a|the) folder/,
    );
});

test.skipIf(process.platform !== 'linux')(
  'nothing can be made below /proc, and saying so does not hang',
  () => {
    expect(() => requireWritable('/proc/paretou/results')).toThrow(
      /\/proc\/paretou\/results: cannot be written to/,
    );
  },
);
