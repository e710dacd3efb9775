import { createEstimator } from '../../src/estimate.js';
import type { Estimate } from '../../src/estimate-types.js';
import type { Digits, Space } from '../space.js';
import { createApplier } from '../substitute/apply.js';
import type { DesignFigures } from './figures.js';

/** Knows the figures of every design of one space. Results do not depend on the order of calls. */
export interface Evaluator {
  /** @throws when the design cannot be estimated */
  readonly evaluate: (digits: Digits) => DesignFigures;
}

/** The figures of an estimate that rankings use. */
export const figuresOf = (estimate: Estimate): DesignFigures => ({
  cyclesTotal: estimate.cycles,
  cyclesNpu: estimate.npuCycles,
  sramTotalBytes: estimate.traffic.sram.total,
  externalTotalBytes:
    estimate.traffic.dram.total +
    estimate.traffic.on_chip_flash.total +
    estimate.traffic.off_chip_flash.total,
  sramMemoryUsedBytes: estimate.memoryUsed.sram,
  macs: estimate.macs,
  encodedWeightBytes: estimate.encodedWeightBytes,
  cpuOps: estimate.cpuOperators,
  predicted: estimate.predictedWeights,
});

/** An evaluator that estimates every design on its own. */
export const createEvaluator = (space: Space): Evaluator => {
  const applier = createApplier(space);
  const estimator = createEstimator();
  const systemDigit = space.sites.length + space.groups.length;
  return {
    evaluate: (digits) => {
      const { system } = space.systems[digits[systemDigit]!]!;
      return figuresOf(estimator.estimate(applier.network(digits), system, { optimise: space.optimise }));
    },
  };
};
