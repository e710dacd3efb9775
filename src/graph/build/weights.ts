import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** Largest magnitude of a quantised weight: symmetric, so −128 is not used. */
const MAX_WEIGHT = 127;

/** Spreads tensor numbers over the seeds (2^32 divided by the golden ratio). */
const SEED_STEP = 0x9e3779b1;

/** A stream of random numbers of its own for each tensor, so that one layer's size does not change the next one's values. */
export const tensorStream = (seed: number, tensor: number): RandomGenerator =>
  xoroshiro128plus((seed ^ Math.imul(tensor + 1, SEED_STEP)) | 0);

/** One value of a Laplacian distribution with mean 0 and standard deviation 1. */
export const laplacian = (stream: RandomGenerator): number => {
  const u = uniformFloat64(stream) - 0.5;
  return (-Math.sign(u) * Math.log(1 - 2 * Math.abs(u))) / Math.SQRT2;
};

/** Quantised weights and the float32 scale of each channel. */
export interface GeneratedWeights {
  readonly values: Int8Array;
  readonly scales: readonly number[];
}

/**
 * Weights as training leaves them: Laplacian with the standard deviation √(2 / fan-in), each channel (or the whole
 * tensor) scaled so that its largest weight becomes ±127.
 *
 * @param channelOf - channel of each element
 * @param channels - number of channels, 1 for one scale for all
 * @param fanIn - weights that make one output value
 */
export const generateWeights = (
  stream: RandomGenerator,
  elements: number,
  channels: number,
  channelOf: (element: number) => number,
  fanIn: number,
): GeneratedWeights => {
  const deviation = Math.sqrt(2 / fanIn);
  const real = Float64Array.from({ length: elements }, () => deviation * laplacian(stream));
  const largest = new Float64Array(channels);
  real.forEach((value, i) => {
    const channel = channelOf(i);
    largest[channel] = Math.max(largest[channel]!, Math.abs(value));
  });
  const scales = Array.from(largest, (value) => Math.fround((value || 1) / MAX_WEIGHT));
  const values = Int8Array.from(real, (value, i) => {
    const quantised = Math.round(value / scales[channelOf(i)]!);
    return Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, quantised));
  });
  return { values, scales };
};
