import type { WeightArray } from './weight-array.js';

type ByteValues = Int8Array | Uint8Array;

/** Weights as a TFLite tensor holds them. */
export interface RawWeights {
  /** Equal keys must mean equal weights, see `WeightArray.key`. */
  readonly key: string;
  /** O·KH·KW·I bytes; read whenever the values are asked for. */
  readonly bytes: Uint8Array;
  readonly type: 'int8' | 'uint8';
  /** O, KH, KW, I of the result; for a depthwise filter O is the number of channels and I is 1. */
  readonly shape: readonly [number, number, number, number];
  /** How the bytes lie: O, KH, KW, I, or the depthwise filter's 1, KH, KW, C. */
  readonly order: 'OHWI' | '1HWC';
  /** Kind of the operation that the weights are for, which may differ from that of the filter. */
  readonly depthwise: boolean;
  /** Of the weight tensor; empty stands for 0. */
  readonly zeroPoints: readonly number[];
  /** Mirror the kernel in height and width (transpose convolution). */
  readonly mirrored?: boolean;
}

/** `buffer` cut to `length`, or new memory where there is none or it is too short. */
export const roomFor = (buffer: Int16Array | undefined, length: number): Int16Array =>
  buffer !== undefined && buffer.length >= length ? buffer.subarray(0, length) : new Int16Array(length);

const transpose = (
  source: ByteValues,
  elements: number,
  channels: number,
  zeroPoint: number,
  out: Int16Array,
): void => {
  for (let element = 0; element < elements; element++) {
    const row = element * channels;
    for (let c = 0; c < channels; c++) out[c * elements + element] = source[row + c]! - zeroPoint;
  }
};

const copy = (source: ByteValues, zeroPoint: number, out: Int16Array): void => {
  for (let k = 0; k < source.length; k++) out[k] = source[k]! - zeroPoint;
};

const mirror = (values: Int16Array, outputs: number, elements: number, depth: number): Int16Array => {
  const out = new Int16Array(values.length);
  for (let o = 0; o < outputs; o++) {
    for (let element = 0; element < elements; element++) {
      const from = (o * elements + element) * depth;
      out.set(values.subarray(from, from + depth), (o * elements + elements - 1 - element) * depth);
    }
  }
  return out;
};

/**
 * Several zero points are indexed by output channel for depthwise, else by IFM channel
 * (docs/model/weights.md#encoder-input).
 */
const subtractEach = (values: Int16Array, raw: RawWeights): void => {
  const { zeroPoints } = raw;
  const [, height, width, depth] = raw.shape;
  const perOutput = height * width * depth;
  for (let k = 0; k < values.length; k++) {
    const channel = raw.depthwise ? Math.floor(k / perOutput) : k % depth;
    values[k]! -= zeroPoints[channel % zeroPoints.length]!;
  }
};

const decode = (raw: RawWeights, buffer: Int16Array | undefined): Int16Array => {
  const { bytes, zeroPoints } = raw;
  const [outputs, height, width, depth] = raw.shape;
  const source = raw.type === 'int8' ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes;
  const values = roomFor(buffer, source.length);
  const common = zeroPoints.every((zeroPoint) => zeroPoint === zeroPoints[0]);
  const zeroPoint = common ? (zeroPoints[0] ?? 0) : 0;
  if (raw.order === 'OHWI') copy(source, zeroPoint, values);
  else transpose(source, height * width, outputs, zeroPoint, values);
  if (!common) subtractEach(values, raw);
  return raw.mirrored === true ? mirror(values, outputs, height * width, depth) : values;
};

/** The weights of a TFLite filter as the encoder takes them: zero point taken off, in O, KH, KW, I order. */
export const weightsFromBytes = (raw: RawWeights): WeightArray => ({
  key: raw.key,
  shape: raw.shape,
  depthwise: raw.depthwise,
  predicted: false,
  values: (buffer) => decode(raw, buffer),
});
