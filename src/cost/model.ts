import type { Memory } from '../npu/system.js';
import type { Encoding } from '../weights/encoding.js';
import type { CostOp } from './operation.js';
import type { BlockConfig } from './u55/block-config.js';
import type { CostCall, CyclesParts } from './u55/cycles.js';
import type { Elements, Extent, FeatureMapBytes } from './u55/traffic.js';

/**
 * What the scheduler asks of the hardware. One implementation per accelerator family; everything here is a pure
 * function of its arguments.
 */
export interface CostModel {
  /** Smallest step in which the OFM depth is sliced. */
  readonly minimumSliceDepth: number;
  /** Blocks for an operation that produces `stripeH` rows at a time; undefined if none fits. */
  findConfig(op: CostOp, stripeH: number): BlockConfig | undefined;
  /** Encoded size of the operation's weights in depth slices [b0,b1), [b1,b2), … */
  encode(op: CostOp, config: BlockConfig, boundaries: readonly number[]): Encoding;
  /** Run cycles of the whole operation or of a part of it, transfers of weights not counted. */
  cycles(op: CostOp, config: BlockConfig, call: CostCall, parts?: CyclesParts): number;
  /** Elements moved, before bursts are considered. */
  elements(op: CostOp, config: BlockConfig, extent: Extent): Elements;
  /** Bytes of feature maps on the bus, waste of short bursts included. */
  bytes(
    op: CostOp,
    config: BlockConfig,
    elements: Elements,
    ifm: Memory,
    ifm2: Memory,
    ofm: Memory,
  ): FeatureMapBytes;
  /** Cycles of copying n bytes between two memories. */
  copyCycles(to: Memory, from: Memory, n: number): number;
  /** Cycles of reading n bytes. */
  readCycles(memory: Memory, n: number): number;
  /** Cycles that a memory is busy with n bytes. */
  accessCycles(memory: Memory, n: number): number;
}

export type { BlockConfig, CostCall, CyclesParts, Elements, Extent, FeatureMapBytes };
