import type { StreamLayout } from './encoding.js';

/** Kernel elements that are streamed together, as offsets into KH·KW; −1 stands for a padding element. */
type SubKernel = Int32Array;

/** How the weights of one operation are walked on Ethos-U55/U65 (reference 05 §2.2), worked out once per layout. */
export interface StreamOrder {
  readonly partKernel: boolean;
  readonly depthwise: boolean;
  readonly ofmUblockDepth: number;
  /** 1 for depthwise. */
  readonly ifmUblockDepth: number;
  readonly ifmDepth: number;
  readonly brickDepth: number;
  readonly kernelElements: number;
  /** Kernel elements of a sub-kernel are padded to a multiple of this. */
  readonly rounding: number;
  /** Largest sub-kernel. */
  readonly subHeight: number;
  readonly subWidth: number;
  readonly subKernels: readonly SubKernel[];
}

/** One depth slice of one stream: local channel o is channel `first + o·step` of the array. */
export interface StreamSlice {
  readonly first: number;
  readonly step: number;
  readonly channels: number;
  readonly blockDepth: number;
}

const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

const subKernels = (
  height: number,
  width: number,
  maxHeight: number,
  maxWidth: number,
  rounding: number,
): SubKernel[] => {
  const result: SubKernel[] = [];
  for (let y0 = 0; y0 < height; y0 += maxHeight) {
    const rows = Math.min(maxHeight, height - y0);
    for (let x0 = 0; x0 < width; x0 += maxWidth) {
      const columns = Math.min(maxWidth, width - x0);
      const elements = new Int32Array(rounding * ceilDiv(rows * columns, rounding)).fill(-1);
      for (let e = 0; e < rows * columns; e++) {
        elements[e] = (y0 + Math.floor(e / columns)) * width + x0 + (e % columns);
      }
      result.push(elements);
    }
  }
  return result;
};

/** Loop constants for weights of `shape` (O, KH, KW, I), reference 05 §2.2. */
export const streamOrder = (
  shape: readonly [number, number, number, number],
  layout: StreamLayout,
): StreamOrder => {
  const [, height, width, depth] = shape;
  const { traversal } = layout;
  const depthwise = traversal === 'depthwise';
  const partKernel = traversal === 'part-kernel';
  const narrow = layout.ifmBits <= 8;
  const rounding = depthwise ? 4 : partKernel ? (narrow ? 4 : 2) : 1;
  const brickDepth = depthwise ? 1 : partKernel || !narrow ? 16 : 32;
  const subHeight = Math.min(height, Math.max(1, Math.floor(8 / layout.dilationH)));
  const subWidth = Math.min(width, Math.max(1, Math.floor(8 / layout.dilationW)));
  return {
    partKernel,
    depthwise,
    ofmUblockDepth: layout.ofmUblockDepth,
    ifmUblockDepth: depthwise ? 1 : layout.ifmUblockDepth,
    ifmDepth: depthwise ? 1 : depth,
    brickDepth,
    kernelElements: height * width,
    rounding,
    subHeight,
    subWidth,
    subKernels: subKernels(height, width, subHeight, subWidth, rounding),
  };
};

/**
 * True where the OFM block depth changes nothing in the stream: no loop runs between OFM blocks and OFM ublocks, and
 * blocks end with a ublock.
 */
export const blocksAreSeamless = (order: StreamOrder, blockDepth: number): boolean =>
  order.subKernels.length === 1 &&
  order.ifmDepth <= (order.partKernel ? order.ifmUblockDepth : order.brickDepth) &&
  blockDepth % order.ofmUblockDepth === 0;

/** Weights in the raw stream, padding included (reference 05 §2.3). */
export const rawLength = (order: StreamOrder, slice: StreamSlice): number => {
  const { ofmUblockDepth: uo, ifmUblockDepth: ui, ifmDepth, brickDepth } = order;
  const whole = Math.floor(slice.channels / slice.blockDepth);
  const rest = slice.channels - whole * slice.blockDepth;
  const ofmDepth = uo * (whole * ceilDiv(slice.blockDepth, uo) + ceilDiv(rest, uo));
  const depthUnit = order.partKernel ? ui : brickDepth;
  const elements = order.subKernels.reduce((total, sub) => total + sub.length, 0);
  return ofmDepth * depthUnit * ceilDiv(ifmDepth, depthUnit) * elements;
};

/** Writes one kernel element of `uo`×`ui` channels from channel o and IFM index i on; returns the next position. */
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

const emitConvolution = (
  values: Int16Array,
  order: StreamOrder,
  slice: StreamSlice,
  out: Int16Array,
): number => {
  const { partKernel, ofmUblockDepth: uo, ifmUblockDepth: ui, ifmDepth, brickDepth, kernelElements } = order;
  const { first, step, channels, blockDepth } = slice;
  const perChannel = kernelElements * ifmDepth;
  const stride = perChannel * step;
  const padding = uo * ui;
  let at = 0;
  for (let ob = 0; ob < channels; ob += blockDepth) {
    const blockEnd = Math.min(ob + blockDepth, channels);
    for (let ib = 0; ib < ifmDepth; ib += brickDepth) {
      const span = partKernel ? Math.min(brickDepth, ifmDepth - ib) : brickDepth;
      const outerSpan = partKernel ? span : 1;
      const innerSpan = partKernel ? 1 : span;
      for (const elements of order.subKernels) {
        for (let outer = 0; outer < outerSpan; outer += ui) {
          for (let o = ob; o < blockEnd; o += uo) {
            const rows = Math.min(uo, channels - o);
            const base = (first + o * step) * perChannel;
            for (let e = 0; e < elements.length; e++) {
              const element = elements[e]!;
              for (let inner = 0; inner < innerSpan; inner += ui) {
                const i = ib + outer + inner;
                if (element >= 0 && i < ifmDepth) {
                  const columns = Math.min(ui, ifmDepth - i);
                  at = emitTile(
                    values,
                    out,
                    at,
                    rows,
                    uo,
                    ui,
                    columns,
                    base + element * ifmDepth + i,
                    stride,
                  );
                } else {
                  out.fill(0, at, at + padding);
                  at += padding;
                }
              }
            }
          }
        }
      }
    }
  }
  return at;
};

const emitDepthwise = (
  values: Int16Array,
  order: StreamOrder,
  slice: StreamSlice,
  out: Int16Array,
): number => {
  const { ofmUblockDepth: uo, kernelElements } = order;
  const { first, step, channels, blockDepth } = slice;
  const stride = kernelElements * step;
  let at = 0;
  for (let ob = 0; ob < channels; ob += blockDepth) {
    const blockEnd = Math.min(ob + blockDepth, channels);
    for (const elements of order.subKernels) {
      for (let o = ob; o < blockEnd; o += uo) {
        const rows = Math.min(uo, channels - o);
        const base = (first + o * step) * kernelElements;
        for (let e = 0; e < elements.length; e++) {
          const element = elements[e]!;
          const real = element < 0 ? 0 : rows;
          for (let oz = 0; oz < real; oz++) out[at + oz] = values[base + element + oz * stride]!;
          for (let oz = real; oz < uo; oz++) out[at + oz] = 0;
          at += uo;
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
