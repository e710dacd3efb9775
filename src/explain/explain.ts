import type { Estimate, Layer } from '../estimate/types.js';
import type { Evaluation } from '../estimate/evaluation.js';
import { describe } from '../estimate/describe.js';
import { theoryOpOf } from '../theory/operation.js';
import { traversalChoice, type TraversalChoice } from '../theory/traversal.js';
import { accountOf, type Account } from './account.js';
import { changesOf, type Change } from './changes.js';
import { layerGroups, type LayerFacts, type LayerGroup } from './facts.js';
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
}

/** A network on one system, explained. */
export interface Explanation {
  readonly estimate: Estimate;
  /** In order of execution. */
  readonly layers: readonly LayerExplanation[];
  readonly cpuLayers: readonly Layer[];
}

/** Of a large network most layers are only counted: what is not read is not made. */
class LazyExplanation implements LayerExplanation {
  readonly layer: Layer;
  private accounted: Account | undefined;

  constructor(readonly facts: LayerFacts) {
    this.layer = facts.layer;
  }

  get account(): Account {
    return (this.accounted ??= accountOf(this.facts));
  }

  get boundSentence(): string {
    return boundText(this.facts, this.account);
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
 */
export function explain(
  evaluation: Evaluation,
  wanted: (layer: Layer) => boolean = () => true,
  estimate: Estimate = describe(evaluation),
): Explanation {
  const groups: readonly LayerGroup[] = layerGroups(evaluation, estimate.layers).filter(({ layer }) =>
    wanted(layer),
  );
  return {
    estimate,
    layers: groups.flatMap(({ facts }) => (facts === undefined ? [] : [new LazyExplanation(facts)])),
    cpuLayers: groups.flatMap(({ layer, facts }) => (facts === undefined ? [layer] : [])),
  };
}
