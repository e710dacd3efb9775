import { createEstimator } from '../../src/estimate/estimate.js';
import { applierOf } from '../emit/apply.js';
import type { CreateEvaluator, Detailed } from './batch.js';
import { figuresOf } from './figures.js';
import { fvpFiguresOf } from './fvp-figures.js';
import type { Network } from '../../src/graph/network.js';
import type { Digits, Space } from '../space/space.js';

/** Makes the network of a design. */
export type NetworkOf = (space: Space, digits: Digits) => Network;

/**
 * Makes evaluators that compile each design as a whole, like a file of its own; they share what designs have in common.
 *
 * @param networkOf with the weights of the original, by default
 */
export const wholeEvaluators = (
  networkOf: NetworkOf = (space, digits) => applierOf(space).network(digits),
): CreateEvaluator => {
  const estimator = createEstimator();
  return (space) => {
    const fvpOf = fvpFiguresOf(space);
    const detailed = (digits: Digits): Detailed => {
      const at = digits[digits.length - 1]!;
      const { system } = space.systems[at]!;
      const program = estimator.compile(networkOf(space, digits), system.accelerator);
      const evaluation = estimator.evaluate(program, system, { optimise: space.optimise });
      return { figures: figuresOf(evaluation, fvpOf(at)), evaluation };
    };
    return { evaluate: (digits) => detailed(digits).figures, detailed };
  };
};
