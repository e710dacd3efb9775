import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { inputError } from '../errors.js';
import type { Network, Tensor } from '../graph/network.js';
import type { Samples } from './samples.js';

/** Numbers of about normal distribution that a seed determines: sums of uniform ones. */
const normalNumbers = (seed: number): (() => number) => {
  const generator = xoroshiro128plus(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniformFloat64(generator);
    return sum;
  };
};

/** Adds noise on a grid of `cell` pixels, straight lines between its points. */
const addOctave = (
  plane: Float64Array,
  height: number,
  width: number,
  cell: number,
  next: () => number,
): void => {
  const columns = Math.ceil(width / cell) + 2;
  const grid = Float64Array.from({ length: columns * (Math.ceil(height / cell) + 2) }, next);
  const [down, right] = [Math.abs(next()) % 1, Math.abs(next()) % 1];
  for (let y = 0; y < height; y++) {
    const v = y / cell + down;
    const [row, fy] = [Math.floor(v), v % 1];
    for (let x = 0; x < width; x++) {
      const u = x / cell + right;
      const [column, fx] = [Math.floor(u), u % 1];
      const at = row * columns + column;
      const above = grid[at]! * (1 - fx) + grid[at + 1]! * fx;
      const below = grid[at + columns]! * (1 - fx) + grid[at + columns + 1]! * fx;
      plane[y * width + x]! += above * (1 - fy) + below * fy;
    }
  }
};

/** A picture whose octaves are equally strong, as in photographs: amplitudes fall with 1/frequency. */
const pinkPlane = (height: number, width: number, next: () => number): Float64Array => {
  const plane = new Float64Array(height * width);
  for (let cell = 1; cell < 2 * Math.max(height, width); cell *= 2)
    addOctave(plane, height, width, cell, next);
  const mean = plane.reduce((sum, value) => sum + value, 0) / plane.length;
  const deviation = Math.sqrt(plane.reduce((sum, value) => sum + (value - mean) ** 2, 0) / plane.length);
  return plane.map((value) => (value - mean) / (deviation || 1));
};

/** Share of a picture that its channels have in common. */
const COMMON = 0.9;

/** Why a tensor is not filled with pictures; undefined if it can be. */
const unlikePicture = ({ shape, type }: Tensor): string | undefined => {
  if (type !== 'int8' && type !== 'uint8') return `its type is ${type}`;
  if (shape?.length !== 4) return 'it has no height, width and channels';
  return Math.min(shape[1]!, shape[2]!) < 8 ? 'it is smaller than 8x8' : undefined;
};

/**
 * Noise like that of photographs as stand-ins for samples: their amplitudes fall with frequency, channels are alike,
 * brightness and contrast vary. Good for choosing channels and refitting them, not for judging a network.
 *
 * @throws an input error where an input is not like a picture
 */
export const syntheticSamples = (network: Network, count: number, seed: number): Samples => {
  const next = normalNumbers(seed);
  const [{ inputs, tensors }] = network.graphs;
  const values = inputs.map((t) => {
    const tensor = tensors[t]!;
    const reason = unlikePicture(tensor);
    if (reason !== undefined) {
      throw inputError(`no synthetic samples for input ${tensor.name} of ${network.name}: ${reason}`);
    }
    const [images, height, width, channels] = tensor.shape as [number, number, number, number];
    const size = height * width * channels;
    const lowest = tensor.type === 'int8' ? -128 : 0;
    const result = new (tensor.type === 'int8' ? Int8Array : Uint8Array)(count * images * size);
    for (let from = 0; from < result.length; from += size) {
      const common = pinkPlane(height, width, next);
      const [middle, contrast] = [128 + 32 * next(), 56 * Math.exp(0.3 * next())];
      for (let c = 0; c < channels; c++) {
        const own = channels === 1 ? common : pinkPlane(height, width, next);
        for (let i = 0; i < height * width; i++) {
          const shade = channels === 1 ? common[i]! : COMMON * common[i]! + (1 - COMMON) * own[i]! * 3;
          const level = Math.min(255, Math.max(0, Math.round(middle + contrast * shade)));
          result[from + i * channels + c] = lowest + level;
        }
      }
    }
    return result;
  });
  return { count, inputs: values, source: 'synthetic' };
};
