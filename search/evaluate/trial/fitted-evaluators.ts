import type { Network } from '../../../src/graph/network.js';
import { applierOf } from '../../emit/apply.js';
import type { CreateEvaluator } from '../batch.js';
import { wholeEvaluators } from '../whole-evaluator.js';
import type { Digits } from '../../space/space.js';

/**
 * Makes evaluators that know the fitted weights of one design, whatever its system, and the original's for others.
 *
 * @param network of the design, with fitted weights
 */
export const fittedEvaluators = (network: Network, design: Digits): CreateEvaluator => {
  const changes = Array.from(design).slice(0, -1);
  return wholeEvaluators((space, digits) =>
    digits.length === design.length && changes.every((digit, i) => digit === digits[i])
      ? network
      : applierOf(space).network(digits),
  );
};
