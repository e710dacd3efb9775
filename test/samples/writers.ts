import { crc32, deflateRawSync } from 'node:zlib';

/** Elements of arrays to write. */
export type Elements =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  Int8Array: '|i1',
  Uint8Array: '|u1',
  Int16Array: '<i2',
  Uint16Array: '<u2',
  Int32Array: '<i4',
  Uint32Array: '<u4',
  BigInt64Array: '<i8',
  BigUint64Array: '<u8',
  Float32Array: '<f4',
  Float64Array: '<f8',
};

export interface NpyOptions {
  readonly version?: number;
  readonly fortran?: boolean;
  readonly descr?: string;
}

/** A .npy file with these elements, in the order in which they are given. */
export function npy(
  elements: Elements,
  shape: readonly number[],
  { version = 1, fortran = false, descr = DESCRIPTIONS[elements.constructor.name]! }: NpyOptions = {},
): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const start = version === 1 ? 10 : 12;
  const header = `${text.padEnd(Math.ceil((start + text.length + 1) / 64) * 64 - start - 1)}\n`;
  const prefix = Buffer.alloc(start);
  prefix.write('\x93NUMPY', 'latin1');
  prefix[6] = version;
  if (version === 1) prefix.writeUInt16LE(header.length, 8);
  else prefix.writeUInt32LE(header.length, 8);
  const bytes = Buffer.from(elements.buffer, elements.byteOffset, elements.byteLength);
  return Buffer.concat([prefix, Buffer.from(header, 'latin1'), bytes]);
}

/** A ZIP archive with these files. */
export function zip(files: Readonly<Record<string, Buffer>>, deflate = false): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflate ? deflateRawSync(content) : content;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(deflate ? 8 : 0, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), fields, rest, Buffer.from(name));
    parts.push(local);
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, entries, end]);
}

/** A .npz file with these arrays. */
export const npz = (arrays: Readonly<Record<string, Buffer>>, deflate = false): Buffer =>
  zip(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes])), deflate);
