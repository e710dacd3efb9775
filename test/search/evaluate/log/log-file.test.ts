import fc from 'fast-check';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { contentHash } from '../../../../search/evaluate/log/content-hash.js';
import { readContents } from '../../../../search/evaluate/log/lines.js';
import { FILE_WORK as real, openLogFile, type FileWork } from '../../../../search/evaluate/log/log-file.js';

const folder = mkdtempSync(join(tmpdir(), 'log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const noFault = (error: unknown): never => {
  throw error;
};

/** Many logs are opened here, none of which has to outlive a loss of power. */
const UNSYNCED: FileWork = { ...real, sync: (_, done) => done(null) };

const KEYS = ['a', 'b', 'c'].map((name) => contentHash(name));

/** Writes a log of some values, each the key's number and its own. */
const write = async (path: string, count: number): Promise<void> => {
  const log = openLogFile(path, 'header', undefined, { onFault: noFault });
  for (let i = 0; i < count; i++) {
    log.add(KEYS[i % KEYS.length]!, { i, numbers: Float64Array.of(i, NaN, -0, Infinity) });
  }
  await log.close(true);
};

/** All values of a log, opened again. */
const valuesOf = async (path: string): Promise<unknown[]> => {
  const log = openLogFile(path, 'header', readContents(path), { onFault: noFault, work: UNSYNCED });
  const values = KEYS.flatMap((key) => [...log.all(key)]);
  await log.close(true);
  return values;
};

const plain = fc.jsonValue().map((value): unknown => value);

describe('a content hash', () => {
  it('is the same for equal data, and another for other data', () => {
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        expect(contentHash(structuredClone(a))).toBe(contentHash(a));
        const equal = JSON.stringify([a]) === JSON.stringify([b]);
        if (!equal && !Object.is(a, -0) && !Object.is(b, -0))
          expect(contentHash(a) === contentHash(b)).toBe(false);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('tells apart what JSON does not', () => {
    const values = [
      [1],
      ['1'],
      [Infinity],
      [-Infinity],
      [null],
      [NaN],
      [0],
      [-0],
      [Uint8Array.of(1)],
      [Int8Array.of(1)],
      [[1]],
      [new Map([[1, 2]])],
      [new Set([1])],
      [{ a: 1 }],
      ['ab', 'c'],
      ['a', 'bc'],
    ];
    expect(new Set(values.map((value) => contentHash(...value))).size).toBe(values.length);
  });

  it('does not depend on the order of properties, nor on those that are not there', () => {
    const [a, b] = [
      { first: 1, second: [{ x: 1, y: 2 }], third: undefined },
      { second: [{ y: 2, x: 1 }], first: 1 },
    ];
    expect(contentHash(a)).toBe(contentHash(b));
  });

  it('sees the bytes of a view, not of the memory below it', () => {
    const memory = Uint8Array.of(0, 1, 2, 3);
    expect(contentHash(memory.subarray(1, 3))).toBe(contentHash(Uint8Array.of(1, 2)));
  });
});

describe('a log', () => {
  it('gives back what was added, in order, also when opened again', async () => {
    const path = at('back');
    await write(path, 7);
    const values = await valuesOf(path);
    const order = [0, 3, 6, 1, 4, 2, 5];
    expect(values).toEqual(order.map((i) => ({ i, numbers: Float64Array.of(i, NaN, -0, Infinity) })));
    expect(readFileSync(path, 'utf8').split('\n')[0]).toBe('header');
  });

  it('goes when it is not to be kept', async () => {
    const log = openLogFile(at('gone'), 'header', undefined, { onFault: noFault });
    log.add(KEYS[0]!, 1);
    await log.close(false);
    expect(existsSync(at('gone'))).toBe(false);
  });

  it('cuts off a torn last line before it adds others', async () => {
    const path = at('torn');
    await write(path, 3);
    const whole = readFileSync(path);
    for (let cut = whole.lastIndexOf(10, -2) + 2; cut < whole.length; cut += 7) {
      writeFileSync(path, whole.subarray(0, cut));
      const contents = readContents(path);
      expect([contents.values, contents.damaged]).toEqual([2, undefined]);
      const log = openLogFile(path, 'header', contents, { onFault: noFault });
      log.add(KEYS[2]!, 'after');
      await log.close(true);
      const values = await valuesOf(path);
      expect([values.length, values.at(-1)]).toEqual([3, 'after']);
    }
  });

  it('never gives what was not added, whatever happened to its bytes', async () => {
    const path = at('mutated');
    await write(path, 12);
    const whole = readFileSync(path);
    const sound = new Set((await valuesOf(path)).map((value) => contentHash(value)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            kind: fc.constantFrom('set', 'cut', 'drop', 'insert'),
            at: fc.nat(whole.length - 1),
            length: fc.integer({ min: 1, max: 40 }),
            byte: fc.oneof(fc.nat(255), fc.constantFrom(10, 32)),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        async (mutations) => {
          let bytes = Buffer.from(whole);
          for (const { kind, at: place, length, byte } of mutations) {
            const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
            if (kind === 'set' && place < bytes.length) bytes[place] = byte;
            else if (kind === 'cut') bytes = Buffer.from(before);
            else if (kind === 'drop') bytes = Buffer.concat([before, after.subarray(length)]);
            else bytes = Buffer.concat([before, Buffer.alloc(length, byte), after]);
          }
          writeFileSync(path, bytes);
          for (const value of await valuesOf(path)) expect(sound).toContain(contentHash(value));
          appendFileSync(path, 'torn');
          expect((await valuesOf(path)).length).toBeLessThanOrEqual(12);
        },
      ),
      { seed: 2, numRuns: 1000 },
    );
  });

  it('says once that the disk is full, and stays sound', async () => {
    const path = at('full');
    let room = 400;
    const faults: unknown[] = [];
    const work: FileWork = {
      write: (file, bytes, place) => {
        const count = Math.min(bytes.length, room);
        if (count === 0) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
        room -= count;
        return real.write(file, bytes.subarray(0, count), place);
      },
      sync: (_, done) => done(null),
    };
    const log = openLogFile(path, 'header', undefined, { onFault: (error) => faults.push(error), work });
    for (let i = 0; i < 10; i++) log.add(KEYS[0]!, `value ${i}`);
    const kept = [...log.all(KEYS[0]!)];
    await log.close(true);
    expect(faults).toHaveLength(1);
    expect(kept.length).toBeGreaterThan(2);
    expect(kept).toEqual(Array.from(kept, (_, i) => `value ${i}`));
    const contents = readContents(path);
    expect([contents.values, contents.damaged]).toEqual([kept.length, undefined]);
    expect(contents.size).toBe(readFileSync(path).length);
    expect(await valuesOf(path)).toEqual(kept);
  });

  it('says that the disk does not take what was written', async () => {
    const faults: unknown[] = [];
    const work: FileWork = { ...real, sync: (_, done) => done(new Error('EIO')) };
    const log = openLogFile(at('sync'), 'header', undefined, {
      onFault: (error) => faults.push(error),
      work,
    });
    log.add(KEYS[0]!, 1);
    await log.close(true);
    expect(faults).toHaveLength(1);
  });
});
