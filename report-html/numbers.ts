import type { NumberKind } from './contract.js';

/** Arrays of numbers of a kind. */
export const ARRAYS = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

/** Numbers of any kind. */
export type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;

/** The smallest kind that holds some numbers as they are. */
export const kindOf = (numbers: ArrayLike<number>): NumberKind => {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) return 'f64';
    if (value > most) most = value;
  }
  return most < 2 ** 8 ? 'u8' : most < 2 ** 16 ? 'u16' : 'u32';
};

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Where byte `j` of a number lies in memory. */
const placeOf = (j: number, size: number): number => (LITTLE_ENDIAN ? j : size - 1 - j);

/** Of all numbers the first bytes, then the second bytes and so on: similar bytes side by side deflate better. */
export const toPlanes = (numbers: Numbers): Uint8Array => {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const size = numbers.BYTES_PER_ELEMENT;
  const planes = new Uint8Array(bytes.length);
  let at = 0;
  for (let j = 0; j < size; j++)
    for (let i = placeOf(j, size); i < bytes.length; i += size) planes[at++] = bytes[i]!;
  return planes;
};

/** Inverse of {@link toPlanes}. */
export const fromPlanes = (planes: Uint8Array, kind: NumberKind): Numbers => {
  const size = ARRAYS[kind].BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(planes.length - (planes.length % size));
  let at = 0;
  for (let j = 0; j < size; j++)
    for (let i = placeOf(j, size); i < bytes.length; i += size) bytes[i] = planes[at++]!;
  return new ARRAYS[kind](bytes.buffer);
};
