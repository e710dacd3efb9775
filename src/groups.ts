import { getOrMake } from './lazy.js';

/** Adds an item to the list of its key. */
export const addTo = <K, T>(groups: Map<K, T[]>, key: K, item: T): void => {
  getOrMake(groups, key, () => []).push(item);
};

/** Items by their keys, in the order in which each key comes first. */
export const groupBy = <K, T>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> => {
  const groups = new Map<K, T[]>();
  for (const item of items) addTo(groups, keyOf(item), item);
  return groups;
};

/** The values of items, added up by their keys. */
export const sumBy = <K, T>(
  items: Iterable<T>,
  keyOf: (item: T) => K,
  valueOf: (item: T) => number,
): Map<K, number> => {
  const sums = new Map<K, number>();
  for (const item of items) sums.set(keyOf(item), (sums.get(keyOf(item)) ?? 0) + valueOf(item));
  return sums;
};
