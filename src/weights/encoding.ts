import type { WeightArray } from '../lowering/operations.js';

export type Traversal = 'depth-first' | 'part-kernel' | 'depthwise';

/** Everything besides the values that an encoding on Ethos-U55/U65 depends on (reference document 05, section 0). */
export interface StreamLayout {
  readonly traversal: Traversal;
  /** OFM block depth of the block config, as stored (may exceed the channels). */
  readonly blockDepth: number;
  readonly ofmUblockDepth: number;
  readonly ifmUblockDepth: number;
  readonly cores: number;
  readonly ifmBits: number;
  readonly dilationH: number;
  readonly dilationW: number;
}

/** Sizes of one encoded tensor; all are bytes but for the counts. */
export interface Encoding {
  /** Weight streams only, all slices and streams (`EW`, `Wenc`). */
  readonly weightBytes: number;
  /** allocatedBytes − weightBytes: scale records with their padding (`ES`, `Senc`). */
  readonly scaleBytes: number;
  readonly allocatedBytes: number;
  /** Per depth slice, padding included. */
  readonly rangeBytes: readonly number[];
  /** Slice 0 without padding (`F`, `first`). */
  readonly firstTransferBytes: number;
  /** Weights in the raw padded streams. */
  readonly sourceSize: number;
  /** Zeros coded through zero runs. */
  readonly zeroCount: number;
  /** Distinct weights, padding zeros included; 17 stands for any number above 16. */
  readonly distinctCount: number;
  /** Weight streams per depth slice (slices with fewer channels than that have fewer). */
  readonly streams: number;
}

/** Sizes of `weights` encoded in depth slices [b0,b1), [b1,b2), … with b0 = 0 and the last = output channels. */
export type Encoder = (weights: WeightArray, layout: StreamLayout, boundaries: readonly number[]) => Encoding;
