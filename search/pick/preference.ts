import { usageError } from '../../src/errors.js';
import { suggestion } from '../../src/suggest.js';
import type { MetricRow } from '../metrics.js';
import { defaultObjectives, parseObjectives, type Objective } from '../rank/objectives.js';

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

const PREFERENCE_TEXTS: Readonly<Record<Preference, string>> = {
  cycles: 'fewest cycles, then fewest bytes through SRAM, then most retained weights',
  bandwidth: 'fewest bytes through SRAM, DRAM and flash, then fewest cycles, then most retained weights',
  retained: 'most retained weights, then fewest cycles, then fewest bytes through SRAM',
  knee: 'on the front, the farthest from the plane through its extremes',
};

/**
 * What a preference asks for, for people.
 *
 * @param sampled output noise takes the place of retained weights
 */
export const preferenceText = (preference: Preference, sampled: boolean): string =>
  sampled
    ? PREFERENCE_TEXTS[preference].replace('most retained weights', 'least output noise')
    : PREFERENCE_TEXTS[preference];

/** Bytes moved through all memories. */
export const bytesMoved = (numbers: Pick<MetricRow, 'sram_total_bytes' | 'external_total_bytes'>): number =>
  numbers.sram_total_bytes + numbers.external_total_bytes;

/** Output noise where it was measured, else lost weights as far as they can be compared: unknown is worst. */
const loss = ({ retained_energy: retained, output_noise: noise }: MetricRow): number => {
  if (!Number.isNaN(noise)) return noise;
  return Number.isNaN(retained) ? Infinity : -retained;
};

const ORDERS: Readonly<Record<Preference, readonly ((numbers: MetricRow) => number)[]>> = {
  cycles: [(n) => n.cycles_total, (n) => n.sram_total_bytes, loss],
  bandwidth: [bytesMoved, (n) => n.cycles_total, loss],
  retained: [loss, (n) => n.cycles_total, (n) => n.sram_total_bytes],
  knee: [(n) => n.cycles_total, (n) => n.sram_total_bytes, loss],
};

/** Negative where `a` is preferred to `b`, 0 where nothing tells them apart. */
export const comparePreferred = (preference: Preference, a: MetricRow, b: MetricRow): number => {
  for (const value of ORDERS[preference]) {
    const [x, y] = [value(a), value(b)];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
};

/** The figure in which a design has to beat the unchanged network. */
export type Price = 'cycles' | 'bytes';

/** What a preference counts as the price of a design. */
export const pricedBy = (preference: Preference): Price => (preference === 'bandwidth' ? 'bytes' : 'cycles');

/** Value of the figure that a pick has to improve. */
export const priceOf = (preference: Preference, numbers: MetricRow): number =>
  pricedBy(preference) === 'bytes' ? bytesMoved(numbers) : numbers.cycles_total;

/** True if a design is cheaper than the unchanged network on its system; false where that one is not known. */
export const pays = (preference: Preference, numbers: MetricRow, baseline: MetricRow | undefined): boolean =>
  baseline !== undefined && priceOf(preference, numbers) < priceOf(preference, baseline);

/**
 * Objectives of the search where none are named: those that hold the best design of the preference on their front.
 * Retained weights gives way to parameters where it is not known for every design, unless it is what is preferred.
 */
export const objectivesFor = (preference: Preference, retainedIsKnown: boolean): Objective[] => {
  if (preference === 'bandwidth') {
    return parseObjectives('sram_total_bytes,external_total_bytes,cycles_total');
  }
  return defaultObjectives(retainedIsKnown || preference === 'retained');
};

/** The same where there are samples: what a design loses is the noise of its outputs. */
export const noiseObjectives = (preference: Preference): Objective[] =>
  parseObjectives(
    preference === 'bandwidth'
      ? 'sram_total_bytes,external_total_bytes,output_noise'
      : 'cycles_total,sram_total_bytes,output_noise',
  );

/** Objectives of a search for what comes near to the constraints. */
export const sideObjectives = (preference: Preference): Objective[] =>
  preference === 'bandwidth'
    ? parseObjectives('sram_total_bytes,external_total_bytes,retained_energy:max')
    : defaultObjectives(true);
