import { figuresOf, type DesignFigures } from '../search/evaluate/figures.js';
import type { Digits, Space } from '../search/space/space.js';
import { createApplier } from '../search/emit/apply.js';
import { fvpEstimate } from '../src/fvp/fvp.js';
import { createEstimator } from '../src/estimate/estimate.js';

/**
 * Figures of a space's designs, each compiled and scheduled as a whole from its graph: nothing is composed of pieces.
 * Encodings and costs of equal operations are kept; FVP-like cycles are those that the report of a network has. It throws for designs that cannot be estimated.
 */
export function wholePath(space: Space): (digits: Digits) => DesignFigures {
  const applier = createApplier(space);
  const estimator = createEstimator();
  const { optimise } = space;
  const systemDigit = space.sites.length + space.groups.length;
  return (digits) => {
    const { system } = space.systems[digits[systemDigit]!]!;
    const program = estimator.compile(applier.network(digits), system.accelerator);
    const evaluation = estimator.evaluate(program, system, { optimise });
    const fvp = fvpEstimate(evaluation, space.fvp);
    const { cycles, low, high } = 'refused' in fvp ? { cycles: NaN, low: NaN, high: NaN } : fvp;
    return {
      ...figuresOf(evaluation),
      ...{ cycles_fvp: cycles, cycles_fvp_low: low, cycles_fvp_high: high },
    };
  };
}
