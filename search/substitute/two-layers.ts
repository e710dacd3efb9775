import { transposed } from './dense.js';
import { storeFirstLayer, type FirstLayer } from './intermediate.js';
import { realWeights } from './real-weights.js';
import { LARGEST_BIAS, quantiseRows, realBias, realRows, scalingOf, type StoredLayer } from './requantise.js';
import type { Activation, RetainedWeights, Target } from './substitution.js';
import {
  fit,
  leadingShare,
  leadingFilters,
  productShare,
  spectrumOf,
  unfold,
  type Unfolding,
} from './unfolding.js';

/** A convolution as two layers with stored weights. */
export interface TwoLayers {
  /** Channel `term · blocks + block` of the intermediate holds the filter of that term and block. */
  readonly first: FirstLayer;
  /** One row per output channel; within it the intermediate's channels vary fastest. */
  readonly second: StoredLayer;
  readonly retained: RetainedWeights;
}

/** From [block][term][…] to [term · blocks + block][…]. */
const byChannel = (values: Float64Array, blocks: number, terms: number): Float64Array => {
  const length = values.length / (blocks * terms);
  const result = new Float64Array(values.length);
  for (let b = 0; b < blocks; b++) {
    for (let t = 0; t < terms; t++) {
      const from = (b * terms + t) * length;
      result.set(values.subarray(from, from + length), (t * blocks + b) * length);
    }
  }
  return result;
};

/** From [term · blocks + block][…] to [block][term][…]. */
const byBlock = (values: Float64Array, blocks: number, terms: number): Float64Array =>
  byChannel(values, terms, blocks);

/** Quantises the second layer's rows; its bias is the convolution's, less what the first layer's bias adds to it. */
const storeSecondLayer = (
  rows: Float64Array,
  bias: Float64Array,
  first: FirstLayer,
  target: Target,
): StoredLayer => {
  const outputs = bias.length;
  const length = rows.length / outputs;
  const [inputScale] = first.output.scales as [number];
  const originals = target.weights.quantisation!.scales;
  const least = bias.map((b, o) => {
    const fits = Math.abs(b) / (inputScale * LARGEST_BIAS);
    const empty = rows.subarray(o * length, (o + 1) * length).every((value) => value === 0);
    return empty ? Math.max(fits, originals[o] ?? originals[0]!) : fits;
  });
  const stored = quantiseRows(rows, least, scalingOf(target));
  const channels = first.shift.length;
  const secondBias = new Int32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let shift = 0;
    for (let i = o * length; i < (o + 1) * length; i++)
      shift += stored.levels[i]! * first.shift[i % channels]!;
    const scale = stored.scales[o]!;
    secondBias[o] = Math.round((bias[o]! / scale - shift) / inputScale);
  }
  return { rows: stored, bias: secondBias, inputScale };
};

/**
 * Computes the weights of two layers that stand for a convolution: filters from the leading terms of its unfolding,
 * stored; then the second layer's rows that go best with the filters as they are stored; stored in turn. Undefined
 * where the convolution's values or quantisations are not known.
 */
export const solveTwoLayers = (
  target: Target,
  u: Unfolding,
  terms: number,
  activation: Activation,
): TwoLayers | undefined => {
  const { ifm, weights, bias } = target;
  const { quantisation: input } = ifm;
  const spectrum = spectrumOf(weights, u);
  const values = realWeights(weights);
  if (spectrum === undefined || values === undefined || input === undefined || input.scales.length === 0) {
    return undefined;
  }
  const outputs = weights.shape![0]!;
  const realBiases = realBias(bias, input.scales[0]!, weights.quantisation!.scales, outputs);
  if (realBiases === undefined) return undefined;
  const channels = u.blocks * terms;
  const matrices = unfold(values, u);
  const filters = byChannel(leadingFilters(spectrum, u, terms), u.blocks, terms);
  const source = { type: ifm.type, quantisation: input };
  const first = storeFirstLayer(filters, channels, activation, source, scalingOf(target));
  const left = byBlock(realRows(first.rows), u.blocks, terms);
  const right = byChannel(fit(left, matrices, terms, u), u.blocks, terms);
  const second = storeSecondLayer(transposed(right, channels, u.columns), realBiases, first, target);
  const storedRight = byBlock(transposed(realRows(second.rows), u.columns, channels), u.blocks, terms);
  const unknown = activation === 'relu';
  const retained = {
    before: unknown ? NaN : leadingShare(weights, u, terms),
    after: unknown ? NaN : productShare(left, storedRight, matrices, terms, u),
  };
  return { first, second, retained };
};
