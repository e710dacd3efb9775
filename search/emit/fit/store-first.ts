import type { ElementType, Quantisation } from '../../../src/graph/network.js';
import type { Activation } from '../../substitute/substitution.js';
import {
  quantiseRows,
  realRows,
  storedRange,
  type Scaling,
  type StoredLayer,
} from '../../substitute/requantise.js';
import { channelsOf, type ProductForm } from './factors.js';

/** Observed ranges are widened by this share of them: 5 % in all. */
const MARGIN = 0.025;

/** Lowest and highest value of each channel. */
interface Ranges {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** What filters give on patches, over all shifts; in units of the patches' levels. */
const observedRanges = (form: ProductForm, filters: Float64Array, patches: Int16Array): Ranges => {
  const { blocks, entries, shifts, columns } = form;
  const channels = channelsOf(form);
  const low = new Float64Array(channels).fill(Infinity);
  const high = new Float64Array(channels).fill(-Infinity);
  const length = columns.length;
  const own = new Float64Array(entries);
  for (let from = 0; from < patches.length; from += length) {
    for (let part = 0; part < shifts * blocks; part++) {
      for (let f = 0; f < entries; f++) own[f] = patches[from + columns[part * entries + f]!]!;
      for (let ch = part % blocks; ch < channels; ch += blocks) {
        let sum = 0;
        for (let f = 0, at = ch * entries; f < entries; f++, at++) sum += filters[at]! * own[f]!;
        if (sum < low[ch]!) low[ch] = sum;
        if (sum > high[ch]!) high[ch] = sum;
      }
    }
  }
  return patches.length === 0 ? { low: low.fill(0), high: high.fill(0) } : { low, high };
};

/** The first of two layers as it is stored. */
export interface FittedFirst extends StoredLayer {
  /** Quantisation of what it writes. */
  readonly output: Quantisation;
}

export interface FirstRequest {
  readonly filters: Float64Array;
  readonly activation: Activation;
  /** Whether a second layer that pads nothing takes a shift of the channels back. */
  readonly shiftable: boolean;
  readonly scaling: Scaling;
  /** What the layer reads. */
  readonly type: ElementType;
  readonly inputScale: number;
  readonly patches: Int16Array;
}

/** Filters whose channels reach further above zero than below it. */
const upwards = (filters: Float64Array, { low, high }: Ranges): Float64Array => {
  const entries = filters.length / low.length;
  return filters.map((tap, i) => {
    const channel = Math.floor(i / entries);
    return high[channel]! < -low[channel]! ? -tap : tap;
  });
};

/**
 * Stores filters, with a bias and an output quantisation for the values that samples give, and somewhat more. Only
 * products of a filter and its column of the second layer count, so each channel is scaled to the same width of range;
 * where the second layer can take it back, it is shifted to begin at the lowest level as well. With one scale for all
 * weights, the filters' largest taps are made equal instead.
 */
export const storeFirst = (form: ProductForm, request: FirstRequest): FittedFirst => {
  const { activation, shiftable, scaling, type, inputScale, patches } = request;
  const channels = channelsOf(form);
  const { entries } = form;
  // The sign of a channel that is shifted does not matter.
  const turned = shiftable
    ? request.filters
    : upwards(request.filters, observedRanges(form, request.filters, patches));
  const least = new Float64Array(channels);
  const quantised = quantiseRows(equalTaps(turned, channels, entries), least, scaling);
  const own = observedRanges(form, realRows(quantised), patches);
  const width = own.high.map((high, c) => inputScale * (high - own.low[c]!));
  const perRow = scaling === 'per-row';
  const gains = width.map((w) => (perRow && w > 0 ? 1 / w : 1));
  const rows = { ...quantised, scales: quantised.scales.map((scale, c) => Math.fround(scale * gains[c]!)) };
  const bias = new Int32Array(channels);
  let [low, high] = [0, 0];
  for (let c = 0; c < channels; c++) {
    const unit = gains[c]! * inputScale;
    const margin = MARGIN * width[c]! * gains[c]!;
    const [from, to] = [own.low[c]! * unit - margin, own.high[c]! * unit + margin];
    if (shiftable) {
      bias[c] = Math.round(-from / (inputScale * rows.scales[c]!));
      high = Math.max(high, to - from);
    } else {
      low = Math.min(low, from);
      high = Math.max(high, to);
    }
  }
  if (activation !== 'none') low = 0;
  const [lowest] = storedRange(type);
  const step = high > low ? Math.fround((high - low) / (low === 0 ? 255 : 254)) : inputScale;
  const zero = low === 0 ? lowest : Math.round(lowest - low / step);
  return { rows, bias, inputScale, output: { scales: [step], zeroPoints: [zero], axis: 0 } };
};

/** Filters whose largest taps are 1. */
const equalTaps = (filters: Float64Array, channels: number, entries: number): Float64Array => {
  const result = filters.slice();
  for (let c = 0; c < channels; c++) {
    const row = result.subarray(c * entries, (c + 1) * entries);
    const largest = row.reduce((most, tap) => Math.max(most, Math.abs(tap)), 0);
    if (largest > 0) for (let f = 0; f < entries; f++) row[f]! /= largest;
  }
  return result;
};
