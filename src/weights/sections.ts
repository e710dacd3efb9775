import { emitStream } from './emit-stream.js';
import { rawLength, roundUp, type StreamOrder, type StreamSlice } from './stream-order.js';
import { DISTINCT_LIMIT, streamSize } from './stream-size.js';
import { SYMBOLS, ZERO_SYMBOL } from './symbols.js';

/** The weights of one depth slice in one stream. */
export interface Section {
  readonly streamBytes: number;
  readonly rawWeights: number;
  readonly zeroCount: number;
  /** Distinct weights, the first 17 of them; none in the fast format. */
  readonly values: readonly number[];
}

let stream = new Int16Array(0);

/** Orders and codes one section; keeps nothing. */
export const encodeSection = (values: Int16Array, order: StreamOrder, slice: StreamSlice): Section => {
  const rawWeights = rawLength(order, slice);
  if (stream.length < rawWeights) stream = new Int16Array(Math.max(rawWeights, 2 * stream.length));
  emitStream(values, order, slice, stream);
  const { bytes, zeroCount, values: distinct } = streamSize(stream, rawWeights);
  return { streamBytes: bytes, rawWeights, zeroCount, values: distinct };
};

const occurs = new Uint8Array(SYMBOLS);

/** How many different values there are, with 0 among them if `padded`; 17 stands for any number above 16. */
const countDistinct = (values: Int16Array, padded: boolean): number => {
  occurs.fill(0);
  let count = 0;
  if (padded) {
    occurs[ZERO_SYMBOL] = 1;
    count++;
  }
  for (let k = 0; k < values.length && count <= DISTINCT_LIMIT; k++) {
    const symbol = values[k]! + ZERO_SYMBOL;
    if (occurs[symbol] === 0) {
      occurs[symbol] = 1;
      count++;
    }
  }
  return count;
};

const FAST_HEADER_BYTES = 32;

/** Size of a stream in the fast format (docs/model/weights.md#fast-format). */
export const fastBytes = (rawWeights: number, distinct: number): number => {
  const bits = distinct <= 4 ? 2 : distinct <= 16 ? 4 : 8;
  return FAST_HEADER_BYTES + roundUp(Math.ceil((rawWeights * bits) / 8), 32);
};

/**
 * One depth slice in the fast format, where all streams are merged to one (docs/model/weights.md#fast-format). `slice`
 * is that of any of the `streams`.
 */
export const fastSection = (
  values: Int16Array,
  order: StreamOrder,
  slice: StreamSlice,
  streams: number,
  sparse: boolean,
): Section => {
  const perChannel = order.kernelElements * order.ifmDepth;
  const rawWeights = streams * rawLength(order, slice);
  const weights = values.subarray(slice.first * perChannel, (slice.first + slice.channels) * perChannel);
  const distinct = sparse ? Infinity : countDistinct(weights, rawWeights > weights.length);
  return { streamBytes: fastBytes(rawWeights, distinct), rawWeights, zeroCount: 0, values: [] };
};
