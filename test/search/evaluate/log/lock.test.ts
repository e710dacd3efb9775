import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../../../search/evaluate/log/lock.js';

const folder = mkdtempSync(join(tmpdir(), 'lock-'));
const path = join(folder, 'lock');
afterEach(() => rmSync(path, { force: true }));

/** A process that has ended. */
const { pid: ended } = spawnSync(process.execPath, ['-e', '']);

describe('a lock', () => {
  it('is taken once, and again when it was given back', () => {
    for (let turn = 0; turn < 2; turn++) {
      const lock = takeLock(path);
      expect(takeLock(path)).toMatchObject({ holder: { pid: process.pid, host: hostname() } });
      if ('release' in lock) lock.release();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it.each([
    ['a process that ended', { pid: ended, host: hostname(), began: '' }],
    ['a process whose id another has now', { pid: process.pid, host: hostname(), began: '1' }],
  ])('of %s is taken away', (_, holder) => {
    if (holder.began !== '' && !existsSync('/proc/self/stat')) return;
    writeFileSync(path, JSON.stringify(holder));
    expect(takeLock(path)).toHaveProperty('release');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it.each(['', 'x', '{}', 'null', '{"pid":"1","host":"","began":""}', '{"pid":-1,"host":"a","began":""}'])(
    'that is none is taken away: %s',
    (text) => {
      writeFileSync(path, text);
      expect(takeLock(path)).toHaveProperty('release');
    },
  );

  it('of another machine is left alone', () => {
    const holder = { pid: ended, host: `not-${hostname()}`, began: '' };
    writeFileSync(path, JSON.stringify(holder));
    expect(takeLock(path)).toEqual({ holder });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(holder);
  });
});
