import type { StreamOrder, StreamSlice } from './stream-order.js';

/** Writes `columns` IFM channels of `rows` OFM channels as a tile of uo×ui; returns the next position. */
const emitTile = (
  values: Int16Array,
  out: Int16Array,
  start: number,
  rows: number,
  uo: number,
  ui: number,
  columns: number,
  source: number,
  stride: number,
): number => {
  let at = start;
  let from = source;
  if (ui === 8 && columns === 8) {
    for (let oz = 0; oz < rows; oz++) {
      out[at] = values[from]!;
      out[at + 1] = values[from + 1]!;
      out[at + 2] = values[from + 2]!;
      out[at + 3] = values[from + 3]!;
      out[at + 4] = values[from + 4]!;
      out[at + 5] = values[from + 5]!;
      out[at + 6] = values[from + 6]!;
      out[at + 7] = values[from + 7]!;
      at += 8;
      from += stride;
    }
  } else {
    for (let oz = 0; oz < rows; oz++) {
      for (let iz = 0; iz < columns; iz++) out[at + iz] = values[from + iz]!;
      for (let iz = columns; iz < ui; iz++) out[at + iz] = 0;
      at += ui;
      from += stride;
    }
  }
  const end = start + uo * ui;
  while (at < end) out[at++] = 0;
  return end;
};

/**
 * Writes the kernel elements of one OFM ublock, channels `o` on, and one IFM part, channels `part` on; returns the next
 * position.
 */
const emitElements = (
  values: Int16Array,
  order: StreamOrder,
  slice: StreamSlice,
  out: Int16Array,
  start: number,
  elements: Int32Array,
  o: number,
  part: number,
): number => {
  const { ofmUblockDepth, ofmGroupDepth, ofmGroupStep, ifmDepth, ifmPartDepth, ifmGroupDepth } = order;
  const perChannel = order.kernelElements * ifmDepth;
  const stride = perChannel * slice.step;
  const padding = ((ofmUblockDepth * ofmGroupDepth) / ofmGroupStep) * ifmGroupDepth;
  const partEnd = part + ifmPartDepth;
  let at = start;
  for (let e = 0; e < elements.length; e++) {
    const element = elements[e]!;
    for (let i = part; i < partEnd; i += ifmGroupDepth) {
      if (element < 0 || i >= ifmDepth) {
        out.fill(0, at, at + padding);
        at += padding;
        continue;
      }
      const columns = Math.min(ifmGroupDepth, ifmDepth - i);
      for (let group = slice.group; group < ofmUblockDepth; group += ofmGroupStep) {
        const channel = o + group;
        const rows = Math.min(ofmGroupDepth, slice.channels - channel);
        const source = (slice.first + channel * slice.step) * perChannel + element * ifmDepth + i;
        at = emitTile(values, out, at, rows, ofmGroupDepth, ifmGroupDepth, columns, source, stride);
      }
    }
  }
  return at;
};

const emitConvolution = (
  values: Int16Array,
  order: StreamOrder,
  slice: StreamSlice,
  out: Int16Array,
): number => {
  const { ofmUblockDepth, ifmDepth, ifmBlockDepth, ifmPartDepth } = order;
  const { channels, blockDepth } = slice;
  const ifmBlocks = Math.ceil(ifmDepth / ifmBlockDepth);
  let backwards = false;
  let at = 0;
  for (let ob = 0; ob < channels; ob += blockDepth) {
    const blockEnd = Math.min(ob + blockDepth, channels);
    for (let block = 0; block < ifmBlocks; block++) {
      const ib = ifmBlockDepth * (backwards ? ifmBlocks - 1 - block : block);
      const ifmEnd = Math.min(ib + ifmBlockDepth, ifmDepth);
      for (const elements of order.subKernels) {
        for (let part = ib; part < ifmEnd; part += ifmPartDepth) {
          for (let o = ob; o < blockEnd; o += ofmUblockDepth) {
            at = emitElements(values, order, slice, out, at, elements, o, part);
          }
        }
      }
    }
    backwards = order.serpentine && !backwards;
  }
  return at;
};

const emitDepthwise = (
  values: Int16Array,
  order: StreamOrder,
  slice: StreamSlice,
  out: Int16Array,
): number => {
  const { ofmUblockDepth, ofmGroupDepth, ofmGroupStep, kernelElements } = order;
  const { first, step, channels, blockDepth } = slice;
  const stride = kernelElements * step;
  let at = 0;
  for (let ob = 0; ob < channels; ob += blockDepth) {
    const blockEnd = Math.min(ob + blockDepth, channels);
    for (const elements of order.subKernels) {
      for (let o = ob; o < blockEnd; o += ofmUblockDepth) {
        for (let e = 0; e < elements.length; e++) {
          const element = elements[e]!;
          for (let group = slice.group; group < ofmUblockDepth; group += ofmGroupStep) {
            const rows = element < 0 ? 0 : Math.min(ofmGroupDepth, channels - o - group);
            const source = (first + (o + group) * step) * kernelElements + element;
            let oz = 0;
            for (; oz < rows; oz++) out[at + oz] = values[source + oz * stride]!;
            for (; oz < ofmGroupDepth; oz++) out[at + oz] = 0;
            at += ofmGroupDepth;
          }
        }
      }
    }
  }
  return at;
};

/**
 * Writes the raw stream of `slice` into `out`, which holds at least `rawLength` values, and returns its length.
 * `values` are weights minus zero point in O, KH, KW, I order.
 */
export const emitStream = (
  values: Int16Array,
  order: StreamOrder,
  slice: StreamSlice,
  out: Int16Array,
): number =>
  order.depthwise ? emitDepthwise(values, order, slice, out) : emitConvolution(values, order, slice, out);
