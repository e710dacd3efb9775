import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ParetouError } from '../../src/errors.js';
import { importNetwork } from '../../src/graph/import.js';
import { readModel, writeModel } from '../../src/tflite/model.js';
import { sharedDir } from '../shared.js';
import { richModel, smallModel } from './fixture.js';
import { mutate, mutations } from './mutate.js';

/** Time that one file may take, in ms: generous, for a busy machine. */
const LIMIT_MS = 1000;

/** What is wrong with the file, or undefined for a file that is fine. Anything but a sentence for the user is thrown on. */
const complaint = (bytes: Uint8Array): string | undefined => {
  const start = performance.now();
  try {
    const model = readModel(bytes, 'bad.tflite');
    importNetwork(model, 'bad');
    readModel(writeModel(model), 'copy.tflite');
    return undefined;
  } catch (error) {
    if (!(error instanceof ParetouError) || error.kind !== 'input') throw error;
    expect(error.message).toMatch(/^bad\.tflite: [^\n]+$/);
    return error.message;
  } finally {
    expect(performance.now() - start).toBeLessThan(LIMIT_MS);
  }
};

const small = writeModel(smallModel());
const rich = writeModel(richModel());

const patched = (file: Uint8Array, position: number, value: number): Uint8Array => {
  const bytes = new Uint8Array(file);
  new DataView(bytes.buffer).setUint32(position, value, true);
  return bytes;
};

describe('a file that is not a TFLite model', () => {
  it('is told by what it has instead', () => {
    expect(complaint(new Uint8Array(0))).toBe(
      'bad.tflite: not a usable TFLite file: it is empty; pass an intact .tflite model',
    );
    expect(complaint(new Uint8Array(5))).toMatch(/it has 5 bytes, too few for a header/);
    expect(complaint(Buffer.from('not\u0000 a model'))).toMatch(
      /bytes 4 to 8 are " a m" instead of the file identifier "TFL3"/,
    );
    expect(complaint(patched(small, 4, 0x3253464c))).toMatch(/file identifier/);
  });

  it('has a place and a byte in its complaint', () => {
    expect(complaint(patched(small, 0, 0x7fffffff))).toMatch(
      /model, at byte 0, holds the offset 2147483647 to the root/,
    );
    expect(complaint(patched(small, 0, 0))).toMatch(/the offset 0 to the root table, which leads nowhere/);
  });
});

describe('a truncated file', () => {
  it.each([
    ['small', small],
    ['rich', rich],
  ])('is refused wherever it is cut: %s', (_, file) => {
    let refused = 0;
    for (let length = 0; length < file.length; length++)
      if (complaint(file.subarray(0, length)) !== undefined) refused++;
    // What can be missing at most are zeros of padding at the end.
    expect(refused).toBeGreaterThanOrEqual(file.length - 16);
  });
});

describe('a file built to exhaust its reader', () => {
  const size = 1 << 19;

  /** Little-endian words after the header, whose root table is at `root`. */
  const forged = (root: number, write: (view: DataView) => void): Uint8Array => {
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, root, true);
    bytes.set(Buffer.from('TFL3'), 4);
    write(view);
    return bytes;
  };

  const vtable = (view: DataView, at: number, inline: number, offsets: readonly number[]): void => {
    view.setUint16(at, 4 + 2 * offsets.length, true);
    view.setUint16(at + 2, inline, true);
    offsets.forEach((offset, i) => view.setUint16(at + 4 + 2 * i, offset, true));
  };

  it('by overlapping vectors is refused', () => {
    // Every subgraph has the rest of the file as its list of inputs, each starting a word later.
    const graphs = 20_000;
    const bytes = forged(64, (view) => {
      vtable(view, 16, 8, [0, 0, 4]);
      view.setInt32(64, 64 - 16, true);
      view.setUint32(68, 60, true);
      view.setUint32(128, graphs, true);
      vtable(view, 32, 8, [0, 4]);
      const first = 132 + 4 * graphs;
      for (let i = 0; i < graphs; i++) {
        const table = first + 12 * i;
        view.setUint32(132 + 4 * i, table - (132 + 4 * i), true);
        view.setInt32(table, table - 32, true);
        view.setUint32(table + 4, 4, true);
        view.setUint32(table + 8, (size - table - 12) >> 2, true);
      }
    });
    expect(complaint(bytes)).toMatch(/overlaps other parts so often that the file unfolds without end/);
  });

  it('by repeating one subgraph is refused', () => {
    const times = 80_000;
    const bytes = forged(64, (view) => {
      vtable(view, 16, 8, [0, 0, 4]);
      view.setInt32(64, 64 - 16, true);
      view.setUint32(68, 60, true);
      view.setUint32(128, times, true);
      vtable(view, 32, 8, [4]);
      const table = 132 + 4 * times;
      for (let i = 0; i < times; i++) view.setUint32(132 + 4 * i, table - (132 + 4 * i), true);
      view.setInt32(table, table - 32, true);
      view.setUint32(table + 4, 4, true);
      const tensors = 10_000;
      view.setUint32(table + 8, tensors, true);
      const tensor = table + 12 + 4 * tensors;
      for (let i = 0; i < tensors; i++)
        view.setUint32(table + 12 + 4 * i, tensor - (table + 12 + 4 * i), true);
      vtable(view, 48, 4, []);
      view.setInt32(tensor, tensor - 48, true);
    });
    expect(complaint(bytes)).toMatch(/repeats its parts until it is far larger than its file/);
  });

  it('by tables with thousands of unknown fields is refused', () => {
    const tables = 20_000;
    const bytes = forged(64, (view) => {
      vtable(view, 16, 8, [0, 4]);
      view.setInt32(64, 64 - 16, true);
      view.setUint32(68, 60, true);
      view.setUint32(128, tables, true);
      const first = 132 + 4 * tables;
      const fields = 30_000;
      const late = first + 8 * tables;
      vtable(
        view,
        late,
        8,
        Array.from({ length: fields }, (_, i) => (i < 4 ? 0 : 4)),
      );
      for (let i = 0; i < tables; i++) {
        const table = first + 8 * i;
        view.setUint32(132 + 4 * i, table - (132 + 4 * i), true);
        view.setInt32(table, table - late, true);
      }
    });
    expect(complaint(bytes)).toMatch(/unfolds without end/);
  });
});

const SEED = 20_250_601;

describe('mutated files', () => {
  it('give a sentence or a network: 2,000 made from models built here', () => {
    fc.assert(
      fc.property(fc.constantFrom(small, rich), mutations, (file, changes) => {
        complaint(mutate(file, changes));
      }),
      { numRuns: 2000, seed: SEED },
    );
  });

  it.skipIf(sharedDir === undefined)('give a sentence or a network: 1,000 made from reference models', () => {
    const folders = [join(sharedDir!, 'models'), join(sharedDir!, 'ops', 'models')];
    const files = folders
      .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
      .filter((file) => file.endsWith('.tflite'))
      .map((file) => new Uint8Array(readFileSync(file)))
      .filter((bytes) => bytes.length < 100_000);
    fc.assert(
      fc.property(fc.nat(files.length - 1), mutations, (index, changes) => {
        complaint(mutate(files[index]!, changes));
      }),
      { numRuns: 1000, seed: SEED },
    );
  });
});
