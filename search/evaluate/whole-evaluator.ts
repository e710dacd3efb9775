import { createEstimator } from '../../src/estimate/estimate.js';
import { applierOf } from '../emit/apply.js';
import type { CreateEvaluator, Detailed } from './batch.js';
import { figuresOf } from './figures.js';
import type { Digits } from '../space/space.js';

/**
 * Makes evaluators that compile each design as a whole, like a file of its own; they share what designs have in common.
 */
export const wholeEvaluators = (): CreateEvaluator => {
  const estimator = createEstimator();
  return (space) => {
    const detailed = (digits: Digits): Detailed => {
      const { system } = space.systems[digits[digits.length - 1]!]!;
      const program = estimator.compile(applierOf(space).network(digits), system.accelerator);
      const evaluation = estimator.evaluate(program, system, { optimise: space.optimise });
      return { figures: figuresOf(evaluation), evaluation };
    };
    return { evaluate: (digits) => detailed(digits).figures, detailed };
  };
};
