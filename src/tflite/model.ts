import { inputError } from '../errors.js';
import { decodeModel } from './decode.js';
import { encodeModel } from './encode.js';
import type { BufferTable, ModelTable, OperatorCodeTable, OperatorTable } from './nodes.js';
import { operatorCode, operatorName } from './schema.js';

/** A TFLite file in memory. To change it, make another with a changed `root`. */
export interface TfliteModel {
  readonly root: ModelTable;
  /** The file that the byte vectors of `root` are views of, and that offsets beyond the tables refer to; may be empty. */
  readonly source: Uint8Array;
  /** Name of the file, for messages. */
  readonly file: string;
}

/**
 * Reads a TFLite file without copying its data.
 *
 * @throws ParetouError of kind `input` for bytes that are not one.
 */
export const readModel = (bytes: Uint8Array, file: string): TfliteModel => {
  // A plain view, so that views of views are plain too (those of a Node.js Buffer would be Buffers).
  const source = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { root: decodeModel(source, file), source, file };
};

/** Offsets up to this stand for "no data beyond the tables". */
const NO_OFFSET = 1n;

const EXTERNAL_ALIGN = 16;

const outside = (
  source: Uint8Array,
  offset: bigint | undefined,
  size: bigint | undefined,
): Uint8Array | undefined => {
  if (offset === undefined || offset <= NO_OFFSET) return undefined;
  const end = offset + (size ?? 0n);
  return end <= BigInt(source.length) ? source.subarray(Number(offset), Number(end)) : undefined;
};

const isOutside = (offset: bigint | undefined): boolean => offset !== undefined && offset > NO_OFFSET;

/**
 * Data of a buffer: a view, empty for a buffer without data. Large files keep it behind the tables, at an offset.
 *
 * @throws ParetouError of kind `input` if that offset leads outside the file.
 */
export const bufferBytes = (model: TfliteModel, buffer: BufferTable): Uint8Array => {
  if (!isOutside(buffer.offset)) return buffer.data ?? new Uint8Array(0);
  const bytes = outside(model.source, buffer.offset, buffer.size);
  if (!bytes)
    throw inputError(
      `${model.file}: a buffer has ${buffer.size ?? 0n} bytes at offset ${buffer.offset!}, outside the file of ${model.source.length} bytes; pass an intact .tflite model`,
    );
  return bytes;
};

interface Layout {
  readonly end: number;
  readonly pieces: { readonly at: number; readonly bytes: Uint8Array }[];
}

/** Gives data beyond the tables its places after `start`, and the model with those offsets. */
const placeOutside = (model: TfliteModel, start: number): { root: ModelTable; layout: Layout } => {
  const pieces: { at: number; bytes: Uint8Array }[] = [];
  let end = start;
  const place = (offset: bigint, size: bigint | undefined): bigint => {
    const bytes = outside(model.source, offset, size);
    if (!bytes)
      throw inputError(
        `${model.file}: cannot be rewritten, since ${size ?? 0n} bytes at offset ${offset} lie outside the file; pass an intact .tflite model`,
      );
    const at = Math.ceil(end / EXTERNAL_ALIGN) * EXTERNAL_ALIGN;
    pieces.push({ at, bytes });
    end = at + bytes.length;
    return BigInt(at);
  };
  const buffer = (table: BufferTable): BufferTable =>
    isOutside(table.offset) ? { ...table, offset: place(table.offset!, table.size) } : table;
  const operator = (table: OperatorTable): OperatorTable =>
    isOutside(table.large_custom_options_offset)
      ? {
          ...table,
          large_custom_options_offset: place(
            table.large_custom_options_offset!,
            table.large_custom_options_size,
          ),
        }
      : table;
  const { buffers, subgraphs } = model.root;
  const root: ModelTable = {
    ...model.root,
    ...(buffers && { buffers: buffers.map(buffer) }),
    ...(subgraphs && {
      subgraphs: subgraphs.map((graph) =>
        graph.operators ? { ...graph, operators: graph.operators.map(operator) } : graph,
      ),
    }),
  };
  return { root, layout: { end, pieces } };
};

const hasOutside = (root: ModelTable): boolean =>
  (root.buffers ?? []).some((buffer) => isOutside(buffer.offset)) ||
  (root.subgraphs ?? []).some((graph) =>
    (graph.operators ?? []).some((operator) => isOutside(operator.large_custom_options_offset)),
  );

/**
 * Bytes of a TFLite file with everything that the model holds: unknown fields, metadata, signatures, absent as
 * against default fields, data aligned to 16 bytes, data beyond the tables.
 *
 * @throws ParetouError of kind `input` if an unknown field or data beyond the tables cannot be kept.
 */
export const writeModel = (model: TfliteModel): Uint8Array => {
  if (!hasOutside(model.root)) return encodeModel(model.root, model.source, model.file);
  // Offsets have a fixed width, so the size of the tables does not depend on their values.
  const { length } = encodeModel(model.root, model.source, model.file);
  const { root, layout } = placeOutside(model, length);
  const file = new Uint8Array(layout.end);
  file.set(encodeModel(root, model.source, model.file));
  for (const { at, bytes } of layout.pieces) file.set(bytes, at);
  return file;
};

/** Code of the builtin operator: files of either age keep it in one of two fields. */
export const builtinCode = (code: OperatorCodeTable): number =>
  Math.max(code.deprecated_builtin_code ?? 0, code.builtin_code ?? 0);

/** Name of the builtin operator; `UNKNOWN_<code>` for one later than the schema of this program. */
export const operatorKind = (code: OperatorCodeTable): string => {
  const builtin = builtinCode(code);
  return operatorName(builtin) ?? `UNKNOWN_${builtin}`;
};

/** Largest code that the older of the two fields can hold; beyond it that field has this value. */
const PLACEHOLDER_CODE = 127;

/** The table for a builtin operator by its name, readable by programs of either age. */
export const makeOperatorCode = (kind: string, version = 1): OperatorCodeTable => {
  const code = operatorCode(kind);
  if (code === undefined) throw new RangeError(`${kind} is not a builtin operator of the TFLite schema`);
  return { deprecated_builtin_code: Math.min(code, PLACEHOLDER_CODE), version, builtin_code: code };
};
