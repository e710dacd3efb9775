/** Weights are −255…255 after the zero point is taken off; symbol = weight + 255. */
export const SYMBOLS = 511;
export const ZERO_SYMBOL = 255;

/** Code numbers never exceed this (docs/model/weights.md#parameter-search). */
export const MAX_INDEX = 511;

/** Weights per chunk: each is analysed and coded on its own (docs/model/weights.md#coding). */
export const CHUNK_WEIGHTS = 131_072;

/** Weights per slice of the bit stream (docs/model/weights.md#slice-bits). */
export const SLICE_WEIGHTS = 32_767;

/** Magnitude/sign number of a symbol: 0, +1, −1, +2, … ↦ 0, 2, 3, 4, … (docs/model/weights.md#coding). */
export const MAGNITUDE_SIGN: Uint16Array = Uint16Array.from({ length: SYMBOLS }, (_, symbol) => {
  const weight = symbol - ZERO_SYMBOL;
  return 2 * Math.abs(weight) + (weight < 0 ? 1 : 0);
});
