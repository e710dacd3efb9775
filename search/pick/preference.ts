import { usageError } from '../../src/errors.js';
import { suggestion } from '../../src/suggest.js';
import type { MetricRow } from '../metrics.js';
import { TIE } from '../../src/fvp/bars.js';
import { defaultObjectives, parseObjectives, type Objective } from '../rank/objectives.js';
import type { Speed } from '../rank/speed.js';

/** All preferences. */
export const PREFERENCES = ['cycles', 'bandwidth', 'retained', 'knee'] as const;
/** What a pick prefers among the designs that it may pick. */
export type Preference = (typeof PREFERENCES)[number];

/** Preferences that were renamed: the old names keep working. */
const RENAMED: Readonly<Record<string, Preference>> = { energy: 'retained' };

/**
 * Reads the name of a preference.
 * @throws a usage error for any that does not exist
 */
export const parsePreference = (text: string): Preference => {
  const preference = PREFERENCES.find((name) => name === (RENAMED[text] ?? text));
  if (preference === undefined)
    throw usageError(`preference "${text}" is not known${suggestion(text, PREFERENCES)}`, 'preference');
  return preference;
};

/** What designs are compared by. */
export interface Pricing {
  readonly preference: Preference;
  /** By what a design is fast; the compiler's cycles by default. */
  readonly speed?: Speed;
  /** Measurement does not tell designs apart that take less than this: the fastest, and all that are as good as it. */
  readonly tie?: number;
}

const isFvp = ({ speed }: Pricing): boolean => speed === 'inference_ms_fvp';

const TEXTS: Readonly<Record<Preference, (fastest: string) => string>> = {
  cycles: (fastest) => `${fastest}, then fewest bytes through SRAM, then most retained weights`,
  bandwidth: (fastest) =>
    `fewest bytes through SRAM, DRAM and flash, then ${fastest}, then most retained weights`,
  retained: (fastest) => `most retained weights, then ${fastest}, then fewest bytes through SRAM`,
  knee: () => 'on the front, the farthest from the plane through its extremes',
};

/** What is preferred where speed decides and is known as well as measurement allows. */
const TIED_TEXT =
  `least FVP-like time; of designs within ${Math.round(100 * (TIE - 1))} %, which are too close to call, ` +
  'most retained weights, then fewest bytes through SRAM';

/**
 * What a preference asks for, for people.
 *
 * @param sampled output noise takes the place of retained weights
 */
export const preferenceText = (pricing: Pricing, sampled: boolean): string => {
  const { preference } = pricing;
  const ties = isFvp(pricing) && preference === 'cycles';
  const text = ties ? TIED_TEXT : TEXTS[preference](isFvp(pricing) ? 'least FVP-like time' : 'fewest cycles');
  return sampled ? text.replace('most retained weights', 'least output noise') : text;
};

/** Bytes moved through all memories. */
export const bytesMoved = (numbers: Pick<MetricRow, 'sram_total_bytes' | 'external_total_bytes'>): number =>
  numbers.sram_total_bytes + numbers.external_total_bytes;

/** Output noise where it was measured, else lost weights as far as they can be compared: unknown is worst. */
const loss = ({ retained_energy: retained, output_noise: noise }: MetricRow): number => {
  if (!Number.isNaN(noise)) return noise;
  return Number.isNaN(retained) ? Infinity : -retained;
};

type Order = readonly ((numbers: MetricRow) => number)[];

const sramBytes = (numbers: MetricRow): number => numbers.sram_total_bytes;

/** What is compared first, second and so on; smaller is better. */
const orderOf = ({ preference, speed = 'cycles_total', tie }: Pricing): Order => {
  const time = (numbers: MetricRow): number => numbers[speed];
  switch (preference) {
    case 'bandwidth':
      return [bytesMoved, time, loss];
    case 'retained':
      return [loss, time, sramBytes];
    case 'cycles':
    case 'knee':
      return tie === undefined
        ? [time, sramBytes, loss]
        : [(numbers) => Math.max(tie, time(numbers)), loss, sramBytes, time];
  }
};

/** Negative where `a` is preferred to `b`, 0 where nothing tells them apart. */
export const comparePreferred = (pricing: Pricing, a: MetricRow, b: MetricRow): number => {
  for (const value of orderOf(pricing)) {
    const [x, y] = [value(a), value(b)];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
};

/**
 * What ties with the fastest of some designs, where FVP-like time decides; undefined where it does not.
 * @param prices of the designs
 */
export const tieOf = (pricing: Pricing, prices: readonly number[]): number | undefined => {
  if (!isFvp(pricing) || pricing.preference !== 'cycles') return undefined;
  const least = prices.reduce((a, b) => Math.min(a, b), Infinity);
  return Number.isFinite(least) ? TIE * least : undefined;
};

/** The figure in which a design has to beat the unchanged network. */
export type Price = 'cycles' | 'bytes' | 'FVP-like µs';

/** What a preference counts as the price of a design. */
export const pricedBy = (pricing: Pricing): Price => {
  if (pricing.preference === 'bandwidth') return 'bytes';
  return isFvp(pricing) ? 'FVP-like µs' : 'cycles';
};

/** Value of the figure that a pick has to improve; times are in milliseconds. */
export const priceOf = (pricing: Pricing, numbers: MetricRow): number =>
  pricedBy(pricing) === 'bytes' ? bytesMoved(numbers) : numbers[pricing.speed ?? 'cycles_total'];

/** True if a design is cheaper than the unchanged network on its system; false where that one is not known. */
export const pays = (pricing: Pricing, numbers: MetricRow, baseline: MetricRow | undefined): boolean =>
  baseline !== undefined && priceOf(pricing, numbers) < priceOf(pricing, baseline);

const objectivesWith = (preference: Preference, speed: Speed, last: string): Objective[] => {
  const costs =
    preference === 'bandwidth' ? 'sram_total_bytes,external_total_bytes' : `${speed},sram_total_bytes`;
  return parseObjectives(`${costs},${last}`);
};

/**
 * Objectives of the search where none are named: those that hold the best design of the preference on their front.
 * Retained weights gives way to parameters where it is not known for every design, unless it is what is preferred.
 */
export const objectivesFor = (
  preference: Preference,
  retainedIsKnown: boolean,
  speed: Speed = 'cycles_total',
): Objective[] =>
  preference === 'bandwidth'
    ? objectivesWith(preference, speed, speed)
    : defaultObjectives(retainedIsKnown || preference === 'retained', speed);

/** The same where there are samples: what a design loses is the noise of its outputs. */
export const noiseObjectives = (preference: Preference, speed: Speed): Objective[] =>
  objectivesWith(preference, speed, 'output_noise');

/** Objectives of a search for what comes near to the constraints. */
export const sideObjectives = ({ preference, speed = 'cycles_total' }: Pricing): Objective[] =>
  objectivesWith(preference, speed, 'retained_energy:max');
