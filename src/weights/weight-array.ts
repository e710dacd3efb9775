import type { WeightStatistics } from '../graph/network.js';

/** Which filters of an operator's weights, and how deep in their tensor they begin. */
export interface FilterPart {
  readonly first: number;
  readonly step: number;
  /** As far as the tensor is not one of their own. */
  readonly offset: number;
}

/** Weights as the encoder sees them (docs/model/weights.md#encoder-input). */
export interface WeightArray {
  /** Equal keys mean equal values and shape: the identity under which encodings are kept. */
  readonly key: string;
  /** O, KH, KW, I; for depthwise O is the number of channels and I is 1. */
  readonly shape: readonly [number, number, number, number];
  readonly depthwise: boolean;
  /** The values are not known; `values` gives stand-ins with the statistics of trained weights. */
  readonly predicted: boolean;
  /** Of predicted weights: sizes follow from these, and nobody asks for the stand-ins. */
  readonly statistics?: WeightStatistics | undefined;
  /** The tensor that the values are (a part of): totals count each once. Different ones may have equal keys. */
  readonly source?: object;
  /** Weights in that tensor, where they are more than these. */
  readonly sourceVolume?: number | undefined;
  /** First filter of the tensor that is read, and step to the next; 0 and 1 where absent. */
  readonly part?: FilterPart;
  /** Made by lowering, without bias and rescaling. */
  readonly generated?: true;
  /** The one filter of which all filters of generated weights are copies. */
  readonly filter?: Int16Array | undefined;
  /**
   * Values minus zero point in O, KH, KW, I order. Computed on demand, into `buffer` where that is long enough (fresh
   * memory costs more than the values); callers do not keep or change the result.
   */
  readonly values: (buffer?: Int16Array) => Int16Array;
}
