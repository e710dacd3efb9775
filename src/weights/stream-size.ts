import { chunkCode, type ChunkCode } from './palette.js';
import { searchParameters, searchRunDivisor } from './parameter-search.js';
import { indices } from './search-kernel.js';
import { PALETTE_HEADER_BITS, runBits, SLICE_HEADER_BITS, weightBits } from './slice-bits.js';
import { CHUNK_WEIGHTS, SLICE_WEIGHTS, SYMBOLS, ZERO_SYMBOL } from './symbols.js';

/** Size of a coded weight stream (docs/model/weights.md#coding). */
export interface StreamSize {
  readonly bits: number;
  /** A multiple of 16. */
  readonly bytes: number;
  /** Zeros coded through zero runs. */
  readonly zeroCount: number;
  /** Distinct weights, in increasing order; the first 17 of them. */
  readonly values: readonly number[];
}

const END_MARKER_BITS = 3;

/** Distinct weights are only told apart up to this number. */
export const DISTINCT_LIMIT = 16;

const evenFrequency = new Int32Array(SYMBOLS);
const oddFrequency = new Int32Array(SYMBOLS);
const occurs = new Uint8Array(SYMBOLS);
const indexOf = new Uint16Array(SYMBOLS);
const runs = new Int32Array(CHUNK_WEIGHTS + 1);

/** Frequencies of the symbols in stream[from, to); returns a buffer that the next call overwrites. */
const countSymbols = (stream: Int16Array, from: number, to: number): Int32Array => {
  evenFrequency.fill(0);
  oddFrequency.fill(0);
  let at = from;
  for (; at + 1 < to; at += 2) {
    evenFrequency[stream[at]! + ZERO_SYMBOL]!++;
    oddFrequency[stream[at + 1]! + ZERO_SYMBOL]!++;
  }
  if (at < to) evenFrequency[stream[at]! + ZERO_SYMBOL]!++;
  for (let symbol = 0; symbol < SYMBOLS; symbol++) {
    evenFrequency[symbol]! += oddFrequency[symbol]!;
    if (evenFrequency[symbol] !== 0) occurs[symbol] = 1;
  }
  return evenFrequency;
};

/** Splits the chunk into the indices of its non-zero weights and the runs of zeros around them; returns their number. */
const splitRuns = (stream: Int16Array, from: number, to: number): number => {
  let count = 0;
  let lastWeight = from - 1;
  for (let at = from; at < to; at++) {
    const weight = stream[at]!;
    if (weight === 0) continue;
    runs[count] = at - lastWeight - 1;
    indices[count++] = indexOf[weight + ZERO_SYMBOL]!;
    lastWeight = at;
  }
  runs[count] = to - lastWeight - 1;
  return count;
};

/**
 * Fills `indices` and, in zero-run mode, `runs` (docs/model/weights.md#zero-runs); returns the number of weights coded.
 */
const sequence = (code: ChunkCode, stream: Int16Array, from: number, to: number): number => {
  if (code.allZero) {
    indices[0] = indexOf[ZERO_SYMBOL]!;
    runs[0] = 0;
    runs[1] = to - from - 1;
    return 1;
  }
  if (code.zeroRuns) return splitRuns(stream, from, to);
  for (let at = from; at < to; at++) indices[at - from] = indexOf[stream[at]! + ZERO_SYMBOL]!;
  return to - from;
};

const largestIndex = (frequency: Int32Array, code: ChunkCode): number => {
  let largest = 0;
  for (let symbol = 0; symbol < SYMBOLS; symbol++) {
    if (frequency[symbol] === 0 || (symbol === ZERO_SYMBOL && code.zeroRuns && !code.allZero)) continue;
    if (indexOf[symbol]! > largest) largest = indexOf[symbol]!;
  }
  return largest;
};

/** What one chunk adds to its stream. */
interface ChunkSize {
  readonly bits: number;
  readonly zeroCount: number;
}

const chunkSize = (stream: Int16Array, from: number, to: number): ChunkSize => {
  const frequency = countSymbols(stream, from, to);
  const code = chunkCode(frequency, stream, from, to, indexOf);
  const count = sequence(code, stream, from, to);
  const segments = searchParameters(count, largestIndex(frequency, code), code.uncompressedBits);
  const divisor = code.zeroRuns ? searchRunDivisor(runs, count + 1) : -1;

  let bits = PALETTE_HEADER_BITS + code.paletteSize * code.paletteBits;
  let start = 0;
  for (let segment = 0; segment < segments.count; segment++) {
    const end = segments.ends[segment]!;
    for (let at = start; at < end; at += SLICE_WEIGHTS) {
      const stop = Math.min(at + SLICE_WEIGHTS, end);
      bits +=
        SLICE_HEADER_BITS + weightBits(indices, at, stop, segments.sets[segment]!, code.uncompressedBits);
      if (code.zeroRuns) bits += runBits(runs, at === 0 ? 0 : at + 1, stop + 1, divisor);
    }
    start = end;
  }
  const zeroCount = !code.zeroRuns ? 0 : code.allZero ? to - from - 1 : to - from - count;
  return { bits, zeroCount };
};

/** Size of the first `length` weights (minus zero point) of `stream` as one coded stream; `length` is at least 1. */
export const streamSize = (stream: Int16Array, length: number): StreamSize => {
  occurs.fill(0);
  let bits = END_MARKER_BITS;
  let zeroCount = 0;
  for (let from = 0; from < length; from += CHUNK_WEIGHTS) {
    const chunk = chunkSize(stream, from, Math.min(from + CHUNK_WEIGHTS, length));
    bits += chunk.bits;
    zeroCount += chunk.zeroCount;
  }
  const values: number[] = [];
  for (let symbol = 0; symbol < SYMBOLS && values.length <= DISTINCT_LIMIT; symbol++) {
    if (occurs[symbol] === 1) values.push(symbol - ZERO_SYMBOL);
  }
  return { bits, bytes: 16 * Math.ceil(bits / 128), zeroCount, values };
};
