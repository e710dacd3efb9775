import type { AcceleratorName } from '../../npu/accelerator-names.js';
import { familyOf } from '../../npu/accelerator-names.js';
import { TOTAL_BARS } from '../bars.js';
import type { LayerFeatures } from '../features.js';
import { layerCycles } from '../formula.js';
import type { MemoryTiming } from '../profiles.js';
import { calibrated, NO_FACTORS, type Factors } from './factors.js';

/** A measured total with what the formula needs to predict it. */
export interface Measured {
  readonly accelerator: AcceleratorName;
  readonly memory: MemoryTiming;
  readonly layers: readonly LayerFeatures[];
  readonly cycles: number;
}

/** Why the formula's own numbers were kept. */
export type Kept = 'nothing to explain' | 'no better';

export interface Fit {
  readonly factors: Factors;
  /** Absent where something was fitted. */
  readonly kept?: Kept;
}

/** FVP-like cycles of a measured network with those factors. */
export function predicted({ accelerator, memory, layers }: Measured, factors: Factors): number {
  const parameters = calibrated(accelerator, memory, factors);
  return layers.reduce((sum, layer) => sum + layerCycles(layer, parameters).cycles, 0);
}

const errorOf = (log: Measured, factors: Factors): number => Math.log(predicted(log, factors) / log.cycles);

/** Standard deviation of the error of a log, and of the factors' logarithms before there are any. */
const LOG_SD = 0.07;
const PRIORS: readonly (readonly [name: keyof Factors, sd: number, logs: number])[] = [
  ['latency', 1.5, 1],
  ['cyclesPerBrick', 0.3, 3],
  ['layerLatencies', 0.4, 10],
];
const LARGEST = Math.log(16);

/** A factor is looked for only where a total depends on the latency so much. */
const LEAST_SENSITIVITY = 0.3;

/** Change of a total's logarithm with that of the latency. */
export function sensitivity(log: Measured): number {
  const at = (step: number): number => Math.log(predicted(log, { ...NO_FACTORS, latency: Math.exp(step) }));
  return (at(0.2) - at(-0.2)) / 0.4;
}

const isOff = (log: Measured): boolean =>
  Math.abs(errorOf(log, NO_FACTORS)) > Math.log1p(TOTAL_BARS[familyOf(log.accelerator)][90]);

const meanError = (logs: readonly Measured[], factors: Factors): number =>
  logs.reduce((sum, log) => sum + Math.abs(errorOf(log, factors)), 0) / logs.length;

type Names = readonly (keyof Factors)[];

const factorsOf = (names: Names, logarithms: readonly number[]): Factors => ({
  ...NO_FACTORS,
  ...Object.fromEntries(names.map((name, i) => [name, Math.exp(logarithms[i]!)])),
});

/** What is to be made small: errors of the logs and the factors themselves, in standard deviations. */
function cost(logs: readonly Measured[], names: Names, logarithms: readonly number[]): number {
  const factors = factorsOf(names, logarithms);
  const errors = logs.reduce((sum, log) => sum + (errorOf(log, factors) / LOG_SD) ** 2, 0);
  return names.reduce((sum, name, i) => {
    const sd = PRIORS.find(([known]) => known === name)![1];
    return sum + (logarithms[i]! / sd) ** 2;
  }, errors);
}

const POINTS = 60;
/** A step is halved so often: the cost has kinks, so that slopes are of no use. */
const HALVINGS = 14;

/** The best logarithms near a start, one coordinate after another with ever smaller steps. */
function descend(logs: readonly Measured[], names: Names, start: readonly number[]): readonly number[] {
  let best = [...start];
  let least = cost(logs, names, best);
  for (let step = 0.5, halved = 0; halved < HALVINGS;) {
    let moved = false;
    for (let i = 0; i < names.length; i++) {
      for (const by of [step, -step]) {
        const next = best.map((value, k) =>
          k === i ? Math.min(LARGEST, Math.max(-LARGEST, value + by)) : value,
        );
        const value = cost(logs, names, next);
        if (value < least) {
          [best, least, moved] = [next, value, true];
        }
      }
    }
    if (!moved) {
      step /= 2;
      halved++;
    }
  }
  return best;
}

/** The latency factors that a search starts from. */
function starts(logs: readonly Measured[]): readonly number[] {
  const grid = Array.from({ length: POINTS }, (_, i) => (i / (POINTS - 1)) * 2 * LARGEST - LARGEST);
  const best = grid.reduce((a, b) => (cost(logs, ['latency'], [b]) < cost(logs, ['latency'], [a]) ? b : a));
  return [best, Math.log(0.5), 0, Math.log(2)];
}

function bestFactors(logs: readonly Measured[]): Factors {
  const names = PRIORS.filter(([, , least]) => logs.length >= least).map(([name]) => name);
  const ends = starts(logs).map((start) => descend(logs, names, [start, ...names.slice(1).map(() => 0)]));
  return factorsOf(
    names,
    ends.reduce((a, b) => (cost(logs, names, b) < cost(logs, names, a) ? b : a)),
  );
}

/**
 * Fits what the logs can tell: the latency from one log, the cycles per brick from three, the latencies of a layer from
 * ten; nothing where no log depends on the latency and is off, or where the fit does not halve the errors
 * (docs/model/fvp.md#calibration).
 */
export function fit(logs: readonly Measured[]): Fit {
  const explains = logs.some((log) => isOff(log) && sensitivity(log) >= LEAST_SENSITIVITY);
  if (!explains) return { factors: NO_FACTORS, kept: 'nothing to explain' };
  const factors = bestFactors(logs);
  if (meanError(logs, factors) > meanError(logs, NO_FACTORS) / 2) {
    return { factors: NO_FACTORS, kept: 'no better' };
  }
  return { factors };
}

/** Factors on the totals of one network are taken at the root: they carry over to other accelerators only in part. */
const CARRIED = 0.5;

/** Factor on the totals of a network that these logs are of, in the family of them all. */
export const networkFactor = (logs: readonly Measured[], factors: Factors): number =>
  Math.exp((-CARRIED * logs.reduce((sum, log) => sum + errorOf(log, factors), 0)) / logs.length);

/** Error of each log with the factors that the others give. */
export const leftOut = (logs: readonly Measured[]): readonly number[] =>
  logs.map((log, i) => errorOf(log, fit(logs.filter((_, k) => k !== i)).factors));
