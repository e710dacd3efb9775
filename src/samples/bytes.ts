import { regularSize, readPieces } from '../files.js';

/** Bytes that are read piece by piece, so that a large file is never in memory as a whole. */
export interface Bytes {
  readonly size: number;
  /** All of them, from the start; each call reads anew. */
  readonly pieces: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** A part of a file, by default all of it. */
export const fileBytes = (path: string, from = 0, size = regularSize(path) - from): Bytes => ({
  size,
  pieces: () => readPieces(path, from, size),
});

/** The first bytes, fewer where there are not so many. */
export async function head({ pieces }: Bytes, count: number): Promise<Uint8Array> {
  const result = new Uint8Array(count);
  let length = 0;
  for await (const piece of pieces()) {
    const part = piece.subarray(0, count - length);
    result.set(part, length);
    length += part.length;
    if (length === count) break;
  }
  return result.subarray(0, length);
}
