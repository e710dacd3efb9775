import { UNCOMPRESSED } from './parameter-sets.js';

/** Zero divisor, slice length, weight divisor, truncation flag, new-palette flag (docs/model/weights.md#slice-bits). */
export const SLICE_HEADER_BITS = 23;
export const PALETTE_HEADER_BITS = 13;

const roundUp = (value: number, unit: number): number => unit * Math.ceil(value / unit);

const plainBits = (x: Uint16Array, from: number, to: number, divisor: number): number => {
  let first = 0;
  let all = 0;
  for (let at = from; at < to; at++) {
    const quotient = x[at]! >> divisor;
    first += quotient >> 1;
    all += quotient;
  }
  const count = to - from;
  return roundUp(first + count, 12) + (all - first) + count * divisor;
};

const truncatedBits = (x: Uint16Array, from: number, to: number, divisor: number): number => {
  let above = 0;
  for (let at = from; at < to; at++) above += x[at]! >> divisor !== 0 ? 1 : 0;
  const count = to - from;
  return roundUp(count, 12) + above + count * divisor;
};

/**
 * Bits of the weights with indices x[from, to) in one slice with parameter set `set`
 * (docs/model/weights.md#slice-bits).
 */
export const weightBits = (
  x: Uint16Array,
  from: number,
  to: number,
  set: number,
  uncompressedBits: number,
): number =>
  set === UNCOMPRESSED
    ? (to - from) * uncompressedBits
    : set < 6
      ? plainBits(x, from, to, set)
      : truncatedBits(x, from, to, set - 6);

/** Bits of the zero runs [from, to) in one slice with divisor 2^divisor (docs/model/weights.md#slice-bits). */
export const runBits = (runs: Int32Array, from: number, to: number, divisor: number): number => {
  let quotients = 0;
  for (let at = from; at < to; at++) quotients += runs[at]! >> divisor;
  const count = to - from;
  return roundUp(quotients + count, divisor < 3 ? 12 : 8) + count * divisor;
};
