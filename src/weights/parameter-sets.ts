import { MAX_INDEX } from './symbols.js';

/**
 * The thirteen ways to code a run of indices (docs/model/weights.md#parameter-search): 0…5 plain Golomb-Rice with
 * divisor 2^set, 6…11 the same cut off after the second quotient, 12 uncompressed.
 */
export const PARAMETER_SETS = 13;
export const UNCOMPRESSED = 12;

/** Bits that a set must save before the search switches to it (docs/model/weights.md#parameter-search). */
export const SWITCH_BITS = 40;

/**
 * What the search charges for an uncompressed index where that is not available
 * (docs/model/weights.md#parameter-search).
 */
const UNAVAILABLE_BITS = 100;

/** Stands for the bits of an index that a set cannot code. */
export const NOT_CODABLE = 0x3fff;

/** Largest index that each set can code. */
export const LARGEST_CODABLE: Int32Array = Int32Array.from({ length: PARAMETER_SETS }, (_, set) => {
  if (set === UNCOMPRESSED) return MAX_INDEX;
  const d = set % 6;
  return Math.min((((set < 6 ? 31 : 2) + 1) << d) - 1, MAX_INDEX);
});

/** log2 of the entries per index in a cost table. */
export const COST_SHIFT = 4;

/** Fills `table` with the bits by index (rows of 2^COST_SHIFT) and set (docs/model/weights.md#parameter-search). */
export const writeCostTable = (table: Int16Array, uncompressedBits: number): void => {
  for (let x = 0; x <= MAX_INDEX; x++) {
    const row = x << COST_SHIFT;
    for (let d = 0; d < 6; d++) {
      const quotient = x >> d;
      table[row + d] = quotient <= 31 ? quotient + 1 + d : NOT_CODABLE;
      table[row + 6 + d] = quotient <= 2 ? Math.min(quotient + 1, 2) + d : NOT_CODABLE;
    }
    table[row + UNCOMPRESSED] = uncompressedBits > 0 ? uncompressedBits : UNAVAILABLE_BITS;
  }
};
