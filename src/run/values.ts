import type { ElementType, Tensor } from '../graph/network.js';

/**
 * Values of one tensor for a batch: samples one after another, each of the tensor's elements in row-major order. An
 * array of the tensor's type; booleans are bytes, and integers of 64 bits are held as numbers.
 */
export type Values =
  Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** Types whose values can be held, and the array for each. */
const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  int64: Float64Array,
} as const;

export type HeldType = keyof typeof ARRAYS;

export const isHeld = (type: ElementType): type is HeldType => type in ARRAYS;

/** An array of zeros. */
export const zeros = (type: HeldType, length: number): Values => new ARRAYS[type](length);

/** Values of little-endian bytes. */
export const valuesOf = (type: HeldType, bytes: Uint8Array): Values => {
  const copy = new Uint8Array(bytes);
  if (type === 'int64') return Float64Array.from(new BigInt64Array(copy.buffer, 0, copy.length >> 3), Number);
  return new ARRAYS[type](copy.buffer, 0, Math.floor(copy.length / ARRAYS[type].BYTES_PER_ELEMENT));
};

/** Least and greatest value of the quantised types. */
export const RANGES = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
} as const;

export type QuantisedType = keyof typeof RANGES;

export const isQuantised = (type: ElementType): type is QuantisedType => type in RANGES;

/** Real values of a tensor of one scale; values without quantisation stay as they are. */
export const realValues = (values: Values, { quantisation }: Tensor): Float32Array => {
  const [scale = 1, zeroPoint = 0] = [quantisation?.scales[0], quantisation?.zeroPoints[0]];
  return Float32Array.from(values, (value) => scale * (value - zeroPoint));
};

/** An array of zeros of the same type. */
export const zerosLike = (values: Values, length: number): Values =>
  new (values.constructor as new (length: number) => Values)(length);

/** Values one after another `count` times. */
export const repeated = (values: Values, count: number): Values => {
  const all = zerosLike(values, values.length * count);
  for (let i = 0; i < count; i++) all.set(values, i * values.length);
  return all;
};
