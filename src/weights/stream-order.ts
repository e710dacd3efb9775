/** Kernel elements that are streamed together, as offsets into KH·KW; −1 stands for a padding element. */
export type SubKernel = Int32Array;

/**
 * How the weights of one operation are walked, computed once per layout. Loops from the outside in: OFM blocks, IFM
 * blocks, sub-kernels, IFM parts of a block, OFM ublocks, kernel elements, IFM groups of a part, OFM groups of a
 * ublock, the channels of the OFM group, the channels of the IFM group.
 */
export interface StreamOrder {
  /** Of one weight array, equal keys mean equal orders. */
  readonly key: string;
  readonly depthwise: boolean;
  readonly kernelElements: number;
  readonly subKernels: readonly SubKernel[];
  /** IFM depths; all are 1 for depthwise. The last part of a block is padded to a whole part. */
  readonly ifmDepth: number;
  readonly ifmBlockDepth: number;
  readonly ifmPartDepth: number;
  readonly ifmGroupDepth: number;
  /** Every other OFM block walks the IFM blocks backwards. */
  readonly serpentine: boolean;
  readonly ofmUblockDepth: number;
  /** A stream holds groups of this many channels, … */
  readonly ofmGroupDepth: number;
  /** … this many channels apart. */
  readonly ofmGroupStep: number;
}

/** One depth slice of one stream: local channel o is channel `first + o·step` of the array. */
export interface StreamSlice {
  readonly first: number;
  readonly step: number;
  readonly channels: number;
  readonly blockDepth: number;
  /** Where the first group of channels starts in a ublock. */
  readonly group: number;
}

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);
export const roundUp = (a: number, unit: number): number => unit * Math.ceil(a / unit);

/**
 * Rows or columns of a kernel with that dilation that are streamed together
 * (docs/model/weights.md#streams-on-u55-and-u65).
 */
export const largestSubKernel = (dilation: number): number => Math.max(1, Math.floor(8 / dilation));

/**
 * True where the OFM block depth changes nothing in the stream: no loop runs between OFM blocks and OFM ublocks, and
 * blocks end with a ublock.
 */
const blocksAreSeamless = (order: StreamOrder, blockDepth: number): boolean =>
  order.subKernels.length === 1 &&
  order.ifmDepth <= order.ifmPartDepth &&
  blockDepth % order.ofmUblockDepth === 0;

/** The block depth, or all channels where that is the same. */
export const effectiveBlockDepth = (order: StreamOrder, blockDepth: number, channels: number): number =>
  blockDepth >= channels || blocksAreSeamless(order, blockDepth) ? channels : blockDepth;

/** Weights in the raw stream, padding included (docs/model/weights.md#raw-length). */
export const rawLength = (order: StreamOrder, slice: StreamSlice): number => {
  const { ofmUblockDepth: uo, ofmGroupDepth, ofmGroupStep, ifmDepth, ifmPartDepth } = order;
  const whole = Math.floor(slice.channels / slice.blockDepth);
  const rest = slice.channels - whole * slice.blockDepth;
  const ofmDepth = whole * roundUp(slice.blockDepth, uo) + roundUp(rest, uo);
  const elements = order.subKernels.reduce((total, sub) => total + sub.length, 0);
  return ((ofmDepth * ofmGroupDepth) / ofmGroupStep) * roundUp(ifmDepth, ifmPartDepth) * elements;
};
