import { applierOf } from '../emit/apply.js';
import type { CreateEvaluator } from '../evaluate/batch.js';
import { wholeEvaluators } from '../evaluate/whole-evaluator.js';
import type { Fitting } from '../fit/fitting.js';
import type { Digits } from '../space/space.js';

/** Makes evaluators that know the fitted weights of one design, whatever its system, and the original's for others. */
export const fittedEvaluators = (fitting: Fitting, design: Digits): CreateEvaluator => {
  const network = fitting.network(design);
  const changes = Array.from(design).slice(0, -1);
  return wholeEvaluators((space, digits) =>
    digits.length === design.length && changes.every((digit, i) => digit === digits[i])
      ? network
      : applierOf(space).network(digits),
  );
};
