import type { ElementType, Quantisation } from '../../src/graph/network.js';
import type { Activation } from './substitution.js';
import { quantiseRows, storedRange, type Scaling, type StoredLayer, type StoredRows } from './requantise.js';

/** The first of two layers as it is stored, a row of taps per channel of the intermediate, and what it writes. */
export interface FirstLayer extends StoredLayer {
  /** Real values that the bias adds. */
  readonly shift: Float64Array;
  readonly output: Quantisation;
}

/** Scale of the weights of a channel without any. */
const SCALE_OF_ZEROS = Math.fround(1 / 127);

/** Filters whose taps add up to a positive number, so that the ranges of their outputs lie to the same side of zero. */
const mostlyPositive = (filters: Float64Array, length: number): Float64Array => {
  const result = filters.slice();
  for (let from = 0; from < result.length; from += length) {
    const row = result.subarray(from, from + length);
    if (row.reduce((sum, tap) => sum + tap, 0) < 0) for (let i = 0; i < length; i++) row[i] = -row[i]!;
  }
  return result;
};

/**
 * Only products of a filter and its row in the second layer count, so the filter's scale is free. With one scale per
 * channel it makes the magnitudes of the stored taps add up to 1: then every channel's range is as wide as the
 * input's. With one scale for all, filters keep the norm 1 that the decomposition gave them.
 */
const storeFilters = (filters: Float64Array, channels: number, scaling: Scaling): StoredRows => {
  const length = filters.length / channels;
  const stored = quantiseRows(mostlyPositive(filters, length), new Float64Array(channels), scaling);
  const sums = Array.from({ length: channels }, (_, c) =>
    stored.levels.subarray(c * length, (c + 1) * length).reduce((sum, level) => sum + Math.abs(level), 0),
  );
  if (scaling !== 'per-row') {
    return sums.some((sum) => sum > 0) ? stored : { ...stored, scales: stored.scales.fill(SCALE_OF_ZEROS) };
  }
  const scales = Float64Array.from(sums, (sum) => (sum === 0 ? SCALE_OF_ZEROS : Math.fround(1 / sum)));
  return { ...stored, scales };
};

/**
 * Stores filters (rows of taps, one per channel) and chooses bias and output quantisation from the bound of what the
 * stored taps can give: an input value lies between the lowest and the highest that its type stores, and padding is
 * zero, which lies between them too; so a sum is at most Σ(positive taps · highest + negative taps · lowest), and at
 * least the same with lowest and highest exchanged. All channels share the widest range.
 */
export const storeFirstLayer = (
  filters: Float64Array,
  channels: number,
  activation: Activation,
  input: { readonly type: ElementType; readonly quantisation: Quantisation },
  scaling: Scaling,
): FirstLayer => {
  const rows = storeFilters(filters, channels, scaling);
  const length = filters.length / channels;
  const [scale, zeroPoint] = [input.quantisation.scales[0]!, input.quantisation.zeroPoints[0] ?? 0];
  const [lowest, highest] = storedRange(input.type);
  const [xLow, xHigh] = [Math.min(0, lowest - zeroPoint), Math.max(0, highest - zeroPoint)];
  const bias = new Int32Array(channels);
  const shift = new Float64Array(channels);
  let [low, high] = [0, 0];
  for (let c = 0; c < channels; c++) {
    let [sumLow, sumHigh] = [0, 0];
    for (let i = c * length; i < (c + 1) * length; i++) {
      const level = rows.levels[i]!;
      sumLow += level * (level > 0 ? xLow : xHigh);
      sumHigh += level * (level > 0 ? xHigh : xLow);
    }
    if (activation === 'shifted-relu') bias[c] = -sumLow;
    const unit = scale * rows.scales[c]!;
    shift[c] = bias[c]! * unit;
    low = Math.min(low, (sumLow + bias[c]!) * unit);
    high = Math.max(high, (sumHigh + bias[c]!) * unit);
  }
  if (activation === 'relu') low = 0;
  // Without a zero point at the end of the range, one step is left for the zero point's rounding.
  const atEnd = activation !== 'none';
  const step = high === low ? scale : Math.fround((high - low) / (atEnd ? 255 : 254));
  const zero = atEnd ? lowest : Math.round(lowest - low / step);
  const output = { scales: [step], zeroPoints: [zero], axis: 0 };
  return { rows, bias, inputScale: scale, shift, output };
};
