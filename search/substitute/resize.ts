import { ELEMENT_BITS, type Quantisation, type Tensor } from '../../src/graph/network.js';

const resizeList = (list: readonly number[], count: number): number[] =>
  Array.from({ length: count }, (_, i) => list[Math.min(i, list.length - 1)]!);

const resizeQuantisation = (q: Quantisation, axis: number, count: number): Quantisation =>
  q.axis === axis && q.scales.length > 1
    ? { axis, scales: resizeList(q.scales, count), zeroPoints: resizeList(q.zeroPoints, count) }
    : q;

/** Copy of a constant's bytes with another length of its last axis; the last entry is repeated where it grows. */
const resizeBytes = (tensor: Tensor, bytes: Uint8Array, count: number): Uint8Array => {
  const before = tensor.shape!.at(-1)!;
  const width = ELEMENT_BITS[tensor.type] >> 3;
  const rows = bytes.byteLength / (before * width);
  const result = new Uint8Array(rows * count * width);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < count; i++) {
      const from = (row * before + Math.min(i, before - 1)) * width;
      result.set(bytes.subarray(from, from + width), (row * count + i) * width);
    }
  }
  return result;
};

const reshaped = (tensor: Tensor, axis: number, count: number): Tensor => {
  const q = tensor.quantisation;
  const shape = tensor.shape!.with(axis, count);
  return q === undefined
    ? { ...tensor, shape }
    : { ...tensor, shape, quantisation: resizeQuantisation(q, axis, count) };
};

/** A feature map with another number of channels. */
export const withChannels = (tensor: Tensor, channels: number): Tensor =>
  reshaped(tensor, tensor.shape!.length - 1, channels);

/** Weights or a bias with other sizes of some axes: the values are no longer known. */
export const withUnknownValues = (tensor: Tensor, axes: readonly (readonly [number, number])[]): Tensor => {
  const resized = axes.reduce((t, [axis, count]) => reshaped(t, axis, count), tensor);
  return { ...resized, constant: {} };
};

/** A constant of one value per channel with another number of channels: cut, or padded with its last value. */
export const withChannelValues = (tensor: Tensor, channels: number): Tensor => {
  const bytes = tensor.constant?.bytes;
  const resized = withChannels(tensor, channels);
  return bytes === undefined
    ? resized
    : { ...resized, constant: { bytes: resizeBytes(tensor, bytes, channels) } };
};

/** An int32 shape constant with another last entry; −1 ("whatever remains") stays. */
export const withLastEntry = (tensor: Tensor, entry: number): Tensor => {
  const bytes = tensor.constant!.bytes!.slice();
  const view = new DataView(bytes.buffer);
  const last = bytes.byteLength - 4;
  if (view.getInt32(last, true) >= 0) view.setInt32(last, entry, true);
  return { ...tensor, constant: { bytes } };
};
