import type { Family } from '../npu/family.js';
import { isSmallU85 } from './profiles.js';
import type { FvpClass } from './classes.js';

/** Quantiles of |ln(measured / predicted)| of totals of networks left out of the fit (docs/model/fvp.md#bars). */
export const TOTAL_BARS: Readonly<Record<Family, Readonly<Record<50 | 80 | 90, number>>>> = {
  u55: { 50: 0.023, 80: 0.054, 90: 0.09 },
  u65: { 50: 0.091, 80: 0.147, 90: 0.169 },
  u85: { 50: 0.046, 80: 0.108, 90: 0.169 },
};

const WIDER: Readonly<Record<FvpClass, number>> = { measured: 1, near: 1.5, far: 2.5 };

/** Measured totals go in steps of 1,000 cycles, which matters below this. */
const SMALL = 20_000;
const STEP = 1000;

/** Bounds between which a measured total lies in 80 % of cases. */
export interface Bar {
  readonly low: number;
  readonly high: number;
}

/**
 * The bar of a total.
 * @param least share that it has at least, by the user's own logs
 */
export function barOf(cycles: number, family: Family, known: FvpClass, least = 0): Bar {
  const factor = 1 + Math.max(least, TOTAL_BARS[family][80] * WIDER[known]);
  const step = cycles < SMALL ? STEP : 0;
  return { low: Math.max(0, cycles / factor - step), high: cycles * factor + step };
}

/** 80 % bar of a single layer, as a share; undefined where layers were never measured. */
export function layerBar(accelerator: string, family: Family): number | undefined {
  if (family !== 'u85') return undefined;
  return isSmallU85(accelerator) ? 0.15 : 0.25;
}

/** Two totals whose larger is less than this many times the smaller are not ranked (docs/model/fvp.md#ties). */
export const TIE = 1.15;

export const isTie = (a: number, b: number): boolean => Math.max(a, b) < TIE * Math.min(a, b);
