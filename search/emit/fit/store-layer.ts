import type { Tensor } from '../../../src/graph/network.js';
import {
  biasQuantisation,
  int32Bytes,
  LARGEST_BIAS,
  quantiseRows,
  realRows,
  rowBytes,
  rowQuantisation,
  type Scaling,
  type StoredLayer,
  type StoredRows,
} from '../../substitute/requantise.js';

/** What a layer that is stored anew should give, and what it reads. */
export interface LayerMeans {
  readonly inputs: Float64Array;
  readonly outputs: Float64Array;
  readonly inputScale: number;
  /** The mean inputs belong to each output's own row (depthwise) or to all. */
  readonly own: boolean;
}

/** Bias of a layer that must be able to hold some numbers: no scale of weights is so small that it could not. */
const leastScales = (biases: Float64Array, inputScale: number, originals: readonly number[]): Float64Array =>
  biases.map((bias, o) => {
    const fits = Math.abs(bias) / (inputScale * LARGEST_BIAS);
    return Math.max(fits, 1e-6 * (originals[o] ?? originals[0] ?? 0));
  });

/** Outputs of some rows of weights for the mean inputs. */
const meanProducts = (rows: Float64Array, outputs: number, { inputs, own }: LayerMeans): Float64Array => {
  const length = rows.length / outputs;
  return Float64Array.from({ length: outputs }, (_, o) => {
    let sum = 0;
    const from = own ? o * length : 0;
    for (let i = 0; i < length; i++) sum += rows[o * length + i]! * inputs[from + i]!;
    return sum;
  });
};

/**
 * Quantises rows of weights, and chooses the bias with which the rows as they are stored give the wanted means.
 * @param originals scales of the weights that these replace
 */
export const storeLayer = (
  rows: Float64Array,
  means: LayerMeans,
  scaling: Scaling,
  originals: readonly number[],
): StoredLayer => {
  const { outputs, inputScale } = means;
  const biasFor = (weights: Float64Array): Float64Array =>
    meanProducts(weights, outputs.length, means).map((product, o) => outputs[o]! - product);
  const stored = quantiseRows(rows, leastScales(biasFor(rows), inputScale, originals), scaling);
  const bias = Int32Array.from(biasFor(realRows(stored)), (value, o) => {
    const level = Math.round(value / (inputScale * stored.scales[o]!));
    return Math.min(LARGEST_BIAS, Math.max(-LARGEST_BIAS, level));
  });
  return { rows: stored, bias, inputScale };
};

/** A tensor of weights with stored rows; channels lie along `axis`. */
export const weightsTensor = (tensor: Tensor, stored: StoredRows, axis: number): Tensor => ({
  ...tensor,
  quantisation: rowQuantisation(stored, axis),
  constant: { bytes: rowBytes(stored, axis > 0) },
});

/** A bias of int32 beside stored weights; it states as many scales as before. */
export const biasTensor = (tensor: Tensor, { rows, bias, inputScale }: StoredLayer): Tensor => {
  const { scales, ...rest } = biasQuantisation(inputScale, rowQuantisation(rows, 0));
  const count = tensor.quantisation?.scales.length ?? 0;
  const stated = count < scales.length ? scales.slice(0, count) : scales;
  const quantisation = { ...rest, scales: stated, zeroPoints: stated.map(() => 0) };
  return {
    ...tensor,
    ...(tensor.quantisation && { quantisation }),
    constant: { bytes: int32Bytes(bias) },
  };
};
