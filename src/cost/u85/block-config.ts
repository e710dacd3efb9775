import type { Block } from '../../npu/family.js';
import type { BlockConfig } from '../model.js';

/** Blocks in which an operation is executed on Ethos-U85; docs/model/cycles-u85.md#block-config. */
export interface U85Config extends BlockConfig {
  /** H, W, C. */
  readonly ublock: Block;
  /** 48-bit accumulators take 64. */
  readonly accumulatorBits: 32 | 64;
  /** Blocks for weights in the 2:4-sparse format. */
  readonly sparse: boolean;
  /** Weights in the fast format; decided when they are encoded, the blocks do not depend on it. */
  readonly fast: boolean;
}
