import { perTensor } from '../src/graph/build/ranges.js';
import type { Quantisation } from '../src/graph/network.js';

const LARGEST_WEIGHT = 127;
const LEAST = -128;
const STEPS = 255;

/** Quantisation of int8 values from `low` to `high`, with 0 exact. */
export const rangeQuantisation = ([low, high]: readonly [number, number]): Quantisation => {
  const scale = Math.fround((high - low) / STEPS);
  return perTensor(scale, Math.round(LEAST - low / scale));
};

/** Real weights, one output channel after another, and the bias of each channel. */
export interface RealLayer {
  readonly weights: readonly number[];
  readonly bias: readonly number[];
}

interface Quantised<T> {
  readonly values: T;
  readonly quantisation: Quantisation;
}

const symmetric = (scales: readonly number[]): Quantisation => ({
  scales,
  zeroPoints: scales.map(() => 0),
  axis: 0,
});

/** Symmetric int8 weights with as many scales as asked for, and int32 biases in the scales of the products. */
export const quantiseLayer = (
  { weights, bias }: RealLayer,
  count: number,
  inputScale: number,
): { readonly weights: Quantised<Int8Array>; readonly bias: Quantised<Int32Array> } => {
  const part = weights.length / count;
  const scales = Array.from({ length: count }, (_, i) => {
    const largest = weights
      .slice(i * part, (i + 1) * part)
      .reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    return Math.fround((largest || 1) / LARGEST_WEIGHT);
  });
  const values = Int8Array.from(weights, (w, i) => Math.round(w / scales[Math.floor(i / part)]!));
  const biasScales = scales.map((scale) => Math.fround(scale * inputScale));
  const biases = Int32Array.from(bias, (b, i) => Math.round(b / biasScales[count === 1 ? 0 : i]!));
  return {
    weights: { values, quantisation: symmetric(scales) },
    bias: { values: biases, quantisation: symmetric(biasScales) },
  };
};
