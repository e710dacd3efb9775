import type { WeightStatistics } from '../graph/network.js';
import { DISTINCT_LIMIT, streamSize } from './stream-size.js';
import { SYMBOLS, ZERO_SYMBOL } from './symbols.js';

/** Weights that are looked at, or those of a few channels where that is more. */
const SAMPLE = 2 ** 14;
/** Output channels that streams hold side by side. */
const CHANNELS = 8;
/** Share of zeros that are added to see what one more costs. */
const ADDED_SHARE = 1 / 8;
/** Headers and palette, which are no part of what one weight costs. */
const OVERHEAD_BITS = 60;

/** Weights minus zero point, as the streams of most layers have them: some output channels side by side. */
function typicalStream(values: Int16Array, outputs: number): Int16Array {
  const perOutput = values.length / outputs;
  const groups = Math.ceil(outputs / CHANNELS);
  const step = Math.max(1, Math.round(values.length / SAMPLE));
  const stream = new Int16Array(Math.ceil(groups / step) * CHANNELS * perOutput);
  let at = 0;
  for (let group = 0; group < groups; group += step) {
    const end = Math.min((group + 1) * CHANNELS, outputs);
    for (let k = 0; k < perOutput; k++) {
      for (let o = group * CHANNELS; o < end; o++) stream[at++] = values[o * perOutput + k]!;
    }
  }
  return stream.subarray(0, at);
}

/** `count` zeros spread over a stream. */
function withZeros(stream: Int16Array, count: number): Int16Array {
  const result = new Int16Array(stream.length + count);
  let at = 0;
  for (let k = 0; k < stream.length; k++) {
    result[at++] = stream[k]!;
    if (Math.floor(((k + 1) * count) / stream.length) > Math.floor((k * count) / stream.length)) at++;
  }
  return result;
}

const bitsOf = (stream: Int16Array): number =>
  stream.length === 0 ? 0 : Math.max(streamSize(stream, stream.length).bits - OVERHEAD_BITS, 0);

/**
 * Measures how weights compress, so that sizes of others like them can be predicted.
 *
 * @param values minus zero point, at least one, output channel by output channel
 */
export function measureStatistics(values: Int16Array, outputs: number): WeightStatistics {
  const stream = typicalStream(values, outputs);
  const frequency = new Int32Array(SYMBOLS);
  for (const value of stream) frequency[value + ZERO_SYMBOL]!++;
  const zeros = frequency[ZERO_SYMBOL]!;
  let peak = 0;
  const distinct: number[] = [];
  frequency.forEach((count, symbol) => {
    if (symbol !== ZERO_SYMBOL) peak = Math.max(peak, count);
    if (count > 0 && distinct.length <= DISTINCT_LIMIT) distinct.push(symbol - ZERO_SYMBOL);
  });
  let loneZeros = 0;
  for (let k = 0; k < stream.length; k++) {
    if (stream[k] === 0 && stream[k - 1] !== 0 && stream[k + 1] !== 0) loneZeros++;
  }
  const others = stream.filter((value) => value !== 0);
  const { length } = stream;
  const whole = bitsOf(stream);
  const nonZeroBits = others.length === 0 ? 0 : bitsOf(others) / others.length;
  // Beyond five times the commonest weight, zeros are coded as runs (docs/model/weights.md#zero-runs).
  const added = Math.floor(Math.min(0.9 * (5 * peak - zeros), length * ADDED_SHARE));
  const zeroBits = added > 0 ? Math.max(bitsOf(withZeros(stream, added)) - whole, 0) / added : nonZeroBits;
  return {
    bits: whole / length,
    zeroBits,
    nonZeroBits,
    zeroShare: zeros / length,
    loneZeroShare: loneZeros / length,
    peakShare: peak / length,
    distinct,
  };
}
