import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { WeightArray } from './weight-array.js';
import { roomFor } from './from-bytes.js';
import { fillNormal, uniform } from './normal.js';

/** Layers whose trained weights have statistics of their own (docs/model/weights.md#unknown-weights). */
export type TrainedLike = 'convolution' | 'depthwise' | 'fully-connected';

const LARGEST = 127;

/** How often the largest tap of a kernel is positive (docs/model/weights.md#unknown-weights). */
const POSITIVE_SHARE: Readonly<Record<'convolution' | 'depthwise', number>> = {
  convolution: 0.5,
  depthwise: 0.62,
};

/**
 * Spread of the channels' scales where the whole tensor has one quantisation scale
 * (docs/model/weights.md#unknown-weights).
 */
const CHANNEL_SPREAD = 0.5;

let scratch = new Float64Array(0);

const scratchOf = (length: number): Float64Array =>
  scratch.length < length ? (scratch = new Float64Array(length)) : scratch;

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let h = 0x811c9dc5;
  for (let k = 0; k < text.length; k++) h = Math.imul(h ^ text.charCodeAt(k), 0x01000193);
  return h;
};

const indexOfLargest = (x: Float64Array, length: number): number => {
  let at = 0;
  let largest = -1;
  for (let k = 0; k < length; k++) {
    const magnitude = Math.abs(x[k]!);
    if (magnitude > largest) {
      largest = magnitude;
      at = k;
    }
  }
  return at;
};

/** Writes round(x · factor) into out[start, start + length). */
const quantise = (x: Float64Array, length: number, factor: number, out: Int16Array, start: number): void => {
  for (let k = 0; k < length; k++) out[start + k] = Math.floor(x[k]! * factor + 0.5);
};

const perChannel = (
  random: RandomGenerator,
  channels: number,
  perOutput: number,
  positiveShare: number,
  out: Int16Array,
): void => {
  const x = scratchOf(perOutput);
  for (let o = 0; o < channels; o++) {
    fillNormal(random, x, perOutput);
    const peak = x[indexOfLargest(x, perOutput)]!;
    const sign = uniform(random) < positiveShare ? 1 : -1;
    quantise(x, perOutput, (sign * LARGEST) / peak, out, o * perOutput);
  }
};

const perTensor = (random: RandomGenerator, channels: number, perOutput: number, out: Int16Array): void => {
  const length = channels * perOutput;
  const x = scratchOf(length);
  const scales = new Float64Array(channels);
  fillNormal(random, scales, channels);
  fillNormal(random, x, length);
  for (let o = 0; o < channels; o++) {
    const scale = Math.exp(CHANNEL_SPREAD * scales[o]!);
    for (let k = o * perOutput; k < (o + 1) * perOutput; k++) x[k]! *= scale;
  }
  quantise(x, length, LARGEST / Math.abs(x[indexOfLargest(x, length)]!), out, 0);
};

/**
 * Stand-in for the weights of a layer that is not trained yet: int8 values with the statistics of trained ones, the
 * same at every call for the same arguments (docs/model/weights.md#unknown-weights).
 *
 * @param shape O, KH, KW, I; for depthwise O is the number of channels and I is 1.
 * @param statistics Per-channel quantisation for `convolution` and `depthwise`, per-tensor for `fully-connected`.
 * @param depthwise Kind of the operation the weights are for, where it is not what `statistics` says.
 */
export const syntheticWeights = (
  shape: readonly [number, number, number, number],
  statistics: TrainedLike,
  depthwise = statistics === 'depthwise',
): WeightArray => {
  const [channels, height, width, depth] = shape;
  const seed = `${statistics} ${shape.join('x')}`;
  return {
    key: `synthetic ${seed}${depthwise ? ' depthwise' : ''}`,
    shape,
    depthwise,
    predicted: true,
    values: (buffer) => {
      const random = xoroshiro128plus(hash(seed));
      const perOutput = height * width * depth;
      const out = roomFor(buffer, channels * perOutput);
      if (statistics === 'fully-connected') perTensor(random, channels, perOutput, out);
      else perChannel(random, channels, perOutput, POSITIVE_SHARE[statistics], out);
      return out;
    },
  };
};
