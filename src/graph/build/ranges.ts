import type { Quantisation } from '../network.js';

/** Activations that operators can have fused into them. */
export type Activation = 'NONE' | 'RELU' | 'RELU_N1_TO_1' | 'RELU6' | 'TANH';

/** Standard deviations that the range of a feature map spans on each side; rarer values saturate. */
const RANGE_DEVIATIONS = 4;
const STEPS = 255;
const LOWEST = -128;

/** Range of an activation's results, where that is narrower than the data's. */
const LIMITS: Readonly<Record<Activation, readonly [number, number]>> = {
  NONE: [-Infinity, Infinity],
  RELU: [0, Infinity],
  RELU_N1_TO_1: [-1, 1],
  RELU6: [0, 6],
  TANH: [-1, 1],
};

/** Quantisation of a tensor and the root mean square of its real values. */
export interface Range {
  readonly quantisation: Quantisation;
  readonly rms: number;
}

/** Quantisation with one scale, rounded to float32. */
export const perTensor = (scale: number, zeroPoint: number): Quantisation => ({
  scales: [Math.fround(scale)],
  zeroPoints: [zeroPoint],
  axis: 0,
});

/** Quantisation of int8 values of the given root mean square after an activation, and their own root mean square. */
export const ranged = (rms: number, activation: Activation): Range => {
  const [least, most] = LIMITS[activation];
  const low = Math.max(least, -RANGE_DEVIATIONS * rms);
  const high = Math.min(most, RANGE_DEVIATIONS * rms);
  const scale = Math.fround((high - low) / STEPS);
  const zeroPoint = Math.round(LOWEST - low / scale);
  const kept = low === 0 ? rms * Math.SQRT1_2 : rms;
  return { quantisation: perTensor(scale, zeroPoint), rms: Math.min(kept, high) };
};

/** Values from 0 to 1 such as pixels. */
export const UNIT_RANGE = perTensor(1 / STEPS, LOWEST);
/** Root mean square of values evenly spread from 0 to 1. */
export const UNIT_RMS = Math.sqrt(1 / 3);

/** Results of SOFTMAX and LOGISTIC, as TFLite fixes them. */
export const PROBABILITIES = perTensor(1 / 256, LOWEST);
/** Results of TANH, as TFLite fixes them. */
export const SIGNED_UNIT = perTensor(1 / 128, 0);
