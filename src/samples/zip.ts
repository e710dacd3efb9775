import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { inputError, ParetouError } from '../errors.js';
import { regularSize } from '../files.js';
import { grouped } from '../text.js';
import { fileBytes, head, type Bytes } from './bytes.js';

const END_BYTES = 22;
const END_SIGNATURE = 0x06054b50;
const LONGEST_COMMENT = 0xffff;
const ENTRY_BYTES = 46;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_BYTES = 30;
const LOCAL_SIGNATURE = 0x04034b50;
/** What 16 and 32 bits hold where the value is in the records of zip64. */
const [ELSEWHERE_16, ELSEWHERE_32] = [0xffff, 0xffffffff];
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
/** Deflate never makes bytes smaller than this. */
const MOST_DEFLATION = 1032;

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly open: () => Promise<Bytes>;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Where the end record starts in the last bytes of a file; its comment reaches to the end of the file. */
const endRecord = (tail: Uint8Array): DataView | undefined => {
  const data = view(tail);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (
      data.getUint32(at, true) === END_SIGNATURE &&
      at + END_BYTES + data.getUint16(at + 20, true) === tail.length
    )
      return view(tail.subarray(at));
  }
  return undefined;
};

/** What the directory of an archive says of one of its files. */
interface DirectoryEntry {
  readonly name: string;
  readonly encrypted: boolean;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly local: number;
}

/**
 * The files in a ZIP archive, as its directory lists them. Their contents are read when they are opened.
 * @throws an input error that names the archive
 */
export async function readZip(path: string): Promise<readonly ZipEntry[]> {
  const fail = (why: string): ParetouError => inputError(`${path}: ${why}; write it with numpy.savez`);
  const size = regularSize(path);
  const tailBytes = Math.min(size, END_BYTES + LONGEST_COMMENT);
  const end = endRecord(await head(fileBytes(path, size - tailBytes, tailBytes), tailBytes));
  if (end === undefined) throw fail('is no .npz, or is cut off: it has no ZIP directory at its end');
  const [count, bytes, start] = [end.getUint16(10, true), end.getUint32(12, true), end.getUint32(16, true)];
  if (count === ELSEWHERE_16 || bytes === ELSEWHERE_32 || start === ELSEWHERE_32) throw tooLarge(path);
  if (start + bytes > size) throw fail('is no .npz, or is cut off: its ZIP directory reaches beyond its end');

  const directory = await head(fileBytes(path, start, bytes), bytes);
  const entries: DirectoryEntry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + ENTRY_BYTES > directory.length || view(directory).getUint32(at, true) !== ENTRY_SIGNATURE)
      throw fail(`has a damaged ZIP directory: it lists ${entries.length} of ${count} arrays`);
    const fields = view(directory.subarray(at));
    const [name, extra, comment] = [28, 30, 32].map((offset) => fields.getUint16(offset, true)) as [
      number,
      number,
      number,
    ];
    entries.push({
      name: new TextDecoder().decode(directory.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + name)),
      encrypted: (fields.getUint16(8, true) & ENCRYPTED) !== 0,
      method: fields.getUint16(10, true),
      crc: fields.getUint32(16, true),
      packed: fields.getUint32(20, true),
      size: fields.getUint32(24, true),
      local: fields.getUint32(42, true),
    });
    at += ENTRY_BYTES + name + extra + comment;
  }
  return entries.map((entry) => ({ name: entry.name, open: () => openEntry(path, size, entry) }));
}

const tooLarge = (path: string): ParetouError =>
  inputError(
    `${path}: is a zip64 archive, which is not read; write arrays of less than 4 GiB, or .npy files`,
  );

async function openEntry(path: string, fileSize: number, entry: DirectoryEntry): Promise<Bytes> {
  const { name, method, packed, size, crc, local } = entry;
  const where = `${path}: ${name}`;
  const fail = (why: string, cause?: unknown): ParetouError =>
    inputError(`${where}: ${why}; write the file again`, cause);
  if ([packed, size, local].includes(ELSEWHERE_32)) throw tooLarge(path);
  if (entry.encrypted) throw fail('is encrypted, and has to be read without a password');
  if (method !== STORED && method !== DEFLATED)
    throw fail(`is compressed by method ${method}, and only stored and deflated arrays are read`);
  const header = await head(fileBytes(path, local, LOCAL_BYTES), LOCAL_BYTES);
  if (header.length < LOCAL_BYTES || view(header).getUint32(0, true) !== LOCAL_SIGNATURE)
    throw fail('is not where the ZIP directory says');
  const start = local + LOCAL_BYTES + view(header).getUint16(26, true) + view(header).getUint16(28, true);
  if (start + packed > fileSize) throw fail('is cut off');
  if (method === STORED ? packed !== size : size > MOST_DEFLATION * (packed + 1))
    throw fail(`cannot have ${grouped(size)} bytes, since ${grouped(packed)} are stored`);
  const content = fileBytes(path, start, packed);
  return {
    size,
    pieces: () => checked(method === STORED ? content.pieces() : inflated(content), size, crc, fail),
  };
}

const inflated = ({ pieces }: Bytes): AsyncIterable<Uint8Array> =>
  // Errors and early ends reach both streams; whoever iterates gets the error.
  pipeline(Readable.from(pieces()), createInflateRaw(), () => undefined);

/** The same pieces; at the end their number and checksum are what the directory says. */
async function* checked(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  size: number,
  crc: number,
  fail: (why: string, cause?: unknown) => ParetouError,
): AsyncGenerator<Uint8Array, void> {
  let [length, sum] = [0, 0];
  try {
    for await (const piece of pieces) {
      length += piece.length;
      if (length > size) throw fail('is damaged: it is longer than the ZIP directory says');
      sum = crc32(piece, sum);
      yield piece;
    }
  } catch (error) {
    if (error instanceof ParetouError) throw error;
    throw fail('is damaged: it cannot be decompressed', error);
  }
  if (length < size) throw fail('is damaged: it is shorter than the ZIP directory says');
  if (sum !== crc) throw fail('is damaged: its checksum is wrong');
}
