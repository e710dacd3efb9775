import fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ParetouError } from '../../src/errors.js';
import type { Network } from '../../src/graph/network.js';
import { readSamples } from '../../src/samples/read.js';
import { classifier, ELEMENTS, networkOf, SHAPE, twoInputsModel } from './networks.js';
import { npy, npz, zip } from './writers.js';

const folder = mkdtempSync(join(tmpdir(), 'samples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let written = 0;
/** Writes files into a folder of their own, and gives the path of the first or of the folder. */
const put = (files: Readonly<Record<string, Buffer | string>>, path = Object.keys(files)[0]!): string => {
  const own = join(folder, String(written++));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(own, name)), { recursive: true });
    writeFileSync(join(own, name), content);
  }
  return join(own, path);
};

const network = classifier();
const COUNT = 24;
/** Different samples: element i is i, from -128 to 127 over and over, shifted by a different amount in each. */
const stored = Int8Array.from({ length: COUNT * ELEMENTS }, (_, i) => i * 7 + Math.floor(i / ELEMENTS));
const batch = [COUNT, ...SHAPE];
const labels = BigInt64Array.from({ length: COUNT }, (_, i) => BigInt(i % 4));

const read = (path: string, of: Network = network, limit?: number) =>
  readSamples(path, of, { limit, seed: 1 });

const refusal = async (path: string, of = network): Promise<string> => {
  const error: unknown = await read(path, of).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ParetouError);
  expect((error as ParetouError).kind).toBe('input');
  expect((error as ParetouError).message).not.toContain('\n');
  return (error as ParetouError).message;
};

const sampleFiles = (extension: string, bytes: (sample: Int8Array) => Buffer): Record<string, Buffer> =>
  Object.fromEntries(
    Array.from({ length: COUNT }, (_, i) => [
      `dir/${String(i).padStart(2, '0')}${extension}`,
      bytes(stored.subarray(i * ELEMENTS, (i + 1) * ELEMENTS)),
    ]),
  );
const npySamples = sampleFiles('.npy', (sample) => npy(sample, SHAPE));
const csv = (lines: readonly string[]): string => ['file,label', ...lines].join('\n');
const csvLines = Object.keys(npySamples).map((name, i) => `${name.slice('dir/'.length)},${i % 4}`);

describe('samples are the same from every form', () => {
  const table: readonly (readonly [string, string, boolean])[] = [
    ['.npy', put({ 'a.npy': npy(stored, batch) }), false],
    ['.npy of version 2', put({ 'a.npy': npy(stored, batch, { version: 2 }) }), false],
    ['.npy of version 3', put({ 'a.npy': npy(stored, batch, { version: 3 }) }), false],
    ['.npy in rows', put({ 'a.npy': npy(stored, [COUNT, ELEMENTS]) }), false],
    ['.npy with a batch of one', put({ 'a.npy': npy(stored, [COUNT, 1, ...SHAPE]) }), false],
    [
      '.npy with labels beside',
      put({ 'a.npy': npy(stored, batch), 'a.labels.npy': npy(labels, [COUNT, 1]) }),
      true,
    ],
    ['.npz', put({ 'a.npz': npz({ image: npy(stored, batch), y: npy(labels, [COUNT]) }) }), true],
    [
      '.npz, compressed',
      put({ 'a.npz': npz({ x: npy(stored, batch), labels: npy(labels, [COUNT]) }, true) }),
      true,
    ],
    ['.npz with one array', put({ 'a.npz': npz({ arr_0: npy(stored, batch) }) }), false],
    ['a folder of .npy files', put({ ...npySamples, 'dir/README': 'hello' }, 'dir'), false],
    [
      'a folder with labels',
      put({ ...npySamples, 'dir/labels.csv': csv(csvLines.toReversed()) }, 'dir'),
      true,
    ],
    [
      'a folder of .bin files',
      put(
        sampleFiles('.bin', (sample) => Buffer.from(sample)),
        'dir',
      ),
      false,
    ],
  ];
  test.each(table)('%s', async (_, path, labelled) => {
    const samples = await read(path);
    expect(samples.count).toBe(COUNT);
    expect(samples.inputs).toEqual([stored]);
    expect(samples.labels).toEqual(labelled ? Int32Array.from(labels, Number) : undefined);
    expect(samples.source).toBe(path);
  });

  test('each of several inputs from the array of its name', async () => {
    const two = networkOf(twoInputsModel());
    const right = stored.toReversed();
    const arrays = { right: npy(right, batch), left: npy(stored, batch) };
    expect((await read(put({ 'a.npz': npz(arrays) }), two)).inputs).toEqual([stored, right]);
  });
});

describe('element types', () => {
  // Scale 1/255 and zero point -128: see UNIT_RANGE.
  const { scales, zeroPoints } = network.graphs[0].tensors[0]!.quantisation!;

  test('floating-point numbers are quantised half away from zero, and clamped', async () => {
    const [scale, zeroPoint] = [scales[0]!, zeroPoints[0]!];
    const wanted = [0, 0.5, 1, 1.49, 1.5, 2.5, 254.4, 255, 300, -1, 1e30, -1e30];
    const real = Float32Array.from({ length: COUNT * ELEMENTS }, (_, i) =>
      i < wanted.length ? wanted[i]! * scale : (stored[i]! - zeroPoint) * scale,
    );
    const expected = stored.slice();
    expected.set([0, 1, 1, 1, 2, 3, 254, 255, 255, 0, 255, 0].map((value) => value + zeroPoint));
    expect((await read(put({ 'a.npy': npy(real, batch) }))).inputs).toEqual([expected]);
    const double = Float64Array.from(real);
    expect((await read(put({ 'a.npz': npz({ x: npy(double, batch) }, true) }))).inputs).toEqual([expected]);
  });

  test('Fortran order is row-major order afterwards', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      async (shape) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const values = Int8Array.from({ length: COUNT * size }, (_, i) => i * 5 + (i >> 4) * 3);
        // The axes in reverse order, so that the first varies fastest.
        const sizes = [COUNT, ...shape];
        const turned = new Int8Array(values.length);
        values.forEach((value, i) => {
          let [rest, place, stride] = [i, 0, values.length];
          for (const axis of sizes.toReversed()) {
            stride /= axis;
            place += (rest % axis) * stride;
            rest = Math.floor(rest / axis);
          }
          turned[place] = value;
        });
        const tensor = { ...network.graphs[0].tensors[0]!, shape: [1, ...shape] };
        const of: Network = {
          ...network,
          graphs: [{ ...network.graphs[0], tensors: [tensor], outputs: [] }],
        };
        const c = await read(put({ 'a.npy': npy(values, sizes) }), of);
        const f = await read(put({ 'a.npy': npy(turned, sizes, { fortran: true }) }), of);
        expect(f.inputs).toEqual(c.inputs);
        expect(c.inputs).toEqual([values]);
      },
    );
    await fc.assert(property, { seed: 12, numRuns: 60 });
  });

  test('other types are refused, and what is no number', async () => {
    const of = (bytes: Buffer): Promise<string> => refusal(put({ 'a.npy': bytes }));
    const real = Float32Array.from(stored);
    expect(await of(npy(Uint8Array.from(stored), batch))).toMatch(
      /a\.npy: holds uint8, expected int8 or float32 for the input image$/,
    );
    expect(await of(npy(stored, batch, { descr: '|b1' }))).toMatch(
      /elements of "\|b1", expected little-endian/,
    );
    expect(await of(npy(real, batch, { descr: '>f4' }))).toMatch(/elements of ">f4", expected little-endian/);
    for (const value of [NaN, Infinity, -Infinity]) {
      const wrong = real.slice();
      wrong[3 * ELEMENTS + 1] = value;
      expect(await of(npy(wrong, batch))).toMatch(
        new RegExp(`a\\.npy: sample 3 holds ${value}, expected finite numbers$`),
      );
    }
    const double = Float64Array.from(stored);
    double[0] = 1e300;
    expect(await of(npy(double, batch))).toMatch(/sample 0 holds 1e\+300, expected finite numbers/);
  });
});

describe('what is wrong is said in one sentence', () => {
  const whole = npy(stored, batch);
  const rows = (count: number): Buffer => npy(stored.subarray(0, count * ELEMENTS), [count, ...SHAPE]);
  const without = Object.fromEntries(Object.entries(npySamples).slice(1));
  const table: readonly (readonly [string, Readonly<Record<string, Buffer | string>>, string, RegExp])[] = [
    [
      'a shape',
      { 'a.npy': npy(stored, [COUNT, 2, 5, 6]) },
      'a.npy',
      /has the shape 24x2x5x6, expected samples x 6x5x2 for the input image$/,
    ],
    [
      'one sample',
      { 'a.npy': npy(stored.subarray(0, ELEMENTS), SHAPE) },
      'a.npy',
      /has the shape 6x5x2, expected samples x 6x5x2/,
    ],
    [
      'no axis',
      { 'a.npy': npy(stored.subarray(0, 1), []) },
      'a.npy',
      /has the shape of one element, expected samples x/,
    ],
    [
      'few samples',
      { 'a.npy': rows(10) },
      'a.npy',
      /holds 10 samples, expected at least 20: fewer say next to nothing/,
    ],
    ['no samples', { 'a.npy': rows(0) }, 'a.npy', /holds 0 samples, expected at least 20/],
    [
      'equal samples',
      { 'a.npy': npy(new Int8Array(COUNT * ELEMENTS), batch) },
      'a.npy',
      /holds 24 samples, and only 1 different one, expected at least 20/,
    ],
    [
      'a cut file',
      { 'a.npy': whole.subarray(0, 1000) },
      'a.npy',
      /a\.npy: is cut off: 24x6x5x2 elements of int8 take 1,440 bytes, and 872 follow its header/,
    ],
    ['a cut header', { 'a.npy': whole.subarray(0, 60) }, 'a.npy', /is cut off in its header/],
    ['a long file', { 'a.npy': Buffer.concat([whole, whole]) }, 'a.npy', /is too long: /],
    [
      'an immense shape',
      { 'a.npy': npy(stored, [1e12, 1e12, 1e12]) },
      'a.npy',
      /is cut off: .* take too many bytes/,
    ],
    ['an empty file', { 'a.npy': '' }, 'a.npy', /is no \.npy file/],
    ['another file', { 'a.npy': 'hello' }, 'a.npy', /is no \.npy file/],
    [
      'another form',
      { 'a.png': 'hello' },
      'a.png',
      /is no form of samples that is known; pass a \.npy or \.npz/,
    ],
    ['no file', { 'a.npy': whole }, 'b.npy', /b\.npy: cannot be read, since there is no such file; pass/],
    ['an empty folder', { 'dir/labels.csv': 'file,label\n' }, 'dir', /holds neither \.npy nor \.bin files/],
    [
      'two kinds of files',
      { 'dir/a.npy': whole, 'dir/a.bin': whole },
      'dir',
      /holds both \.npy and \.bin files/,
    ],
    [
      'a shape in a folder',
      { ...npySamples, 'dir/07.npy': npy(stored, batch) },
      'dir',
      /07\.npy: has the shape 24x6x5x2, expected 6x5x2/,
    ],
    [
      'the size of a .bin',
      { ...sampleFiles('.bin', (sample) => Buffer.from(sample)), 'dir/x.bin': 'ab' },
      'dir',
      /x\.bin: has 2 bytes, expected 60 for 6x5x2 elements of int8/,
    ],
    [
      'labels of other files',
      { ...npySamples, 'dir/labels.csv': csv(['other.npy,1']) },
      'dir',
      /labels\.csv: line 2 names other\.npy, and there is no such sample/,
    ],
    [
      'too few labels',
      { ...npySamples, 'dir/labels.csv': csv(csvLines.slice(2)) },
      'dir',
      /has no label for 2 of 24 samples, the first of them 00\.npy/,
    ],
    ['more labels', { ...without, 'dir/labels.csv': csv(csvLines) }, 'dir', /line 2 names 00\.npy/],
    [
      'labels twice',
      { ...npySamples, 'dir/labels.csv': csv([...csvLines, csvLines[0]!]) },
      'dir',
      /line 26 names 00\.npy a second time/,
    ],
    [
      'names of classes',
      { ...npySamples, 'dir/labels.csv': csv(['00.npy,cat']) },
      'dir',
      /line 2 has the label "cat", expected the number of a class/,
    ],
    [
      'lines without label',
      { ...npySamples, 'dir/labels.csv': csv(['00.npy']) },
      'dir',
      /line 2 has 1 field, expected a file and its label/,
    ],
    [
      'a great label',
      { ...npySamples, 'dir/labels.csv': csv([...csvLines.slice(1), '00.npy,4']) },
      'dir',
      /the label of 00\.npy is 4, expected 0 to 3 for a network of 4 classes/,
    ],
    [
      'a negative label',
      {
        'a.npz': npz({
          x: whole,
          y: npy(
            Int8Array.from(labels, (label) => Number(label) - 1),
            [COUNT],
          ),
        }),
      },
      'a.npz',
      /y: the label of sample 0 is -1, expected 0 to 3/,
    ],
    [
      'the number of labels',
      { 'a.npz': npz({ x: whole, y: npy(labels.subarray(1), [COUNT - 1]) }) },
      'a.npz',
      /y: holds 23 labels, expected one for each of 24 samples/,
    ],
    [
      'labels that are no numbers',
      {
        'a.npz': npz({
          x: whole,
          y: npy(
            Float32Array.from(labels, () => 0.5),
            [COUNT],
          ),
        }),
      },
      'a.npz',
      /the label of sample 0 is 0\.5/,
    ],
    [
      'one-hot labels',
      { 'a.npz': npz({ x: whole, y: npy(new Int8Array(4 * COUNT), [COUNT, 4]) }) },
      'a.npz',
      /has the shape 24x4, expected one class per sample/,
    ],
    [
      'several arrays',
      { 'a.npz': npz({ train: whole, test: whole }) },
      'a.npz',
      /expected one array of samples, named x or image; it holds train, test/,
    ],
    [
      'no array',
      { 'a.npz': npz({}) },
      'a.npz',
      /expected one array of samples, named x or image; it holds none/,
    ],
    [
      'two arrays of labels',
      { 'a.npz': npz({ x: whole, y: npy(labels, [COUNT]), labels: npy(labels, [COUNT]) }) },
      'a.npz',
      /holds both y and labels/,
    ],
    [
      'arrays of one name',
      { 'a.npz': zip({ 'x.npy': whole, x: whole }) },
      'a.npz',
      /holds two arrays named x/,
    ],
    ['a cut archive', { 'a.npz': npz({ x: whole }).subarray(0, 800) }, 'a.npz', /is no \.npz, or is cut off/],
  ];
  test.each(table)('%s', async (_, files, path, message) => {
    expect(await refusal(put(files, path))).toMatch(message);
  });

  test('archives that are not read', async () => {
    const patched = (
      change: (bytes: Buffer, directory: number) => void,
      deflate = false,
    ): Promise<string> => {
      const bytes = npz({ x: whole }, deflate);
      change(bytes, bytes.lastIndexOf('PK\x01\x02'));
      return refusal(put({ 'a.npz': bytes }));
    };
    expect(await patched((bytes, at) => bytes.writeUInt32LE(0xffffffff, at + 24))).toMatch(
      /is a zip64 archive/,
    );
    expect(await patched((bytes) => bytes.writeUInt16LE(0xffff, bytes.length - 12))).toMatch(
      /is a zip64 archive/,
    );
    expect(await patched((bytes, at) => bytes.writeUInt16LE(1, at + 8))).toMatch(/x\.npy: is encrypted/);
    expect(await patched((bytes, at) => bytes.writeUInt16LE(12, at + 10))).toMatch(/compressed by method 12/);
    expect(await patched((bytes, at) => bytes.writeUInt32LE(1, at + 16))).toMatch(/its checksum is wrong/);
    expect(await patched((bytes, at) => bytes.writeUInt32LE(4e9, at + 24), true)).toMatch(
      /cannot have 4,000,000,000 bytes/,
    );
    expect(await patched((bytes, at) => bytes.writeUInt32LE(1, at + 42))).toMatch(
      /not where the ZIP directory says/,
    );
  });

  test('several inputs need an array each', async () => {
    const two = networkOf(twoInputsModel());
    expect(await refusal(put({ 'a.npy': whole }), two)).toMatch(
      /the network has 2 inputs; pass a \.npz file with an array for each: left, right$/,
    );
    expect(await refusal(put({ 'a.npz': npz({ left: whole }) }), two)).toMatch(
      /expected an array named right for the input of that name; it holds left$/,
    );
    expect(await refusal(put({ 'a.npz': npz({ left: whole, right: rows(23) }) }), two)).toMatch(
      /right: holds 23 samples, and \S+ left holds 24$/,
    );
  });
});

describe('a limit', () => {
  test('takes samples by the seed, in their order, with their labels', async () => {
    const path = put({ 'a.npz': npz({ x: npy(stored, batch), y: npy(labels, [COUNT]) }) });
    const [a, again, b] = [1, 1, 2].map((seed) => readSamples(path, network, { limit: 20, seed }));
    expect(await a).toEqual(await again);
    expect((await a!).inputs).not.toEqual((await b!).inputs);
    const { count, inputs, labels: taken } = await a!;
    expect(count).toBe(20);
    const places = Array.from({ length: 20 }, (_, i) =>
      Array.from({ length: COUNT }, (__, j) => j).find((j) =>
        stored.subarray(j * ELEMENTS, (j + 1) * ELEMENTS).every((v, k) => v === inputs[0]![i * ELEMENTS + k]),
      ),
    );
    expect(places).toEqual([...new Set(places)].sort((x, y) => x! - y!));
    expect([...taken!]).toEqual(places.map((place) => place! % 4));
  });
});

describe('damaged files', () => {
  // Never a crash, and never more than a sentence.
  const files = {
    'a.npy': npy(Float32Array.from(stored), batch),
    'a.npz': npz({ x: npy(stored, batch), y: npy(labels, [COUNT]) }),
    'b.npz': npz({ x: npy(Float64Array.from(stored), batch), y: npy(labels, [COUNT]) }, true),
    'dir/labels.csv': Buffer.from(csv(csvLines)),
  };
  test.each(Object.keys(files) as (keyof typeof files)[])('%s', async (name) => {
    const path = put(name.startsWith('dir') ? { ...npySamples } : { [name]: files[name] });
    const own = name.startsWith('dir') ? dirname(dirname(path)) : dirname(path);
    const good = files[name];
    // Half of the changes are where the structure is.
    const place = fc.oneof(
      fc.nat(good.length - 1),
      fc.nat(127),
      fc.nat(200).map((n) => good.length - 1 - n),
    );
    const property = fc.asyncProperty(
      fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 6 }),
      fc.option(place, { freq: 4 }),
      async (changes, cut) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[Math.max(0, at)] = value;
        writeFileSync(join(own, name), cut === null ? bytes : bytes.subarray(0, Math.max(0, cut)));
        const asked = name.startsWith('dir') ? dirname(path) : path;
        const result: unknown = await read(asked).catch((error: unknown) => error);
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(ParetouError);
          expect(result).toMatchObject({ kind: 'input' });
          expect(result.message).toMatch(/^[^\n]{1,300}$/);
        } else expect(result).toMatchObject({ count: expect.any(Number) as number });
      },
    );
    await fc.assert(property, { seed: 5, numRuns: 1000 });
  });
});
