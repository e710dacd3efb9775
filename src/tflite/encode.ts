import { Builder } from 'flatbuffers';
import { inputError } from '../errors.js';
import { FILE_IDENTIFIER } from './decode.js';
import type { FieldValue, TableNode, UnknownField } from './nodes.js';
import { MODEL, OPAQUE, WIRE_BYTES, type FieldSchema, type TableSchema, type Wire } from './schema.js';
import { encodeText } from './text.js';

/** Alignment of an original file that unknown fields still refer to: the largest that the format uses. */
const IMAGE_ALIGN = 16;

/** Room for tables beside the tensors' data in the first allocation. */
const TABLES_BYTES = 1 << 16;

/** Most bytes of unknown values in one table: half of what a table's 16-bit offsets reach. */
const MAX_UNKNOWN_BYTES = 1 << 15;

type Scalar = number | bigint | boolean;

class Encoder {
  private readonly builder: Builder;
  /** Where each part was put, by the way in which it was written. */
  private readonly placed = new Map<object, Map<number, number>>();
  private image: number | undefined;

  constructor(
    private readonly source: Uint8Array,
    private readonly file: string,
  ) {
    this.builder = new Builder(source.length + TABLES_BYTES);
    this.builder.forceDefaults(true);
  }

  encode(root: TableNode): Uint8Array {
    this.builder.finish(this.table(root, MODEL), FILE_IDENTIFIER);
    return this.builder.asUint8Array();
  }

  /** Writes a part once, however many refer to it. */
  private once(part: object, typeIndex: number, write: () => number): number {
    let places = this.placed.get(part);
    if (!places) {
      places = new Map();
      this.placed.set(part, places);
    }
    let place = places.get(typeIndex);
    if (place === undefined) {
      place = write();
      places.set(typeIndex, place);
    }
    return place;
  }

  private table(node: TableNode, schema: TableSchema): number {
    return this.once(node, schema.typeIndex, () => this.newTable(node, schema));
  }

  private newTable(node: TableNode, schema: TableSchema): number {
    const { builder } = this;
    const unknown = (node['unknownFields'] ?? []) as readonly UnknownField[];
    const offsets = new Map<FieldSchema, number>();
    const scalars: FieldSchema[] = [];
    for (const field of schema.fields) {
      const value = node[field.name];
      if (value === undefined) continue;
      if (field.kind === 'scalar') scalars.push(field);
      else offsets.set(field, this.part(value, field, node));
    }
    const unknownBytes = unknown.reduce((sum, field) => sum + field.bytes.length, 0);
    if (unknownBytes > MAX_UNKNOWN_BYTES)
      throw inputError(
        `${this.file}: cannot be rewritten, since a table ${schema.name} has ${unknownBytes} bytes of fields that this program does not know; write the model with an older converter`,
      );
    const references = new Map<UnknownField, number>();
    for (const field of unknown)
      if (field.kind !== 'inline') references.set(field, this.reference(field, schema));

    builder.startObject(Math.max(schema.fields.length, ...unknown.map((field) => field.id + 1)));
    for (const field of unknown) if (field.kind === 'inline') this.inline(field);
    for (const bytes of [8, 4, 2, 1]) {
      if (bytes === 4) {
        for (const [field, offset] of offsets) builder.addFieldOffset(field.id, offset, 0);
        for (const [field, offset] of references) builder.addFieldOffset(field.id, offset, 0);
      }
      for (const field of scalars)
        if (field.kind === 'scalar' && WIRE_BYTES[field.wire] === bytes) {
          this.push(field.wire, node[field.name] as Scalar);
          builder.slot(field.id);
        }
    }
    return builder.endObject();
  }

  private part(value: FieldValue, field: FieldSchema, node: TableNode): number {
    switch (field.kind) {
      case 'string':
        return this.builder.createString(encodeText(value as string));
      case 'scalars':
        return this.once(value as object, field.typeIndex, () =>
          this.scalars(value as readonly Scalar[] | Uint8Array, field.wire, field.align),
        );
      case 'table':
        return this.table(value as TableNode, field.table);
      case 'tables':
        return this.once(value as object, field.typeIndex, () =>
          this.tables(value as readonly TableNode[], field.table),
        );
      case 'union': {
        const type = node[field.typeField];
        const member = typeof type === 'number' ? field.members[type - 1] : undefined;
        return this.table(value as TableNode, member ?? OPAQUE);
      }
      case 'scalar':
        throw new TypeError(`field ${field.name} is not an offset`);
    }
  }

  private tables(nodes: readonly TableNode[], schema: TableSchema): number {
    const offsets = nodes.map((node) => this.table(node, schema));
    this.builder.startVector(4, offsets.length, 4);
    for (let i = offsets.length - 1; i >= 0; i--) this.builder.addOffset(offsets[i]!);
    return this.builder.endVector();
  }

  private scalars(values: readonly Scalar[] | Uint8Array, wire: Wire, align: number): number {
    const { builder } = this;
    const bytes = WIRE_BYTES[wire];
    if (values instanceof Uint8Array) {
      builder.prep(align, values.length);
      return builder.createByteVector(values);
    }
    builder.startVector(bytes, values.length, align);
    for (let i = values.length - 1; i >= 0; i--) this.push(wire, values[i]!);
    return builder.endVector();
  }

  private push(wire: Wire, value: Scalar): void {
    const { builder } = this;
    if (wire === 'f32') builder.addFloat32(Number(value));
    else if (wire === 'f64') builder.addFloat64(Number(value));
    else if (WIRE_BYTES[wire] === 8) builder.addInt64(BigInt(value));
    else if (WIRE_BYTES[wire] === 4) builder.addInt32(Number(value));
    else if (WIRE_BYTES[wire] === 2) builder.addInt16(Number(value));
    else builder.addInt8(Number(value));
  }

  private inline(field: UnknownField): void {
    const { builder } = this;
    builder.prep(field.align, field.bytes.length);
    for (let i = field.bytes.length - 1; i >= 0; i--) builder.writeInt8(field.bytes[i]!);
    builder.slot(field.id);
  }

  /** The place that a reference leads to, inside the copy of the original file. */
  private reference(field: UnknownField, schema: TableSchema): number {
    if (field.kind === 'unclear' || field.target >= this.source.length)
      throw inputError(
        `${this.file}: cannot be rewritten, since its field ${field.id} of table ${schema.name || 'unknown'} is newer than this program and has no clear meaning; write the model with an older converter`,
      );
    if (this.image === undefined) {
      this.builder.prep(IMAGE_ALIGN, this.source.length);
      this.builder.createByteVector(this.source);
      this.image = this.builder.offset() - 4;
    }
    return this.image - field.target;
  }
}

/**
 * Encodes a model: all of its fields, absent ones left out, data aligned as the schema demands. `source` is the file
 * the model was decoded from, which unknown fields may refer to.
 *
 * @throws ParetouError of kind `input` if an unknown field cannot be kept.
 */
export const encodeModel = (root: TableNode, source: Uint8Array, file: string): Uint8Array =>
  new Encoder(source, file).encode(root);
