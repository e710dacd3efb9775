import { createEstimator } from '../../../src/estimate/estimate.js';
import { explain, type Explanation } from '../../../src/explain/explain.js';
import type { Estimate } from '../../../src/estimate/types.js';
import type { Network } from '../../../src/graph/network.js';
import type { System } from '../../../src/npu/system.js';
import { describe } from '../../../src/estimate/describe.js';
import { figuresOf, type DesignFigures } from '../../evaluate/figures.js';
import type { Space } from '../../space/space.js';

/** A network on a system: what the estimator says of it. */
export interface Explained {
  readonly figures: DesignFigures;
  /** Cycles of each operator of the original graph (−1: of what was added). */
  readonly cycles: ReadonlyMap<number, number>;
  /** @param operators those whose layers are explained; all if absent */
  readonly explain: (operators?: ReadonlySet<number>) => Explanation;
}

/** Estimates networks on one system, each compiled as a whole like a file of its own. */
export type Explainer = (network: Network) => Explained;

const cyclesByOperator = ({ layers }: Estimate): Map<number, number> => {
  const cycles = new Map<number, number>();
  for (const layer of layers) cycles.set(layer.origin, (cycles.get(layer.origin) ?? 0) + layer.cycles);
  return cycles;
};

/** An explainer; it keeps what networks have in common. */
export const createExplainer = (system: System, { optimise }: Pick<Space, 'optimise'>): Explainer => {
  const estimator = createEstimator();
  return (network) => {
    const evaluation = estimator.evaluate(estimator.compile(network, system.accelerator), system, {
      optimise,
    });
    const [entry = evaluation] = evaluation.before;
    const estimate = describe(entry);
    return {
      figures: figuresOf(evaluation),
      cycles: cyclesByOperator(estimate),
      explain: (operators) =>
        explain(entry, ({ origin }) => operators === undefined || operators.has(origin), estimate),
    };
  };
};
