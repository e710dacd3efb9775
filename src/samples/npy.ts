import { inputError } from '../errors.js';
import { cleanText } from '../safe-text.js';
import { grouped } from '../text.js';
import { head, type Bytes } from './bytes.js';

/** Element types of arrays that are read. */
export type ArrayType = keyof typeof ARRAYS;

/** Elements of an array of such a type. */
export type ArrayElements = InstanceType<(typeof ARRAYS)[ArrayType]>;

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

const KINDS: Readonly<Record<string, string>> = { i: 'int', u: 'uint', f: 'float' };

/** What the header of a .npy file says. */
export interface NpyHeader {
  readonly type: ArrayType;
  readonly shape: readonly number[];
  /** The first axis varies fastest, as in Fortran. */
  readonly fortran: boolean;
  /** Where the elements start. */
  readonly offset: number;
}

const MAGIC = '\x93NUMPY';
const PREFIX_BYTES = 12;
/** Longer headers describe arrays with named fields, which are not read. */
const MOST_HEADER_BYTES = 2 ** 16;

const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, MOST_HEADER_BYTES));

/** The element type of a description such as `<f4`. */
const typeOf = (description: string): ArrayType | undefined => {
  const [, order, kind, bytes] = /^([<|>=])?([a-z])([1-9])$/.exec(description) ?? [];
  if (order === undefined || kind === undefined || (bytes !== '1' && order !== '<')) return undefined;
  const name = `${KINDS[kind] ?? ''}${8 * Number(bytes)}`;
  return name in ARRAYS ? (name as ArrayType) : undefined;
};

/**
 * Reads the header of a .npy file.
 * @param where the file, and the array in it, for messages
 * @throws an input error where it is none, has a type that is not read, or not as many elements as it says
 */
export async function readNpyHeader(bytes: Bytes, where: string): Promise<NpyHeader> {
  const fail = (why: string): Error => inputError(`${where}: ${why}; write it with numpy.save`);
  const prefix = await head(bytes, PREFIX_BYTES);
  if (latin(prefix.subarray(0, MAGIC.length)) !== MAGIC) throw fail('is no .npy file');
  const version = prefix[6] ?? 0;
  if (version < 1 || version > 3) throw fail(`has version ${version} of .npy, and 1 to 3 are read`);
  if (prefix.length < PREFIX_BYTES) throw fail('is cut off in its header');
  const view = new DataView(prefix.buffer, prefix.byteOffset);
  const [start, length] = version === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (length > MOST_HEADER_BYTES) throw fail(`has a header of ${grouped(length)} bytes`);
  const offset = start + length;
  if (offset > bytes.size) throw fail('is cut off in its header');
  const text = latin((await head(bytes, offset)).subarray(start));

  const field = (name: string, value: string): string | undefined =>
    new RegExp(`['"]${name}['"]\\s*:\\s*${value}`).exec(text)?.[1];
  const description = field('descr', `['"]([^'"]*)['"]`);
  const order = field('fortran_order', '(True|False)');
  const sizes = field('shape', '\\(([^)]*)\\)');
  if (description === undefined && /descr/.test(text)) throw fail('has elements with several fields');
  if (description === undefined || order === undefined || sizes === undefined)
    throw fail('has a damaged header');
  const type = typeOf(description);
  if (type === undefined) {
    throw fail(
      `has elements of "${cleanText(description)}", expected little-endian int8 to int64, float32 or float64`,
    );
  }
  const parts = sizes.split(',').map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop();
  if (!parts.every((part) => /^\d{1,15}L?$/.test(part))) throw fail('has a damaged header');
  const shape = parts.map((part) => parseInt(part, 10));

  const expected = shape.reduce((a, b) => a * b, ARRAYS[type].BYTES_PER_ELEMENT);
  const found = bytes.size - offset;
  if (found !== expected) {
    throw fail(
      `${found < expected ? 'is cut off' : 'is too long'}: ${shape.join('x')} elements of ${type} take ` +
        `${expected < 2 ** 53 ? grouped(expected) : 'too many'} bytes, and ${grouped(found)} follow its header`,
    );
  }
  return { type, shape, fortran: order === 'True', offset };
}

/** Elements that are handed on at once. */
const BLOCK = 2 ** 16;

/** Reads the elements in the order of the file, block by block; a block is only valid during the call. */
export async function readElements(
  bytes: Bytes,
  { type, offset }: Pick<NpyHeader, 'type' | 'offset'>,
  take: (elements: ArrayElements) => void,
): Promise<void> {
  const Elements = ARRAYS[type];
  const block = new Uint8Array(BLOCK * Elements.BYTES_PER_ELEMENT);
  let [skip, filled] = [offset, 0];
  const flush = (): void => {
    take(new Elements(block.buffer, 0, filled / Elements.BYTES_PER_ELEMENT));
    filled = 0;
  };
  for await (const piece of bytes.pieces()) {
    let at = Math.min(skip, piece.length);
    skip -= at;
    while (at < piece.length) {
      const part = piece.subarray(at, at + block.length - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === block.length) flush();
    }
  }
  if (filled > 0) flush();
}
