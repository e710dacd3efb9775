import type { WeightArray } from './weight-array.js';

export type Traversal = 'depth-first' | 'part-kernel' | 'depthwise';

/** Everything besides the values that an encoding on Ethos-U55/U65 depends on (docs/model/weights.md#encoded-sizes). */
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

/** The same on Ethos-U85 (docs/model/weights.md#streams-on-u85). */
export interface U85StreamLayout {
  readonly traversal: Traversal;
  /** OFM and IFM block depth of the block config, as stored. */
  readonly blockDepth: number;
  readonly ifmBlockDepth: number;
  /** OFM ublock depth of the block config. */
  readonly ofmUblockDepth: number;
  /** MACs per cycle of the whole NPU. */
  readonly macs: number;
  readonly cores: number;
  readonly ifmBits: number;
  readonly dilationH: number;
  readonly dilationW: number;
  readonly strideH: number;
  readonly strideW: number;
  /** 2:4-sparse format; not for depthwise. */
  readonly sparse: boolean;
  /** Format of the fast weight decoder; not for depthwise. */
  readonly fast: boolean;
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
  /** Zeros coded through zero runs; 0 in the fast format. */
  readonly zeroCount: number;
  /** Distinct weights, padding zeros included; 17 stands for any number above 16; 0 in the fast format. */
  readonly distinctCount: number;
  /**
   * Weight streams per depth slice (on Ethos-U55/U65 slices with fewer channels than that have fewer); 1 in the fast
   * format.
   */
  readonly streams: number;
}

/** Sizes of `weights` encoded in depth slices [b0,b1), [b1,b2), … with b0 = 0 and the last = output channels. */
export type Encoder = (weights: WeightArray, layout: StreamLayout, boundaries: readonly number[]) => Encoding;

/** The same for Ethos-U85; undefined where the sparse format is asked for and the weights are not 2:4 sparse. */
export type U85Encoder = (
  weights: WeightArray,
  layout: U85StreamLayout,
  boundaries: readonly number[],
) => Encoding | undefined;
