import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Packed } from '../../../report-html/contract.js';
import { ARRAYS, kindOf, toPlanes } from '../../../report-html/numbers.js';

/** A text of base64 from bytes that it deflates. */
export const deflated = (bytes: Uint8Array | string): string =>
  deflateRawSync(bytes, { level: 9 }).toString('base64');

/** Most bytes that a column may have. */
const MOST_BYTES = 2 ** 30;

/** The bytes of such a text. */
export const inflated = (text: string): Uint8Array =>
  inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: MOST_BYTES });

/** Packs numbers in a kind; in the smallest that holds them as they are, by default. */
export const pack = (numbers: ArrayLike<number>, kind = kindOf(numbers)): Packed => ({
  kind,
  data: deflated(toPlanes(ARRAYS[kind].from(numbers))),
});
