import { ByteBuffer } from 'flatbuffers';
import { inputError, type ParetouError } from '../errors.js';
import type { FieldValue, TableNode, UnknownField } from './nodes.js';
import {
  MODEL,
  OPAQUE,
  TYPE_COUNT,
  WIRE_BYTES,
  type FieldSchema,
  type TableSchema,
  type Wire,
} from './schema.js';
import { recognise } from './recognise.js';
import { decodeText } from './text.js';
import { classify, type PendingField } from './unknown.js';

/** Bytes 4 to 8 of every TFLite file. */
export const FILE_IDENTIFIER = 'TFL3';

/** Bytes of a table's own parts before its fields, of a vtable's, and of a vector's length. */
const OFFSET_BYTES = 4;
const VTABLE_HEADER = 4;

/**
 * In a sound file the parts do not overlap, so each byte is looked at about once. Parts are charged by their bytes
 * and by what their objects need in memory; a sum over this multiple of the file's size means that overlapping
 * parts would be unfolded without end.
 */
const BUDGET_FACTOR = 3;
const BUDGET_FLOOR = 4096;
const TABLE_CHARGE = 12;
const UNKNOWN_FIELD_CHARGE = 32;

const unusable = (file: string, reason: string, advice = 'pass an intact .tflite model'): ParetouError =>
  inputError(`${file}: not a usable TFLite file: ${reason}; ${advice}`);

/**
 * Checks by its first bytes that a file is a TFLite file.
 *
 * @param size of the whole file
 * @throws ParetouError of kind `input` that says what the file is instead, where that can be told
 */
export function checkIdentifier(head: Uint8Array, size: number, file: string): void {
  if (size === 0) throw unusable(file, 'it is empty');
  const identifier = decodeText(head.subarray(4, 8));
  if (identifier === FILE_IDENTIFIER) return;
  const kind = recognise(head);
  if (kind !== undefined) throw unusable(file, `it is ${kind.what}`, kind.advice);
  throw unusable(
    file,
    size < 8
      ? `it has ${size} bytes, too few for a header`
      : `bytes 4 to 8 are ${JSON.stringify(identifier)} instead of the file identifier "${FILE_IDENTIFIER}"`,
  );
}

type ScalarList = readonly number[] | readonly bigint[] | readonly boolean[] | Uint8Array;

class Decoder {
  private readonly buffer: ByteBuffer;
  private readonly known: readonly Map<number, FieldValue>[];
  private readonly path: (string | number)[] = [];
  private readonly pending: PendingField[] = [];
  /** Start and end of each part that was decoded, in turns. */
  private readonly spans: number[] = [];
  private budget: number;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
  ) {
    this.buffer = new ByteBuffer(bytes);
    this.known = Array.from({ length: TYPE_COUNT }, () => new Map<number, FieldValue>());
    this.budget = BUDGET_FACTOR * bytes.length + BUDGET_FLOOR;
  }

  decode(): TableNode {
    checkIdentifier(this.bytes, this.bytes.length, this.file);
    const root = this.table(this.target(0, 'the root table'), MODEL);
    if (this.pending.length > 0) classify(this.bytes, this.spans, this.pending);
    return root;
  }

  private unusable(reason: string): ParetouError {
    return unusable(this.file, reason);
  }

  private fail(position: number, reason: string): ParetouError {
    let where = 'model';
    for (const step of this.path) where += typeof step === 'number' ? `[${step}]` : `.${step}`;
    return this.unusable(
      `${where}, at byte ${position}, ${reason} (the file has ${this.bytes.length} bytes)`,
    );
  }

  /** Books that the bytes from `start` to `end` are looked at, after checking that the file has them. */
  private claim(start: number, end: number, what: string): void {
    if (start < 0 || end > this.bytes.length)
      throw this.fail(start, `${what} would reach to byte ${end}, outside the file`);
    this.charge(start, end - start);
    this.spans.push(start, end);
  }

  private charge(position: number, bytes: number): void {
    this.budget -= bytes;
    if (this.budget < 0)
      throw this.fail(position, 'overlaps other parts so often that the file unfolds without end');
  }

  /** Where the offset at `position` leads; offsets are unsigned and lead forwards, so there are no cycles. */
  private target(position: number, what: string): number {
    const offset = this.buffer.readUint32(position);
    const target = position + offset;
    if (offset < OFFSET_BYTES || target + OFFSET_BYTES > this.bytes.length)
      throw this.fail(position, `holds the offset ${offset} to ${what}, which leads nowhere in the file`);
    return target;
  }

  private table(position: number, schema: TableSchema): TableNode {
    const known = this.known[schema.typeIndex]?.get(position);
    if (known !== undefined) return known as TableNode;
    const { buffer } = this;
    const vtable = position - buffer.readInt32(position);
    if (vtable < 0 || vtable + VTABLE_HEADER > this.bytes.length)
      throw this.fail(position, `has its table of fields at byte ${vtable}, outside the file`);
    const vtableBytes = buffer.readUint16(vtable);
    const inlineBytes = buffer.readUint16(vtable + 2);
    if (vtableBytes < VTABLE_HEADER || inlineBytes < OFFSET_BYTES)
      throw this.fail(
        vtable,
        `is a table of fields with the impossible sizes ${vtableBytes} and ${inlineBytes}`,
      );
    this.claim(position, position + inlineBytes, 'a table');
    this.charge(position, TABLE_CHARGE);
    if (vtable + vtableBytes > this.bytes.length)
      throw this.fail(vtable, `is a table of fields of ${vtableBytes} bytes that reaches outside the file`);
    this.spans.push(vtable, vtable + vtableBytes);

    const node: Record<string, FieldValue> = {};
    const { fields } = schema;
    const present = (vtableBytes - VTABLE_HEADER) >> 1;
    for (let id = 0; id < fields.length && id < present; id++) {
      const offset = buffer.readUint16(vtable + VTABLE_HEADER + 2 * id);
      if (offset === 0) continue;
      const field = fields[id]!;
      const bytes = field.kind === 'scalar' ? WIRE_BYTES[field.wire] : OFFSET_BYTES;
      this.path.push(field.name);
      if (offset < OFFSET_BYTES || offset + bytes > inlineBytes)
        throw this.fail(vtable, `lies at offset ${offset} of a table of ${inlineBytes} bytes`);
      node[field.name] = this.field(position + offset, field, node);
      this.path.pop();
    }
    if (present > fields.length)
      this.unknown(node, schema, { position, vtable, present, inlineBytes, from: fields.length });
    this.known[schema.typeIndex]?.set(position, node);
    return node;
  }

  private field(
    position: number,
    field: FieldSchema,
    node: Readonly<Record<string, FieldValue>>,
  ): FieldValue {
    switch (field.kind) {
      case 'scalar':
        return this.scalar(position, field.wire);
      case 'string':
        return this.shared(field, this.target(position, 'a string'), () => this.string(position));
      case 'scalars':
        return this.shared(field, this.target(position, 'a vector'), () =>
          this.scalars(position, field.wire),
        );
      case 'table':
        return this.table(this.target(position, 'a table'), field.table);
      case 'tables':
        return this.shared(field, this.target(position, 'a vector'), () =>
          this.tables(position, field.table),
        );
      case 'union': {
        const type = node[field.typeField];
        const member = typeof type === 'number' ? field.members[type - 1] : undefined;
        return this.table(this.target(position, 'a table'), member ?? OPAQUE);
      }
    }
  }

  /** A part that several offsets lead to is decoded once and shared. */
  private shared(field: FieldSchema, target: number, decode: () => FieldValue): FieldValue {
    const known = this.known[field.typeIndex]!;
    let value = known.get(target);
    if (value === undefined) {
      value = decode();
      known.set(target, value);
    }
    return value;
  }

  /** Start of the elements of the vector that the offset at `position` leads to, and their number. */
  private vector(position: number, elementBytes: number): { start: number; length: number } {
    const target = this.target(position, 'a vector');
    const length = this.buffer.readUint32(target);
    const start = target + OFFSET_BYTES;
    if (start + length * elementBytes > this.bytes.length)
      throw this.fail(target, `claims ${length} entries of ${elementBytes} bytes, more than the file holds`);
    this.claim(target, start + length * elementBytes, 'a vector');
    return { start, length };
  }

  private string(position: number): string {
    const { start, length } = this.vector(position, 1);
    return decodeText(this.bytes.subarray(start, start + length));
  }

  private tables(position: number, schema: TableSchema): readonly TableNode[] {
    const { start, length } = this.vector(position, OFFSET_BYTES);
    const nodes: TableNode[] = [];
    for (let i = 0; i < length; i++) {
      this.path.push(i);
      nodes.push(this.table(this.target(start + OFFSET_BYTES * i, 'a table'), schema));
      this.path.pop();
    }
    return nodes;
  }

  private scalars(position: number, wire: Wire): ScalarList {
    const bytes = WIRE_BYTES[wire];
    const { start, length } = this.vector(position, bytes);
    if (wire === 'u8') return this.bytes.subarray(start, start + length);
    const values: (number | bigint | boolean)[] = [];
    for (let i = 0; i < length; i++) values.push(this.scalar(start + bytes * i, wire));
    return values as ScalarList;
  }

  private scalar(position: number, wire: Wire): number | bigint | boolean {
    const { buffer } = this;
    switch (wire) {
      case 'bool':
        return buffer.readUint8(position) !== 0;
      case 'i8':
        return buffer.readInt8(position);
      case 'u8':
        return buffer.readUint8(position);
      case 'i16':
        return buffer.readInt16(position);
      case 'u16':
        return buffer.readUint16(position);
      case 'i32':
        return buffer.readInt32(position);
      case 'u32':
        return buffer.readUint32(position);
      case 'i64':
        return buffer.readInt64(position);
      case 'u64':
        return buffer.readUint64(position);
      case 'f32':
        return buffer.readFloat32(position);
      case 'f64':
        return buffer.readFloat64(position);
    }
  }

  /** Notes the fields with ids from `from` on; what they are is settled when the whole file is known. */
  private unknown(
    node: Record<string, FieldValue>,
    schema: TableSchema,
    at: { position: number; vtable: number; present: number; inlineBytes: number; from: number },
  ): void {
    this.charge(at.vtable, 2 * (at.present - at.from));
    const offsetOf = (id: number): number => this.buffer.readUint16(at.vtable + VTABLE_HEADER + 2 * id);
    const ends = new Set<number>([at.inlineBytes]);
    const found: { id: number; offset: number }[] = [];
    for (let id = 0; id < at.present; id++) {
      const offset = offsetOf(id);
      if (offset === 0) continue;
      ends.add(offset);
      if (id < at.from) continue;
      if (offset < OFFSET_BYTES || offset >= at.inlineBytes)
        throw this.fail(
          at.vtable,
          `has field ${id} at offset ${offset} of a table of ${at.inlineBytes} bytes`,
        );
      found.push({ id, offset });
    }
    if (found.length === 0) return;
    this.charge(at.vtable, UNKNOWN_FIELD_CHARGE * found.length);
    const sorted = [...ends].sort((a, b) => a - b);
    const next = new Map(sorted.map((offset, i) => [offset, sorted[i + 1]]));
    const fields: UnknownField[] = [];
    for (const { id, offset } of found) {
      const end = next.get(offset) ?? at.inlineBytes;
      this.pending.push({
        key: `${schema.name}.${id}`,
        id,
        position: at.position + offset,
        bytes: this.bytes.subarray(at.position + offset, at.position + end),
        fields,
      });
    }
    node['unknownFields'] = fields;
  }
}

/**
 * Decodes the bytes of a TFLite file. Byte vectors are views of `bytes`; parts that are referred to more than once
 * become one shared object. Alignment is not required. Time and memory are bounded by a multiple of the file's size.
 *
 * @throws ParetouError of kind `input`: one sentence with the file, the place and the byte.
 */
export const decodeModel = (bytes: Uint8Array, file: string): TableNode => new Decoder(bytes, file).decode();
