import type { ElementType, Quantisation, Tensor } from '../../src/graph/network.js';
import type { Target } from './substitution.js';

/** Lowest and highest value that an 8-bit type stores. */
export const storedRange = (type: ElementType): readonly [number, number] =>
  type === 'uint8' ? [0, 255] : [-128, 127];

/**
 * How the rows of weights are quantised: symmetric with a scale for each row, or with one for all; or with one scale
 * and zero point for all.
 */
export type Scaling = 'per-row' | 'per-tensor' | 'affine';

/**
 * How new weights of a layer are quantised. A fully connected layer with one scale keeps to one: runtimes refuse
 * several where its bias has one.
 */
export const scalingOf = ({ operator, weights }: Pick<Target, 'operator' | 'weights'>): Scaling => {
  if (weights.type !== 'int8') return 'affine';
  const single = (weights.quantisation?.scales.length ?? 1) <= 1;
  return operator.kind === 'FULLY_CONNECTED' && single ? 'per-tensor' : 'per-row';
};

/** Quantised weights, one row per output channel of their layer. */
export interface StoredRows {
  readonly scaling: Scaling;
  /** Stored values less their zero point, in the order of the values. */
  readonly levels: Int16Array;
  /** Real value of one level, per row; all the same where one scale is for all. */
  readonly scales: Float64Array;
  readonly zeroPoint: number;
}

/** What is stored of a layer, and the scale of what it reads. */
export interface StoredLayer {
  readonly rows: StoredRows;
  /** In units of input scale × weights' scale. */
  readonly bias: Int32Array;
  readonly inputScale: number;
}

/** Below this, numbers are zero: a scale made of them would be no normal float32. */
const TINY = 1e-30;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** ±127 of one scale per row. */
const symmetric = (values: Float64Array, least: Float64Array): Pick<StoredRows, 'levels' | 'scales'> => {
  const rows = least.length;
  const length = values.length / rows;
  const levels = new Int16Array(values.length);
  const scales = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const from = row * length;
    let largest = 0;
    for (let i = from; i < from + length; i++) largest = Math.max(largest, Math.abs(values[i]!));
    const scale = Math.fround(Math.max(largest / 127, least[row]!, TINY));
    scales[row] = scale;
    for (let i = from; i < from + length; i++) levels[i] = clamp(Math.round(values[i]! / scale), -127, 127);
  }
  return { levels, scales };
};

/**
 * Quantises rows of weights: symmetric ones to ±127, others with a range that holds zero. No scale is below the `least`
 * of its rows, and rows of zeros get that one.
 */
export const quantiseRows = (values: Float64Array, least: Float64Array, scaling: Scaling): StoredRows => {
  if (scaling === 'per-row') return { scaling, ...symmetric(values, least), zeroPoint: 0 };
  const scales = new Float64Array(least.length);
  const most = least.reduce((a, b) => Math.max(a, b), TINY);
  if (scaling === 'per-tensor') {
    const whole = symmetric(values, Float64Array.of(most));
    return { scaling, levels: whole.levels, scales: scales.fill(whole.scales[0]!), zeroPoint: 0 };
  }
  const levels = new Int16Array(values.length);
  let [low, high] = [0, 0];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const scale = Math.fround(Math.max((high - low) / 255, most));
  const zeroPoint = clamp(Math.round(-low / scale), 0, 255);
  for (let i = 0; i < values.length; i++) {
    levels[i] = clamp(Math.round(values[i]! / scale), -zeroPoint, 255 - zeroPoint);
  }
  return { scaling, levels, scales: scales.fill(scale), zeroPoint };
};

/** Real values of stored rows. */
export const realRows = ({ levels, scales }: StoredRows): Float64Array => {
  const length = levels.length / scales.length;
  const values = new Float64Array(levels.length);
  for (let row = 0; row < scales.length; row++) {
    for (let i = row * length; i < (row + 1) * length; i++) values[i] = levels[i]! * scales[row]!;
  }
  return values;
};

/** Quantisation of stored rows, as it is written; scales per row belong to `axis`. */
export const rowQuantisation = (stored: StoredRows, axis: number): Quantisation =>
  stored.scaling === 'per-row'
    ? { scales: [...stored.scales], zeroPoints: new Array<number>(stored.scales.length).fill(0), axis }
    : { scales: [stored.scales[0]!], zeroPoints: [stored.zeroPoint], axis: 0 };

/** Bytes of stored rows; channels last (as depthwise weights have them) or first. */
export const rowBytes = (stored: StoredRows, channelsLast: boolean): Uint8Array => {
  const { levels, scales, zeroPoint } = stored;
  const rows = scales.length;
  const length = levels.length / rows;
  const bytes = new Uint8Array(levels.length);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < length; i++) {
      bytes[channelsLast ? i * rows + row : row * length + i] = levels[row * length + i]! + zeroPoint;
    }
  }
  return bytes;
};

/** The output channels `from` to `to` of a stored layer. */
export const someChannels = (
  { rows, bias, inputScale }: StoredLayer,
  from: number,
  to: number,
): StoredLayer => {
  const length = rows.levels.length / rows.scales.length;
  const levels = rows.levels.subarray(from * length, to * length);
  const scales = rows.scales.subarray(from, to);
  return { rows: { ...rows, levels, scales }, bias: bias.subarray(from, to), inputScale };
};

/** int32 values as bytes, little endian. */
export const int32Bytes = (values: ArrayLike<number>): Uint8Array => {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setInt32(4 * i, values[i]!, true);
  return bytes;
};

/** Largest magnitude that a bias is given: half of int32, so that the sum of products fits beside it. */
export const LARGEST_BIAS = 2 ** 30;

/** Quantisation of a layer's bias: input scale times the weights' scales, as float32. */
export const biasQuantisation = (inputScale: number, weights: Quantisation): Quantisation => ({
  scales: weights.scales.map((scale) => Math.fround(inputScale * scale)),
  zeroPoints: weights.scales.map(() => 0),
  axis: 0,
});

/**
 * Real values of a convolution's bias, one per output channel; zeros where it has none. Its stored values count input
 * scale × weights' scale, as runtimes compute it. Undefined where its bytes are not known.
 */
export const realBias = (
  bias: Tensor | undefined,
  inputScale: number,
  weightScales: readonly number[],
  channels: number,
): Float64Array | undefined => {
  const values = new Float64Array(channels);
  if (bias === undefined) return values;
  const bytes = bias.constant?.bytes;
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = bias.type === 'int64' ? 8 : 4;
  for (let c = 0; c < Math.min(channels, bytes.byteLength / width); c++) {
    const stored = width === 8 ? Number(view.getBigInt64(8 * c, true)) : view.getInt32(4 * c, true);
    values[c] = stored * inputScale * (weightScales[c] ?? weightScales[0]!);
  }
  return values;
};
