import type { Memory } from '../npu/system.js';
import type { Encoding, Traversal } from '../weights/encoding.js';
import type { Channel } from './channels.js';
import type { CostOp } from './operation.js';

/** Blocks in which an operation is executed. Families add what they need; nobody else reads that. */
export interface BlockConfig {
  /** OFM block H, W, C; may exceed the OFM. */
  readonly ofmH: number;
  readonly ofmW: number;
  readonly ofmC: number;
  readonly ifmH: number;
  readonly ifmW: number;
  readonly ifmC: number;
  readonly traversal: Traversal;
}

/** Shapes that element counts are asked for: a whole operation, a depth slice or a stripe. */
export interface Extent {
  readonly ofmH: number;
  readonly ofmW: number;
  readonly ofmC: number;
  /** Rows and columns of IFM 0; its depth and all of IFM 1 are the operation's. */
  readonly ifmH: number;
  readonly ifmW: number;
}

/** Which ends of the operation a call covers: a first part fetches its IFM, a last part drains its OFM. */
export const EDGE = { middle: 0, first: 1, last: 2, whole: 3 } as const;

/** Shapes and memories of one question to the cost model. */
export interface CostCall {
  ofmH: number;
  ofmW: number;
  ofmC: number;
  ifmH: number;
  ifmW: number;
  edge: number;
  ifmMemory: Memory;
  ifm2Memory: Memory;
  ofmMemory: Memory;
  scratchMemory: Memory;
  /** Read latency of the memory that weights and scales are read from, cycles. */
  weightReadLatency: number;
  /** Sparse weights count as dense ones: the scheduler's view of a whole operation. */
  asDense?: boolean;
}

/** The question about the whole of an operation whose feature maps lie there. */
export function wholeCall(
  { ofm, ifms }: CostOp,
  { ifm: ifmMemory, ifm2: ifm2Memory, ofm: ofmMemory, scratch: scratchMemory }: Omit<Places, 'externals'>,
  weightReadLatency: number,
): CostCall {
  const [, ofmH, ofmW, ofmC] = ofm.shape;
  const [, ifmH, ifmW] = ifms[0]!.shape;
  const edge = EDGE.whole;
  const shapes = { ofmH, ofmW, ofmC, ifmH, ifmW, edge };
  return { ...shapes, ifmMemory, ifm2Memory, ofmMemory, scratchMemory, weightReadLatency };
}

/** What the cycles of an operation are made of, for explanations; the cost model fills in what applies. */
export interface CyclesParts {
  /** MAC side of the whole operation. */
  macCycles: number;
  /** Output side of the whole operation, also of an elementwise one. */
  outputCycles: number;
  /** Transfers before the first and after the last block. */
  ifmIn: number;
  ofmOut: number;
  /** Fractional number of blocks; 0 for operations without a MAC side. */
  blocks: number;
  macBlock: number;
  /** What sets the pace between these transfers: MACs, output stage, reading of scales, transfers between blocks. */
  slowest: 'mac' | 'output' | 'scales' | 'blocks';
}

/** Elements that an operation (or a part of it) moves, before bursts are considered. */
export interface Elements {
  readonly ifmRead: number;
  readonly ifm2Read: number;
  readonly ofmWrite: number;
  /** Passes over the weights: blocks of the OFM in H × W. */
  readonly passes: number;
  /** Written to and read from the scratch tensor. */
  readonly scratch?: number;
  /** Of each of the operation's `externals`. */
  readonly externals?: readonly number[];
}

/** Where an operation's feature maps lie. */
export interface Places {
  readonly ifm: Memory;
  readonly ifm2: Memory;
  readonly ofm: Memory;
  readonly scratch: Memory;
  /** Of each of the operation's `externals`. */
  readonly externals: readonly Memory[];
}

/** One feature map's share of the traffic; on `CHANNEL.write` it is written, on all others read. */
export interface FeatureMapTransfer {
  readonly role: 'ifm' | 'ifm2' | 'ofm' | 'external' | 'scratch';
  readonly memory: Memory;
  readonly channel: Channel;
  /** On the bus, waste of short bursts included. */
  readonly bytes: number;
}

/** Blocks for an operation and the encoding of its weights, the full depth in one slice. */
export interface Prepared<C extends BlockConfig = BlockConfig> {
  readonly config: C;
  /** Undefined without weights. */
  readonly encoding: Encoding | undefined;
}

/**
 * What the scheduler asks of the hardware. One implementation per accelerator family, for one accelerator on one
 * system; answers depend on nothing but the arguments.
 */
export interface CostModel<C extends BlockConfig = BlockConfig> {
  /** Blocks for dense weights and stripes of that height; undefined: none fit. */
  findConfig(op: CostOp, stripeH: number): C | undefined;
  /** Blocks, and the weight format, for an operation that produces `stripeH` rows at a time; undefined: none fit. */
  prepare(op: CostOp, stripeH: number): Prepared<C> | undefined;
  /** Encoded size of the operation's weights in depth slices [b0,b1), [b1,b2), … */
  encode(op: CostOp, config: C, boundaries: readonly number[]): Encoding;
  /** Equal where equal weights are encoded alike, but for the element type of the IFM and the depth slices. */
  layoutKey(op: CostOp, config: C): string;
  /** Equal where the encoded weights of two operations are, byte by byte. */
  streamKey(op: CostOp, config: C, boundaries: readonly number[]): string;
  /** Smallest step in which the OFM depth is sliced. */
  minimumSliceDepth(config: C): number;
  /** Name of the weights' format, for reports. */
  weightFormat(config: C): string;
  /** Multiply-accumulates by the reference's count, given the count for dense weights. */
  macs(op: CostOp, config: C, dense: number): number;
  /** Run cycles of the whole operation or of a part of it, transfers of weights not counted. */
  cycles(op: CostOp, config: C, call: CostCall, parts?: CyclesParts): number;
  /** Cycles per OFM element of output and activation stage. */
  outputRate(op: CostOp, config: C): number;
  elements(op: CostOp, config: C, extent: Extent): Elements;
  /** Traffic of the whole operation's feature maps. */
  transfers(op: CostOp, config: C, elements: Elements, places: Places): readonly FeatureMapTransfer[];
  /** Cycles of copying n bytes between two memories. */
  copyCycles(to: Memory, from: Memory, n: number): number;
  /** Cycles of reading n bytes of an operation's weights or of its IFM. */
  weightReadCycles(config: C, memory: Memory, n: number): number;
  ifmReadCycles(op: CostOp, memory: Memory, n: number): number;
  /** Channel of weights that are read from staging memory. */
  stagedWeightChannel(config: C): Channel;
  /** Cycles that a memory is busy; `bytes` is indexed by `accessSlot` from `offset` on. */
  accessCycles(memory: Memory, bytes: Float64Array, offset: number): number;
}

/** Parts that nothing has been filled in. */
export const noParts = (): CyclesParts => ({
  macCycles: 0,
  outputCycles: 0,
  ifmIn: 0,
  ofmOut: 0,
  blocks: 0,
  macBlock: 0,
  slowest: 'mac',
});
