import { below, seededRandom, shuffle } from '../../space/random.js';
import { patchLength, positionsOf, type Window } from './window.js';

/** Stored values of a feature map for some samples, one after another. */
export type Stored = Int8Array | Uint8Array;

/**
 * Output positions to look at, about as many of each sample, rising: sample · positions + position.
 * @param most all of them where there are no more
 */
export const choosePlaces = (positions: number, samples: number, most: number, seed: number): Int32Array => {
  const total = positions * samples;
  if (most >= total) return Int32Array.from({ length: total }, (_, i) => i);
  const rng = seededRandom(seed);
  const each = Math.floor(most / samples);
  const ones = new Set(
    shuffle(
      rng,
      Array.from({ length: samples }, (_, i) => i),
      most - each * samples,
    ),
  );
  const places: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const chosen = new Set<number>();
    const wanted = each + (ones.has(sample) ? 1 : 0);
    while (chosen.size < wanted) chosen.add(below(rng, positions));
    for (const position of [...chosen].sort((a, b) => a - b)) places.push(sample * positions + position);
  }
  return Int32Array.from(places);
};

/**
 * Patches that a layer reads at some places, less the zero point: kernel positions × channels each, zero where the
 * window is beyond the border.
 */
export const patchesAt = (
  values: Stored,
  window: Window,
  zeroPoint: number,
  places: Int32Array,
): Int16Array => {
  const { inputHeight, inputWidth, channels, kernelHeight, kernelWidth } = window;
  const { outputHeight, outputWidth, strideHeight, strideWidth, top, left } = window;
  const { dilationHeight, dilationWidth, images } = window;
  const length = patchLength(window);
  const positions = positionsOf(window);
  const perImage = outputHeight * outputWidth;
  const patches = new Int16Array(places.length * length);
  places.forEach((place, n) => {
    const position = place % positions;
    const image = ((place - position) / positions) * images + Math.floor(position / perImage);
    const within = position % perImage;
    const column = within % outputWidth;
    const y0 = ((within - column) / outputWidth) * strideHeight - top;
    const x0 = column * strideWidth - left;
    let at = n * length;
    for (let ky = 0; ky < kernelHeight; ky++) {
      const y = y0 + ky * dilationHeight;
      for (let kx = 0; kx < kernelWidth; kx++, at += channels) {
        const x = x0 + kx * dilationWidth;
        if (y < 0 || y >= inputHeight || x < 0 || x >= inputWidth) continue;
        const from = ((image * inputHeight + y) * inputWidth + x) * channels;
        for (let c = 0; c < channels; c++) patches[at + c] = values[from + c]! - zeroPoint;
      }
    }
  });
  return patches;
};

/** Mean of each column of some rows. */
export const columnMeans = (rows: Int16Array, length: number): Float64Array => {
  const sums = new Float64Array(length);
  for (let from = 0; from < rows.length; from += length) {
    for (let i = 0; i < length; i++) sums[i]! += rows[from + i]!;
  }
  const count = Math.max(1, rows.length / length);
  return sums.map((sum) => sum / count);
};
