import type { Estimate, Layer } from '../estimate/types.js';
import type { Evaluation } from '../estimate/evaluation.js';
import { describe } from '../estimate/describe.js';
import { fvpEstimate, type FvpLayer, type FvpResult } from '../fvp/fvp.js';
import type { FvpOptions } from '../fvp/totals.js';
import { theoryOpOf } from '../theory/operation.js';
import { traversalChoice, type TraversalChoice } from '../theory/traversal.js';
import { accountOf, type Account } from './account.js';
import { changesOf, type Change } from './changes.js';
import { layerGroups, type LayerFacts } from './facts.js';
import { fvpLayerText } from './fvp-words.js';
import { boundText } from './words.js';

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

/** Of a large network most layers are only counted: what is not read is not made. */
class LazyExplanation implements LayerExplanation {
  readonly layer: Layer;
  private accounted: Account | undefined;

  constructor(
    readonly facts: LayerFacts,
    readonly fvp: FvpLayer | undefined,
    private readonly network: FvpResult,
  ) {
    this.layer = facts.layer;
  }

  get account(): Account {
    return (this.accounted ??= accountOf(this.facts));
  }

  get boundSentence(): string {
    return boundText(this.facts, this.account);
  }

  get fvpSentence(): string | undefined {
    if (this.fvp === undefined || 'refused' in this.network) return undefined;
    return fvpLayerText(this.facts, this.fvp, this.network.parameters, this.account);
  }

  get traversal(): TraversalChoice | undefined {
    const { cost, config, machine } = this.facts;
    const { array } = machine.hardware;
    return array && traversalChoice(theoryOpOf(cost, config), array);
  }

  get changes(): readonly Change[] {
    return changesOf(this.facts);
  }
}

/**
 * Explains the layers of a network whose estimate has been computed.
 * @param wanted which layers; those left out are missing from the result
 * @param estimate of the evaluation, if there is one already
 * @param options of the FVP-like cycles
 */
export function explain(
  evaluation: Evaluation,
  wanted: (layer: Layer) => boolean = () => true,
  estimate: Estimate = describe(evaluation),
  options: FvpOptions = {},
): Explanation {
  const fvp = fvpEstimate(evaluation, options);
  const layers: LayerExplanation[] = [];
  const cpuLayers: Layer[] = [];
  layerGroups(evaluation, estimate.layers).forEach(({ layer, facts }, i) => {
    if (!wanted(layer)) return;
    if (facts === undefined) cpuLayers.push(layer);
    else layers.push(new LazyExplanation(facts, 'refused' in fvp ? undefined : fvp.layers[i], fvp));
  });
  return { estimate, fvp, layers, cpuLayers };
}
