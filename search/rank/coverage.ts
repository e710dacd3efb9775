import type { MetricRow } from '../metrics.js';
import { hypervolume } from '../front/hypervolume.js';
import type { Objective } from './objectives.js';
import type { Points } from '../front/pareto-ranks.js';

/** How much of the objective space a front covers. */
export interface Coverage {
  /**
   * Value per objective: for a minimised one that of the baseline on the slowest system, for a maximised one 0.
   * Undefined without a baseline.
   */
  readonly reference: readonly number[] | undefined;
  /**
   * Dominated volume as a share of the box between the reference and the ideal: 0 for a minimised objective, the
   * baseline's value for a maximised one. Undefined for fronts that would take too long to measure.
   */
  readonly hypervolume: number | undefined;
}

/** Where domination ends: at the baseline's value of a minimised objective, at 0 of a maximised one. */
export const referenceOf = (objectives: readonly Objective[], baseline: MetricRow): number[] =>
  objectives.map(({ column, direction }) => (direction === 'max' ? 0 : baseline[column]));

/**
 * Coverage of a front.
 * @param points of the front, as `objectivePoints` gives them
 * @param baseline numbers of the baseline on the slowest system
 */
export const coverageOf = (
  points: Points,
  objectives: readonly Objective[],
  baseline: MetricRow | undefined,
): Coverage => {
  if (baseline === undefined) return { reference: undefined, hypervolume: undefined };
  const reference = referenceOf(objectives, baseline);
  const box = objectives.reduce((volume, { column }) => volume * baseline[column], 1);
  const volume = hypervolume(points, reference);
  return { reference, hypervolume: volume === undefined || !(box > 0) ? undefined : volume / box };
};
