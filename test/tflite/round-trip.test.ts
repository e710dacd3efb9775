import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { UnknownField } from '../../src/tflite/nodes.js';
import { bufferBytes, readModel, writeModel, type TfliteModel } from '../../src/tflite/model.js';
import { sharedDir } from '../shared.js';
import { futureModel, richModel, smallModel } from './fixture.js';

const again = (model: TfliteModel): TfliteModel => readModel(writeModel(model), model.file);

/** Positions in the file of the data of all buffers. */
const dataPositions = (model: TfliteModel): readonly number[] =>
  (model.root.buffers ?? [])
    .filter((buffer) => (buffer.data?.length ?? 0) > 0)
    .map((buffer) => buffer.data!.byteOffset - model.source.byteOffset);

describe('writing and reading', () => {
  it('gives back what was built', () => {
    expect(again(smallModel()).root).toEqual(smallModel().root);
    expect(again(richModel()).root).toEqual(richModel().root);
  });

  it('settles: the second file is the first, byte for byte', () => {
    const first = writeModel(richModel());
    const second = writeModel(readModel(first, 'rich'));
    expect(Buffer.compare(first, second)).toBe(0);
  });

  it('keeps absent, default and empty apart', () => {
    const { root } = again({
      root: { buffers: [{}, { data: new Uint8Array(0) }], description: '', metadata: [], version: 0 },
      source: new Uint8Array(0),
      file: 'bare',
    });
    expect(root).toStrictEqual({
      version: 0,
      description: '',
      buffers: [{}, { data: new Uint8Array(0) }],
      metadata: [],
    });
    expect('subgraphs' in root).toBe(false);
  });

  it('aligns the data of buffers to 16 bytes', () => {
    for (const position of dataPositions(again(richModel()))) expect(position % 16).toBe(0);
  });

  it('makes views of the file, not copies', () => {
    const model = again(smallModel());
    for (const buffer of model.root.buffers!)
      if (buffer.data) expect(buffer.data.buffer).toBe(model.source.buffer);
  });

  it('reads a file that starts anywhere in memory, with nothing aligned', () => {
    const bytes = writeModel(richModel());
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(readModel(shifted, 'shifted').root).toEqual(richModel().root);
  });

  it('writes a part once that several tables share', () => {
    const model = smallModel();
    const data = new Uint8Array(5000);
    const buffer = { data };
    const buffers = [...model.root.buffers!, buffer, buffer, { data }];
    const bytes = writeModel({ ...model, root: { ...model.root, buffers } });
    expect(bytes.length).toBeLessThan(writeModel(model).length + 5200);
    expect(readModel(bytes, 'shared').root.buffers).toEqual(buffers);
  });
});

describe('data beyond the tables', () => {
  const tables = writeModel(smallModel());
  const data = Uint8Array.of(11, 22, 33, 44);
  const at = tables.length + 5;
  const source = new Uint8Array(at + data.length);
  source.set(tables);
  source.set(data, at);
  const base = readModel(source, 'large.tflite');
  const root = {
    ...base.root,
    buffers: [...base.root.buffers!, { offset: BigInt(at), size: 4n }, { offset: 1n, size: 1n }],
    subgraphs: base.root.subgraphs!.map((graph) => ({
      ...graph,
      operators: graph.operators!.map((operator, i) =>
        i === 0
          ? { ...operator, large_custom_options_offset: BigInt(at + 1), large_custom_options_size: 2n }
          : operator,
      ),
    })),
  };

  it('is found and carried to a new place', () => {
    const model = { ...base, root };
    expect([...bufferBytes(model, root.buffers.at(-2)!)]).toEqual([...data]);
    expect(bufferBytes(model, root.buffers.at(-1)!)).toHaveLength(0);
    const copy = again(model);
    const buffer = copy.root.buffers!.at(-2)!;
    expect(Number(buffer.offset) % 16).toBe(0);
    expect([...bufferBytes(copy, buffer)]).toEqual([...data]);
    const options = copy.root.subgraphs![0]!.operators![0]!;
    const start = Number(options.large_custom_options_offset);
    expect([...copy.source.subarray(start, start + 2)]).toEqual([22, 33]);
    expect(copy.root.buffers!.at(-1)).toEqual({ offset: 1n, size: 1n });
  });

  it('outside the file is an error when it is asked for', () => {
    const model = { ...base, root: { ...root, buffers: [{ offset: 1_000_000n, size: 4n }] } };
    expect(() => bufferBytes(model, model.root.buffers[0]!)).toThrow(
      /large\.tflite: .*offset 1000000, outside/,
    );
    expect(() => writeModel(model)).toThrow(/large\.tflite: cannot be rewritten/);
  });
});

describe('fields of a later schema', () => {
  it('that hold values are carried', () => {
    const bytes = futureModel(12, () => (builder) => {
      builder.addFieldInt64(8, 0x0102030405060708n, 0n);
      builder.addFieldInt32(10, 77, 0);
      builder.addFieldInt8(11, 5, 0);
    });
    const model = readModel(bytes, 'later');
    const fields = model.root.unknownFields!;
    expect(fields.map(({ id, kind }) => [id, kind])).toEqual([
      [8, 'inline'],
      [10, 'inline'],
      [11, 'inline'],
    ]);
    expect([...fields[0]!.bytes.subarray(0, 8)]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    const copy = again(model).root.unknownFields!;
    expect([...copy[0]!.bytes.subarray(0, 8)]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(copy[1]!.bytes[0]).toBe(77);
    expect(copy[2]!.bytes[0]).toBe(5);
    expect(copy[0]!.bytes.byteOffset % 8).toBe(0);
  });

  it('that refer to other parts keep them, however deep', () => {
    const bytes = futureModel(9, (builder) => {
      const inner = builder.createString('deep inside');
      builder.startObject(1);
      builder.addFieldOffset(0, inner, 0);
      const table = builder.endObject();
      builder.startVector(4, 1, 4);
      builder.addOffset(table);
      const vector = builder.endVector();
      return (b) => b.addFieldOffset(8, vector, 0);
    });
    const model = readModel(bytes, 'later');
    expect(model.root.unknownFields).toMatchObject([{ id: 8, kind: 'reference' }]);
    const copy = again({ ...model, root: { ...model.root, description: 'changed' } });
    expect(copy.root.description).toBe('changed');
    const field = copy.root.unknownFields![0]!;
    expect(field.kind).toBe('reference');
    // Follow vector -> table -> vtable -> string by hand.
    const view = new DataView(copy.source.buffer, copy.source.byteOffset);
    const follow = (position: number): number => position + view.getUint32(position, true);
    const table = follow(field.target + 4);
    const vtable = table - view.getInt32(table, true);
    const text = follow(table + view.getUint16(vtable + 4, true));
    const length = view.getUint32(text, true);
    expect(Buffer.from(copy.source.subarray(text + 4, text + 4 + length)).toString()).toBe('deep inside');
  });

  it('in options of an unknown kind are carried', () => {
    const field = { id: 1, kind: 'inline', bytes: Uint8Array.of(3, 0, 0, 0), align: 4, target: 0 } as const;
    const model = again({
      root: {
        subgraphs: [
          { operators: [{ builtin_options_type: 200, builtin_options: { unknownFields: [field] } }] },
        ],
      },
      source: new Uint8Array(0),
      file: 'later',
    });
    const operator = model.root.subgraphs![0]!.operators![0]!;
    expect(operator.builtin_options_type).toBe(200);
    const [carried] = operator.builtin_options!['unknownFields'] as readonly UnknownField[];
    expect(carried).toMatchObject({ id: 1, kind: 'inline' });
    expect([...carried!.bytes.subarray(0, 4)]).toEqual([3, 0, 0, 0]);
    expect(again(again(model)).root).toEqual(again(model).root);
  });

  it('that could be either stop the rewriting, not the reading', () => {
    const bytes = futureModel(9, (builder) => {
      builder.startVector(4, 0, 4);
      const empty = builder.endVector();
      return (b) => b.addFieldOffset(8, empty, 0);
    });
    const model = readModel(bytes, 'later.tflite');
    expect(model.root.unknownFields).toMatchObject([{ kind: 'unclear' }]);
    expect(() => writeModel(model)).toThrow(
      /later\.tflite: cannot be rewritten, since its field 8 of table Model/,
    );
  });
});

const folders = sharedDir === undefined ? [] : [join(sharedDir, 'models'), join(sharedDir, 'ops', 'models')];

describe.skipIf(folders.length === 0)('the reference models', () => {
  it.each(folders)('of %s survive a rewriting with structure and data', (folder) => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.tflite'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const model = readModel(readFileSync(join(folder, file)), file);
      const copy = again(model);
      expect(isDeepStrictEqual(copy.root, model.root), file).toBe(true);
      for (const position of dataPositions(copy)) expect(position % 16).toBe(0);
    }
  });
});
