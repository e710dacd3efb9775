import {
  ELEMENT_BITS,
  type Constant,
  type Quantisation,
  type Tensor,
  type WeightStatistics,
} from '../../src/graph/network.js';
import { elementsOf } from '../../src/graph/shape.js';
import type { ChannelMap } from './kept-channels.js';

/** An axis whose entries are chosen anew. */
export interface AxisMap {
  readonly axis: number;
  readonly map: ChannelMap;
}

/** What the entries that a map pads hold: real zeros, or copies of the last entry of the axis. */
export type Padding = 'zero' | 'last';

/**
 * Entries of a per-axis list; padded ones repeat the last positive scale and the zero point beside it. A list for an
 * axis that a bias does not have (files exist that name the axis of the weights) is for its only axis.
 */
const resizeQuantisation = (q: Quantisation, rank: number, { axis, map }: AxisMap): Quantisation => {
  if (q.scales.length <= 1 || (rank > 1 && q.axis !== axis)) return q;
  const positive = q.scales.findLastIndex((scale) => scale > 0);
  const repeated = positive < 0 ? q.scales.length - 1 : positive;
  const chosen = (list: readonly number[]): number[] =>
    list.length <= 1 ? [...list] : Array.from(map, (i) => list[i < 0 ? repeated : i]!);
  return { ...q, scales: chosen(q.scales), zeroPoints: chosen(q.zeroPoints) };
};

const reshaped = (tensor: Tensor, maps: readonly AxisMap[]): Tensor => {
  const shape = tensor.shape!.slice();
  let { quantisation } = tensor;
  for (const axisMap of maps) {
    shape[axisMap.axis] = axisMap.map.length;
    quantisation &&= resizeQuantisation(quantisation, shape.length, axisMap);
  }
  return quantisation === undefined ? { ...tensor, shape } : { ...tensor, shape, quantisation };
};

/** Runs of at least this many bytes are copied as blocks. */
const BLOCK = 16;

/** Chooses entries of an axis: `count` of them before, `inner` bytes each; padded ones stay zero. */
const gather = (from: Uint8Array, count: number, inner: number, map: ChannelMap): Uint8Array => {
  const rows = from.length / (count * inner);
  const to = new Uint8Array(rows * map.length * inner);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * count * inner;
    for (let k = 0; k < map.length; k++, at += inner) {
      if (map[k]! < 0) continue;
      const source = start + map[k]! * inner;
      if (inner === 1) to[at] = from[source]!;
      else if (inner >= BLOCK) to.set(from.subarray(source, source + inner), at);
      else for (let b = 0; b < inner; b++) to[at + b] = from[source + b]!;
    }
  }
  return to;
};

/** Stored form of real zero in the padded entries of integers whose zero point is not 0. */
const padWithZeroPoints = (bytes: Uint8Array, tensor: Tensor, maps: readonly AxisMap[]): void => {
  const q = tensor.quantisation;
  if (q === undefined || q.zeroPoints.every((z) => z === 0)) return;
  const shape = tensor.shape!;
  const width = ELEMENT_BITS[tensor.type] >> 3;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const perAxis = q.zeroPoints.length > 1 ? elementsOf(shape.slice(q.axis + 1)) : Infinity;
  const write = (element: number): void => {
    const zero = q.zeroPoints[Math.floor(element / perAxis) % q.zeroPoints.length]!;
    for (let b = 0; b < width; b++) view.setUint8(element * width + b, b < 4 ? zero >> (8 * b) : zero >> 31);
  };
  for (const { axis, map } of maps) {
    const inner = elementsOf(shape.slice(axis + 1));
    const rows = elementsOf(shape.slice(0, axis));
    for (let k = 0; k < map.length; k++) {
      if (map[k]! >= 0) continue;
      for (let row = 0; row < rows; row++) {
        const first = (row * map.length + k) * inner;
        for (let i = 0; i < inner; i++) write(first + i);
      }
    }
  }
};

const isInteger = ({ type }: Tensor): boolean => /^u?int/.test(type);

const resizedBytes = (
  before: Tensor,
  after: Tensor,
  maps: readonly AxisMap[],
  padding: Padding,
): Uint8Array => {
  const width = ELEMENT_BITS[before.type] >> 3;
  let { bytes } = before.constant as { readonly bytes: Uint8Array };
  const shape = before.shape!.slice();
  for (const { axis, map } of maps) {
    const count = shape[axis]!;
    const inner = width * elementsOf(shape.slice(axis + 1));
    bytes = gather(bytes, count, inner, padding === 'last' ? map.map((i) => (i < 0 ? count - 1 : i)) : map);
    shape[axis] = map.length;
  }
  if (padding === 'zero' && isInteger(before)) padWithZeroPoints(bytes, after, maps);
  return bytes;
};

/** Whether the bytes are there, one element after another and as many as the shape says. */
const isReadable = ({ type, shape, constant }: Tensor): boolean => {
  const bits = ELEMENT_BITS[type];
  return (
    bits >= 8 && constant?.bytes !== undefined && constant.bytes.length === (elementsOf(shape!) * bits) / 8
  );
};

/** A constant whose bytes are made when they are read, and are not kept longer than somebody reads them. */
const lazily = (make: () => Uint8Array): Constant => {
  let made: WeakRef<Uint8Array> | undefined;
  return {
    get bytes() {
      let bytes = made?.deref();
      if (bytes === undefined) made = new WeakRef((bytes = make()));
      return bytes;
    },
  };
};

/** A feature map with other channels. */
export const withChannels = (tensor: Tensor, map: ChannelMap): Tensor =>
  reshaped(tensor, [{ axis: tensor.shape!.length - 1, map }]);

/**
 * A constant with other sizes of some axes whose values are left open.
 *
 * @param statistics what is known of the values
 */
export const withUnknownValues = (
  tensor: Tensor,
  maps: readonly AxisMap[],
  statistics?: WeightStatistics,
): Tensor => ({
  ...reshaped(tensor, maps),
  constant: statistics === undefined ? {} : { statistics },
});

/**
 * A constant with entries of some axes left out or added; scales and zero points go with them. The bytes are made when
 * they are first read; unknown values, and elements that share a byte, stay or become unknown.
 */
export const withEntries = (tensor: Tensor, maps: readonly AxisMap[], padding: Padding): Tensor => {
  if (!isReadable(tensor)) return withUnknownValues(tensor, maps);
  const after = reshaped(tensor, maps);
  return { ...after, constant: lazily(() => resizedBytes(tensor, after, maps, padding)) };
};

/** An int32 shape constant with another last entry; −1 ("whatever remains") stays. */
export const withLastEntry = (tensor: Tensor, entry: number): Tensor => {
  const bytes = tensor.constant!.bytes!.slice();
  const view = new DataView(bytes.buffer);
  const last = bytes.byteLength - 4;
  if (view.getInt32(last, true) >= 0) view.setInt32(last, entry, true);
  return { ...tensor, constant: { bytes } };
};
