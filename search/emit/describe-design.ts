import { createEstimator } from '../../src/estimate.js';
import type { Network } from '../../src/graph/network.js';
import type { System } from '../../src/npu/system.js';
import { changesId, changesOf, type Changes } from '../space/changes.js';
import { unknownEnergy } from '../substitute/retained-weights.js';
import { figuresOf } from '../evaluate/evaluator.js';
import type { DesignFigures } from '../evaluate/figures.js';
import type { Digits, Space } from '../space/space.js';
import { createApplier, type Applier } from '../substitute/apply.js';
import type { RetainedEnergy } from '../substitute/substitution.js';
import { changedLayers, type BeforeAfter, type ChangedLayer } from './changed-layers.js';

/** What a design does to a network. */
export interface Applied {
  readonly model: string;
  /** Design id without system. */
  readonly design: string;
  readonly changes: Changes;
  readonly layers: readonly ChangedLayer[];
  readonly parameters: BeforeAfter;
  /** Of the network; NaN where it is not known. */
  readonly energy: RetainedEnergy;
  /** Why it is not known. */
  readonly energyUnknown?: string;
  /** Per system of the space. */
  readonly systems: readonly {
    readonly system: System;
    readonly before: DesignFigures;
    readonly after: DesignFigures;
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
  const energy = applier.energy(digits);
  const why = Number.isNaN(energy.before) ? unknownEnergy(space) : undefined;
  const changes = changesOf(space, digits);
  return {
    model: network.name,
    design: changesId(changes),
    changes,
    layers: changedLayers(space, digits, applier),
    parameters: {
      before: applier.parameters(new Uint16Array(digits.length)),
      after: applier.parameters(digits),
    },
    energy,
    ...(why !== undefined && { energyUnknown: why }),
    systems: space.systems.map(({ system }) => ({
      system,
      before: figures(network, system),
      after: figures(designed, system),
    })),
  };
};
