import { createEstimator } from '../../src/estimate/estimate.js';
import type { Network } from '../../src/graph/network.js';
import type { System } from '../../src/npu/system.js';
import { changesId, changesOf, type Changes } from '../space/changes.js';
import { unknownRetained } from '../emit/retained-weights.js';
import { figuresOf, type DesignFigures } from '../evaluate/figures.js';
import type { Digits, Space } from '../space/space.js';
import { createApplier, type Applier } from '../emit/apply.js';
import type { RetainedWeights } from '../substitute/substitution.js';
import { changedLayers, type BeforeAfter, type ChangedLayer } from '../emit/changed-layers.js';
import type { MetricRow } from '../metrics.js';
import { metricsFrom, WHOLE } from '../rank/table.js';

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
 * Says what a design changes, and what the estimator says of the network before and after on each system of the space.
 * The design's own system does not matter.
 *
 * @throws ParetouError of kind `input` for a network that does not compile
 */
export const describeDesign = (
  space: Space,
  digits: Digits,
  applier: Applier = createApplier(space),
): Applied => {
  const { network, optimise } = space;
  const estimator = createEstimator();
  const designed = applier.network(digits);
  const figures = (of: Network, system: System): DesignFigures =>
    figuresOf(estimator.evaluate(estimator.compile(of, system.accelerator), system, { optimise }));
  /** All metrics of one of the two networks; the unchanged one is the other's baseline. */
  const metrics = (system: System): { readonly before: MetricRow; readonly after: MetricRow } => {
    const [before, after] = [figures(network, system), figures(designed, system)];
    return {
      before: metricsFrom(before, { parameters: parameters.before, retained: WHOLE }, system, before),
      after: metricsFrom(after, { parameters: parameters.after, retained }, system, before),
    };
  };
  const retained = applier.retained(digits);
  const parameters = {
    before: applier.parameters(new Uint16Array(digits.length)),
    after: applier.parameters(digits),
  };
  const why = Number.isNaN(retained.before) ? unknownRetained(space) : undefined;
  const changes = changesOf(space, digits);
  return {
    model: network.name,
    design: changesId(changes),
    changes,
    layers: changedLayers(space, digits, applier),
    parameters,
    retained,
    ...(why !== undefined && { retainedUnknown: why }),
    systems: space.systems.map(({ system }) => ({ system, ...metrics(system) })),
  };
};
