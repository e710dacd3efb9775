import { usageError } from '../../src/errors.js';
import { suggestion } from '../../src/suggest.js';
import type { NumberRow } from '../rank/table.js';
import { defaultObjectives, parseObjectives, type Objective } from '../rank/objectives.js';

/** Values of `--prefer`. */
export const PREFERENCES = ['cycles', 'bandwidth', 'energy', 'knee'] as const;
export type Preference = (typeof PREFERENCES)[number];

/**
 * Reads a value of `--prefer`.
 * @throws a usage error for any that does not exist
 */
export const parsePreference = (text: string): Preference => {
  const preference = PREFERENCES.find((name) => name === text);
  if (preference === undefined)
    throw usageError(`--prefer "${text}" is not known${suggestion(text, PREFERENCES)}`);
  return preference;
};

/** What a preference asks for, for people. */
export const PREFERENCE_TEXTS: Readonly<Record<Preference, string>> = {
  cycles: 'fewest cycles, then fewest bytes through SRAM, then most retained energy',
  bandwidth: 'fewest bytes through SRAM, DRAM and flash, then fewest cycles, then most retained energy',
  energy: 'most retained energy, then fewest cycles, then fewest bytes through SRAM',
  knee: 'on the front, the farthest from the plane through its extremes',
};

/** Bytes moved through all memories. */
export const bytesMoved = (numbers: Pick<NumberRow, 'sram_total_bytes' | 'external_total_bytes'>): number =>
  numbers.sram_total_bytes + numbers.external_total_bytes;

/** Lost energy as far as it can be compared: unknown is worst. */
const loss = ({ retained_energy: energy }: NumberRow): number => (Number.isNaN(energy) ? Infinity : -energy);

const ORDERS: Readonly<Record<Preference, readonly ((numbers: NumberRow) => number)[]>> = {
  cycles: [(n) => n.cycles_total, (n) => n.sram_total_bytes, loss],
  bandwidth: [bytesMoved, (n) => n.cycles_total, loss],
  energy: [loss, (n) => n.cycles_total, (n) => n.sram_total_bytes],
  knee: [(n) => n.cycles_total, (n) => n.sram_total_bytes, loss],
};

/** Negative where `a` is preferred to `b`, 0 where nothing tells them apart. */
export const comparePreferred = (preference: Preference, a: NumberRow, b: NumberRow): number => {
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
export const priceOf = (preference: Preference, numbers: NumberRow): number =>
  pricedBy(preference) === 'bytes' ? bytesMoved(numbers) : numbers.cycles_total;

/** True if a design is cheaper than the unchanged network on its system; false where that one is not known. */
export const pays = (preference: Preference, numbers: NumberRow, baseline: NumberRow | undefined): boolean =>
  baseline !== undefined && priceOf(preference, numbers) < priceOf(preference, baseline);

/**
 * Objectives of the search where none are named: those that hold the best design of the preference on their front.
 * Retained energy gives way to parameters where it is not known for every design, unless it is what is preferred.
 */
export const objectivesFor = (preference: Preference, energyIsKnown: boolean): Objective[] => {
  if (preference === 'bandwidth') {
    return parseObjectives('sram_total_bytes,external_total_bytes,cycles_total');
  }
  return defaultObjectives(energyIsKnown || preference === 'energy');
};

/** Objectives of a search for what comes near to the constraints. */
export const sideObjectives = (preference: Preference): Objective[] =>
  preference === 'bandwidth'
    ? parseObjectives('sram_total_bytes,external_total_bytes,retained_energy:max')
    : defaultObjectives(true);
