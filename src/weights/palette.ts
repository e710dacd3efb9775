import { MAGNITUDE_SIGN, SYMBOLS, ZERO_SYMBOL } from './symbols.js';

const PALETTE_LIMIT = 32;

/** How the values of one chunk are numbered (docs/model/weights.md#palette). */
export interface ChunkCode {
  /** Zeros are coded as run lengths between the other weights. */
  readonly zeroRuns: boolean;
  /** Zero-run mode and nothing but zeros. */
  readonly allZero: boolean;
  readonly indexShift: number;
  readonly paletteSize: number;
  readonly paletteBits: number;
  /** Bits of an uncompressed weight; 0 where uncompressed coding is not available. */
  readonly uncompressedBits: number;
}

const bitsFor = (least: number, exceeds: number): number => {
  let bits = least;
  while (1 << bits < exceeds) bits++;
  return bits;
};

/** Zeros that stand alone between other weights in `stream[from, to)`. */
const isolatedZeros = (stream: Int16Array, from: number, to: number): number => {
  let count = 0;
  let before = 1;
  let here = stream[from]!;
  for (let i = from + 1; i < to; i++) {
    const after = stream[i]!;
    if (here === 0 && before !== 0 && after !== 0) count++;
    before = here;
    here = after;
  }
  return here === 0 && before !== 0 ? count + 1 : count;
};

const useZeroRuns = (frequency: Int32Array, stream: Int16Array, from: number, to: number): boolean => {
  const zeros = frequency[ZERO_SYMBOL]!;
  if (zeros === 0) return false;
  for (let symbol = 0; symbol < SYMBOLS; symbol++) {
    if (symbol !== ZERO_SYMBOL && zeros <= 5 * frequency[symbol]!) return false;
  }
  return zeros - isolatedZeros(stream, from, to) >= zeros >> 1;
};

const keys = new Int32Array(SYMBOLS);
const symbolOfNumber = new Uint16Array(2 * (SYMBOLS + 1));
MAGNITUDE_SIGN.forEach((number, symbol) => (symbolOfNumber[number] = symbol));

/**
 * Decides the coding of the chunk `stream[from, to)` with the given frequencies per symbol, and fills `indexOf` with
 * the index of each coded symbol (docs/model/weights.md#palette).
 */
export const chunkCode = (
  frequency: Int32Array,
  stream: Int16Array,
  from: number,
  to: number,
  indexOf: Uint16Array,
): ChunkCode => {
  const zeroRuns = useZeroRuns(frequency, stream, from, to);

  let values = 0;
  let total = 0;
  let largest = 0;
  let smallest = 31;
  for (let symbol = 0; symbol < SYMBOLS; symbol++) {
    const count = frequency[symbol]!;
    if (count === 0 || (zeroRuns && symbol === ZERO_SYMBOL)) continue;
    const number = MAGNITUDE_SIGN[symbol]!;
    keys[values++] = (count << 9) | number;
    total += count;
    if (number > largest) largest = number;
    if (number < smallest) smallest = number;
  }
  const allZero = total === 0;
  const indexShift = allZero ? 0 : smallest;

  const fits = values >= 1 && values <= PALETTE_LIMIT;
  const room = fits ? PALETTE_LIMIT : Math.min(PALETTE_LIMIT, 511 - largest);
  const entries = Math.min(room === 1 && !fits ? 0 : room, values);
  const sorted = keys.subarray(0, values).sort();
  let listed = 0;
  let largestListed = 0;
  for (let k = 1; k <= entries; k++) {
    const key = sorted[values - k]!;
    listed += key >> 9;
    largestListed = Math.max(largestListed, key & 511);
  }
  const usePalette = listed >= total >> 1;
  const paletteSize = !usePalette ? 0 : entries === 1 ? 2 : entries;
  const paletteBits = bitsFor(2, (usePalette ? largestListed : largest) + 1);
  const uncompressedBits = fits ? bitsFor(0, paletteSize) : paletteSize === 0 ? paletteBits : 0;

  for (let k = 1; k <= values; k++) {
    const number = sorted[values - k]! & 511;
    const symbol = symbolOfNumber[number]!;
    indexOf[symbol] =
      usePalette && k <= entries ? k - 1 : paletteSize - indexShift + (number === 0 ? 1 : number);
  }
  if (allZero) indexOf[ZERO_SYMBOL] = 1;
  return { zeroRuns, allZero, indexShift, paletteSize, paletteBits, uncompressedBits };
};
