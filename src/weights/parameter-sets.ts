import { MAX_INDEX } from './symbols.js';

/**
 * The thirteen ways to code a run of indices (reference 05 §4.7): 0…5 plain Golomb-Rice with divisor 2^set, 6…11 the
 * same cut off after the second quotient, 12 uncompressed.
 */
export const PARAMETER_SETS = 13;
export const UNCOMPRESSED = 12;

/** Cost that no other set reaches, for the uncompressed set of chunks that do not offer it. */
export const UNAVAILABLE = 1 << 30;

/** Largest index that each set can code. */
export const LARGEST_CODABLE: Int32Array = Int32Array.from({ length: PARAMETER_SETS }, (_, set) => {
  if (set === UNCOMPRESSED) return MAX_INDEX;
  const d = set % 6;
  return Math.min((((set < 6 ? 31 : 2) + 1) << d) - 1, MAX_INDEX);
});

/** Bits of index x in `set`, where codable. */
export const indexBits = (set: number, x: number, uncompressedBits: number): number => {
  if (set === UNCOMPRESSED) return uncompressedBits;
  const d = set % 6;
  return (set < 6 ? (x >> d) + 1 : Math.min((x >> d) + 1, 2)) + d;
};

/** log2 of the entries per index in `costTable`. */
export const COST_SHIFT = 4;

const costTables: Int32Array[] = [];

/** Bits by index (rows of 16) and set; what is not codable costs `UNAVAILABLE`. */
export const costTable = (uncompressedBits: number): Int32Array => {
  const known = costTables[uncompressedBits];
  if (known !== undefined) return known;
  const table = new Int32Array((MAX_INDEX + 1) << COST_SHIFT);
  for (let x = 0; x <= MAX_INDEX; x++) {
    for (let set = 0; set < PARAMETER_SETS; set++) {
      table[(x << COST_SHIFT) + set] =
        x <= LARGEST_CODABLE[set]! ? indexBits(set, x, uncompressedBits) : UNAVAILABLE;
    }
  }
  costTables[uncompressedBits] = table;
  return table;
};

/**
 * Sets in the low and the high field of each word of the packed search state. Those that some index resets come
 * first; the high field of the last word sums up the bits of the current set.
 */
export const LOW_SETS: readonly number[] = [6, 8, 0, 1, 2, 4, UNCOMPRESSED];
export const HIGH_SETS: readonly number[] = [7, 9, 10, 11, 3, 5, -1];
export const WORDS = 7;
export const RESET_WORDS = 5;

/** log2 of the entries per index in `Steps.table`. */
export const STEP_SHIFT = 4;

/**
 * Transition of the packed search state for one current set.
 *
 * A field holds `lead + c[set] − c[current]`, so that it goes negative no later than the search would switch to that
 * set. Word k of the state goes from v to `(v & table[k]) + table[5 + k]` (k < 5) or `v + table[5 + k]` with the row
 * of the index. An index that the current set cannot code makes a field negative.
 */
export interface Steps {
  readonly lead: number;
  readonly table: Int32Array;
}

const steps: Steps[] = [];

/** Bits that a set must save before the search switches to it (reference 05 §4.7). */
export const SWITCH_BITS = 40;

const NEGATIVE_FIELD = -0x8000;

const makeSteps = (current: number, uncompressedBits: number): Steps => {
  const lead = SWITCH_BITS + indexBits(current, 0, uncompressedBits);
  const costs = costTable(uncompressedBits);
  const table = new Int32Array((MAX_INDEX + 1) << STEP_SHIFT);
  for (let x = 0; x <= MAX_INDEX; x++) {
    const row = x << STEP_SHIFT;
    const costRow = x << COST_SHIFT;
    const codable = x <= LARGEST_CODABLE[current]!;
    const own = codable ? costs[costRow + current]! : 0;
    for (let word = 0; word < WORDS; word++) {
      const low = LOW_SETS[word]!;
      const high = HIGH_SETS[word]!;
      const keepLow = x <= LARGEST_CODABLE[low]!;
      const addLow = !keepLow ? lead : codable ? costs[costRow + low]! - own : 0;
      let keepHigh = true;
      let addHigh = codable ? own : NEGATIVE_FIELD;
      if (high >= 0) {
        keepHigh = x <= LARGEST_CODABLE[high]!;
        addHigh = !keepHigh ? lead : codable ? costs[costRow + high]! - own : 0;
      }
      if (word < RESET_WORDS) table[row + word] = (keepLow ? 0xffff : 0) | (keepHigh ? -0x10000 : 0);
      table[row + RESET_WORDS + word] = addLow + (addHigh << 16);
    }
    // Where there is no uncompressed coding its field stays where it is, far from taking over.
    if (uncompressedBits === 0) table[row + RESET_WORDS + WORDS - 1] = (codable ? own : NEGATIVE_FIELD) << 16;
  }
  return { lead, table };
};

/** The transitions for a current set and a width of uncompressed weights (0…9), made on first use. */
export const stepsOf = (current: number, uncompressedBits: number): Steps =>
  (steps[uncompressedBits * PARAMETER_SETS + current] ??= makeSteps(current, uncompressedBits));
