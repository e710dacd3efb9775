import type { Estimate, Layer } from '../estimate/types.js';
import type { Evaluation } from '../estimate/evaluation.js';
import { describe } from '../estimate/describe.js';
import { fvpEstimate, type FvpLayer, type FvpResult } from '../fvp/fvp.js';
import type { FvpOptions } from '../fvp/totals.js';
import { theoryOpOf } from '../theory/operation.js';
import { traversalChoice, type TraversalChoice } from '../theory/traversal.js';
import { accountOf, type Account } from './account.js';
import { changesOf } from './changes.js';
import { layerGroups, type LayerFacts } from './facts.js';
import { fvpLayerText } from './fvp-words.js';
import type { Change, Explanation, LayerExplanation } from './types.js';
import { boundText } from './words.js';

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
