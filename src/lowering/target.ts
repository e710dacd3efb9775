import type { LoweringFamily } from './families/families.js';
import type { LoweredOp } from './operations.js';

export type { LoweringFamily } from './families/families.js';

/** What lowering asks of the hardware. */
export interface LoweringTarget {
  readonly family: LoweringFamily;
  /**
   * OFM block (height, width, depth) that the block-config search chooses for an operation. Asked only for operations
   * that must be cut into blocks (docs/model/lowering.md#blocks): an axis above 65536, or a large stride on U85.
   */
  readonly blockOf: (op: LoweredOp) => readonly [number, number, number];
}
