import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { contentHash } from '../../search/evaluate/log/content-hash.js';
import { FILE_WORK, type FileWork } from '../../search/evaluate/log/log-file.js';
import type { RunLog } from '../../search/evaluate/log/run-log.js';
import { withRunLog } from '../../src/cli/run-log.js';
import { prepareSearch } from '../../src/cli/search.js';
import type { SearchOptions } from '../../src/cli/search-options.js';
import { ParetouError } from '../../src/errors.js';
import { temporaryFolder } from '../program.js';

const { folder: root } = temporaryFolder('run-log');
const directory = join(root, 'out');
const path = join(directory, 'sweep.partial');

const OPTIONS: SearchOptions = {
  acceleratorConfig: 'ethos-u55-128',
  config: [],
  method: 'auto',
  seed: 1,
  limit: 1000,
  workers: [],
};
const prepared = await prepareSearch(['example:story_standard'], OPTIONS);
const wider = await prepareSearch(['example:story_standard'], { ...OPTIONS, widths: [0.5, 1] });
const other = await prepareSearch(['example:story_separable_relu'], OPTIONS);

const KEY = contentHash('key');
const UNSYNCED: FileWork = { ...FILE_WORK, sync: (_, done) => done(null) };

let said: string[] = [];
const run = async (
  of: typeof prepared,
  more: Partial<SearchOptions>,
  work: (log: RunLog) => boolean,
  fileWork = UNSYNCED,
): Promise<string[]> => {
  said = [];
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
  try {
    const place = { directory, name: 'sweep' };
    await withRunLog(place, of, { ...OPTIONS, ...more }, (log) => Promise.resolve(work(log)), fileWork);
  } finally {
    spy.mockRestore();
  }
  return said;
};

const known = (found: unknown[]) => (log: RunLog) => {
  found.push(...log.all(KEY));
  return true;
};

/** Leaves a log with three values. */
const leave = (): Promise<string[]> =>
  run(prepared, { fresh: true }, (log) => {
    for (const value of ['one', 'two', 'three']) log.add(KEY, value);
    return false;
  });

const GONE_ON = [`going on from ${path}; --fresh starts over\n`];

describe('the log of a search', () => {
  beforeEach(leave);

  it('is kept when the work did not come to its end, and gone when it did', async () => {
    expect(said).toEqual([`kept ${path}; --resume goes on from it\n`]);
    const found: unknown[] = [];
    expect(await run(prepared, {}, known(found))).toEqual(GONE_ON);
    expect(found).toEqual(['one', 'two', 'three']);
    expect(readdirSync(directory)).toEqual([]);
    rmSync(directory, { recursive: true });
    await run(prepared, {}, () => true);
    expect(existsSync(directory)).toBe(false);
  });

  it('is kept when the work fails', async () => {
    const fail = (): never => {
      throw new Error('no');
    };
    await expect(run(prepared, {}, fail)).rejects.toThrow('no');
    expect(readdirSync(directory)).toEqual(['sweep.partial']);
  });

  it('does not depend on what changes no result', async () => {
    const found: unknown[] = [];
    await run(prepared, { jobs: 3, json: true }, known(found));
    expect(found).toHaveLength(3);
  });

  it.each([
    ['another command', prepared, { limit: 7 }],
    ['another space', wider, {}],
    ['another model', other, {}],
  ] as const)('of %s is replaced with a note', async (what, of, more) => {
    const found: unknown[] = [];
    expect(await run(of, more, known(found))).toEqual([
      `note: ${path} was the log of ${what}; starting over\n`,
    ]);
    expect(found).toEqual([]);
  });

  it.each([
    ['another space', wider],
    ['another model', other],
  ] as const)('of %s cannot be resumed', async (what, of) => {
    const before = readFileSync(path);
    await expect(run(of, { resume: true }, () => true)).rejects.toMatchObject({
      kind: 'input',
      message: `${path} is the log of ${what}; --fresh starts over`,
    });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(directory)).toEqual(['sweep.partial']);
  });

  it('of another version cannot be resumed', async () => {
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"version":"[^"]*"/, '"version":"0.0.1"'));
    await expect(run(prepared, { resume: true }, () => true)).rejects.toThrow(
      /is the log of version 0\.0\.1 /,
    );
  });

  it('of another command is resumed when asked for', async () => {
    const found: unknown[] = [];
    expect(await run(prepared, { resume: true, limit: 7 }, known(found))).toEqual(GONE_ON);
    expect(found).toHaveLength(3);
  });

  it('is not gone on from by itself within a time budget', async () => {
    const found: unknown[] = [];
    await run(prepared, { seconds: 5 }, known(found));
    expect(found).toEqual([]);
  });

  it('starts from the beginning where there is none', async () => {
    rmSync(path);
    expect(await run(prepared, { resume: true }, () => true)).toEqual([
      `note: ${path} is not there; starting from the beginning\n`,
    ]);
  });

  it('is for one process at a time', async () => {
    let inside: unknown;
    await withRunLog({ directory, name: 'sweep' }, prepared, { ...OPTIONS, quiet: true }, async () => {
      inside = await run(prepared, {}, () => true).catch((error: unknown) => error);
      return true;
    });
    expect(inside).toMatchObject({ kind: 'input' });
    expect(String(inside)).toContain(`is in use by another search (process ${process.pid} on `);
  });

  it('that the disk has no room for is given up with one sentence', async () => {
    let written = 0;
    const full: FileWork = {
      ...UNSYNCED,
      write: (file, bytes, at) => {
        if (++written > 1) throw Object.assign(new Error(), { code: 'ENOSPC' });
        return FILE_WORK.write(file, bytes, at);
      },
    };
    const work = (log: RunLog): boolean => {
      for (const value of ['four', 'five', 'six']) log.add(KEY, value);
      return false;
    };
    const lines = await run(prepared, {}, work, full);
    expect(lines.filter((line) => line.startsWith('warning: '))).toEqual([
      `warning: ${path} cannot be written, the disk is full; the search goes on, and what it finds from now on is not kept for --resume\n`,
    ]);
    const found: unknown[] = [];
    await run(prepared, {}, known(found));
    expect(found).toEqual(['one', 'two', 'three', 'four']);
  });

  it('says at most one sentence about a log that was mutated, and believes nothing of it that was not so', async () => {
    const whole = readFileSync(path);
    const header = whole.indexOf(10);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.nat(whole.length - 1), fc.nat(header)),
        fc.oneof(fc.nat(255), fc.constant(10)),
        fc.constantFrom('set', 'cut', 'drop', 'insert'),
        fc.boolean(),
        async (at, byte, kind, resume) => {
          const rest = {
            set: [Buffer.of(byte), 1],
            cut: [Buffer.of(), 1e9],
            drop: [Buffer.of(), 9],
          } as const;
          const [added, dropped] = kind === 'insert' ? [Buffer.of(byte, byte), 0] : rest[kind];
          writeFileSync(path, Buffer.concat([whole.subarray(0, at), added, whole.subarray(at + dropped)]));
          const found: unknown[] = [];
          const outcome: unknown = await run(prepared, { resume }, known(found)).catch((e: unknown) => e);
          expect(['one', 'two', 'three'].slice(0, found.length)).toEqual(found);
          if (outcome instanceof ParetouError) expect(outcome.kind).toBe('input');
          else {
            expect(outcome).toBe(said);
            expect(said.filter((line) => !GONE_ON.includes(line)).length).toBeLessThan(2);
          }
          expect(said.every((line) => /^[^\n]+\n$/.test(line))).toBe(true);
          rmSync(directory, { recursive: true, force: true });
          await leave();
        },
      ),
      { seed: 3, numRuns: 1000 },
    );
  });
});
