import type { Estimate, Layer } from '../estimate/types.js';
import type { FvpLayer, FvpResult } from '../fvp/fvp.js';
import type { TraversalChoice } from '../theory/traversal.js';
import type { Account } from './account.js';
import type { LayerFacts } from './facts.js';
import type { Finding } from './finding.js';

/** Something else that the layer could be, and what that does to the layer alone. */
export interface Change extends Finding {
  readonly kind: 'activation' | 'narrower' | 'wider' | 'turned';
  /** Negative: more cycles. */
  readonly cyclesSaved: number;
}

/** One layer on the NPU, explained. */
export interface LayerExplanation {
  readonly facts: LayerFacts;
  readonly layer: Layer;
  readonly account: Account;
  /** What sets its cycles. */
  readonly boundSentence: string;
  /** Convolutions on Ethos-U55 and U65 only. */
  readonly traversal: TraversalChoice | undefined;
  readonly changes: readonly Change[];
  /** FVP-like cycles, and what sets them; undefined where that figure is refused. */
  readonly fvp: FvpLayer | undefined;
  readonly fvpSentence: string | undefined;
}

/** A network on one system, explained. */
export interface Explanation {
  readonly estimate: Estimate;
  readonly fvp: FvpResult;
  /** In order of execution. */
  readonly layers: readonly LayerExplanation[];
  readonly cpuLayers: readonly Layer[];
}
