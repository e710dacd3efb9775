import type { System } from '../../src/npu/system.js';
import { changesId, changesOf, type Changes } from '../space/changes.js';
import { unknownRetained } from '../emit/retained-weights.js';
import type { CreateEvaluator } from '../evaluate/batch.js';
import { wholeEvaluators } from '../evaluate/whole-evaluator.js';
import { baselineSpace, type Digits, type Space } from '../space/space.js';
import { applierOf, parametersOf } from '../emit/apply.js';
import type { RetainedWeights } from '../substitute/substitution.js';
import { changedLayers, type BeforeAfter, type ChangedLayer } from '../emit/changed-layers.js';
import type { MetricRow } from '../metrics.js';
import { designMetrics, unchangedMetrics } from '../rank/table.js';

/** What a design does to a network. */
export interface Applied {
  readonly model: string;
  /** Design id without system. */
  readonly design: string;
  readonly changes: Changes;
  readonly layers: readonly ChangedLayer[];
  readonly parameters: BeforeAfter;
  /** Of the network; NaN where it is not known. */
  readonly retained: RetainedWeights;
  /** Why it is not known. */
  readonly retainedUnknown?: string;
  /** Per system of the space. */
  readonly systems: readonly {
    readonly system: System;
    readonly before: MetricRow;
    readonly after: MetricRow;
  }[];
}

/**
 * Says what a design changes, and what the evaluator says of the network before and after on each system of the space.
 * The design's own system does not matter.
 *
 * @param createEvaluator makes what the figures are from; the estimator, by default
 * @throws ParetouError of kind `input` for a network that does not compile
 */
export const describeDesign = (
  space: Space,
  digits: Digits,
  createEvaluator: CreateEvaluator = wholeEvaluators(),
): Applied => {
  const { network } = space;
  const unchanged = createEvaluator(baselineSpace(space), 'known');
  const evaluator = createEvaluator(space, 'known');
  const applier = applierOf(space);
  const retained = applier.retained(digits);
  const why = Number.isNaN(retained.before) ? unknownRetained(space) : undefined;
  const changes = changesOf(space, digits);
  return {
    model: network.name,
    design: changesId(changes),
    changes,
    layers: changedLayers(space, digits),
    parameters: { before: parametersOf(network), after: applier.parameters(digits) },
    retained,
    ...(why !== undefined && { retainedUnknown: why }),
    systems: space.systems.map(({ system }, i) => {
      const design = Uint16Array.from(digits).with(-1, i);
      const [before, after] = [unchanged.evaluate([i]), evaluator.evaluate(design)];
      return {
        system,
        before: unchangedMetrics(space, i, before),
        after: designMetrics(space, design, after, before),
      };
    }),
  };
};
