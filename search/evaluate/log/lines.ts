import { closeSync, openSync, readSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { addTo } from '../../../src/groups.js';
import { KEY_LENGTH } from './content-hash.js';

/**
 * A line of a log: a checksum of what follows, the key, and the value in base64. Base64 needs no escapes, so that a line
 * feed always ends a line, and a line that was torn is seen at once.
 */
const CHECKSUM_LENGTH = 8;
const KEY_AT = CHECKSUM_LENGTH + 1;
const VALUE_AT = KEY_AT + KEY_LENGTH + 1;
const SPACE = 32;
const LINE_FEED = 10;

const checksumOf = (bytes: Uint8Array): string => crc32(bytes).toString(16).padStart(CHECKSUM_LENGTH, '0');

/** A value under a key as a line. */
export const lineOf = (key: string, value: unknown): Buffer => {
  const line = Buffer.from(
    `${'0'.repeat(CHECKSUM_LENGTH)} ${key} ${serialize(value).toString('base64')}\n`,
    'latin1',
  );
  line.write(checksumOf(line.subarray(KEY_AT, -1)), 'latin1');
  return line;
};

/** The key of a line without its line feed; undefined if the line is damaged. */
const keyOf = (line: Buffer): string | undefined => {
  if (line.length < VALUE_AT || line[CHECKSUM_LENGTH] !== SPACE || line[VALUE_AT - 1] !== SPACE)
    return undefined;
  const isWhole = line.toString('latin1', 0, CHECKSUM_LENGTH) === checksumOf(line.subarray(KEY_AT));
  return isWhole ? line.toString('latin1', KEY_AT, KEY_AT + KEY_LENGTH) : undefined;
};

/** Where a value lies in a file. */
export interface Place {
  readonly at: number;
  readonly length: number;
}

/** What a log holds, as far as it is sound. */
export interface Contents {
  /** The first line; undefined if there is no whole one. */
  readonly header: string | undefined;
  readonly places: Map<string, Place[]>;
  readonly values: number;
  /** Bytes up to the end of the last sound line. */
  readonly size: number;
  /** Number of the first damaged line that is not just the last one torn. */
  readonly damaged: number | undefined;
}

const PIECE = 2 ** 20;
const LONGEST_LINE = 2 ** 28;

/** The lines of a file with where they begin, without line feeds; a last line without one is left out. */
function* linesOf(file: number): Generator<readonly [at: number, line: Buffer]> {
  let rest: Buffer[] = [];
  let [at, length] = [0, 0];
  for (let read = 0; ;) {
    const piece = Buffer.allocUnsafe(PIECE);
    const count = readSync(file, piece, 0, PIECE, read);
    if (count === 0) return;
    read += count;
    let from = 0;
    for (let end: number; (end = piece.subarray(0, count).indexOf(LINE_FEED, from)) !== -1; from = end + 1) {
      const last = piece.subarray(from, end);
      const line = rest.length === 0 ? last : Buffer.concat([...rest, last]);
      yield [at, line];
      at += line.length + 1;
      [rest, length] = [[], 0];
    }
    rest.push(piece.subarray(from, count));
    length += count - from;
    if (length > LONGEST_LINE) return;
  }
}

/**
 * Reads where the values of a log are. Nothing after a damaged line counts.
 * @throws the file system's errors
 */
export const readContents = (path: string): Contents => {
  const file = openSync(path, 'r');
  try {
    const places = new Map<string, Place[]>();
    let header: string | undefined;
    let [size, lines] = [0, 0];
    for (const [at, line] of linesOf(file)) {
      lines++;
      if (header === undefined) header = line.toString('utf8');
      else {
        const key = keyOf(line);
        if (key === undefined) return { header, places, values: lines - 2, size, damaged: lines };
        addTo(places, key, { at: at + VALUE_AT, length: line.length - VALUE_AT });
      }
      size = at + line.length + 1;
    }
    return { header, places, values: Math.max(0, lines - 1), size, damaged: undefined };
  } finally {
    closeSync(file);
  }
};

/** The value at a place of an open file; undefined if it cannot be read. */
export const valueAt = (file: number, { at, length }: Place): unknown => {
  try {
    const text = Buffer.allocUnsafe(length);
    if (readSync(file, text, 0, length, at) < length) return undefined;
    return deserialize(Buffer.from(text.toString('latin1'), 'base64')) as unknown;
  } catch {
    return undefined;
  }
};

/** The place of the value of a line that begins at `at`. */
export const placeOf = (line: Buffer, at: number): Place => ({
  at: at + VALUE_AT,
  length: line.length - VALUE_AT - 1,
});
