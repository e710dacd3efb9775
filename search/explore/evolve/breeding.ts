import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { below, shuffle } from '../../space/random.js';
import { RowSet } from '../../space/row-set.js';
import { allDesigns, countDesigns, radicesOf, rowOf, type Space } from '../../space/space.js';
import type { Ranked } from './selection.js';

/** Probability that two parents mix rather than that each has a child of its own. */
const CROSSOVER = 0.9;

/** Attempts per new design before it is looked for in another way. */
const ATTEMPTS = 20;

/** Spaces of at most so many times the designs already seen are searched for the rest. */
const SEARCHED = 8n;

/** Makes designs of one space, none of them twice. */
export interface Breeder {
  /** Up to `count` designs to start with: the baseline on every system, changes of a single digit, random ones. */
  readonly start: (count: number) => Uint16Array[];
  /** Up to `count` children; fewer only where hardly any designs are left. */
  readonly children: (parents: readonly Ranked[], count: number) => Uint16Array[];
  /** All designs of the space have been made. */
  readonly exhausted: () => boolean;
}

/** A breeder whose choices all come from one stream of random numbers. */
export const createBreeder = (space: Space, rng: RandomGenerator): Breeder => {
  const radices = radicesOf(space);
  const width = radices.length;
  const systems = radices.at(-1)!;
  const total = countDesigns(space);
  const seen = new RowSet(width);
  const exhausted = (): boolean => BigInt(seen.size) === total;

  const chance = (probability: number): boolean => uniformFloat64(rng) < probability;
  /** Any design, with any share of its digits changed. */
  const randomRow = (): Uint16Array => {
    const share = uniformFloat64(rng);
    const row = new Uint16Array(width);
    for (let i = 0; i < width - 1; i++) if (chance(share)) row[i] = below(rng, radices[i]!);
    row[width - 1] = below(rng, systems);
    return row;
  };

  /** Changes every digit with probability 1/n, to any other of its values. */
  const mutate = (row: Uint16Array): Uint16Array => {
    for (let i = 0; i < width; i++) {
      if (radices[i]! > 1 && chance(1 / width))
        row[i] = (row[i]! + 1 + below(rng, radices[i]! - 1)) % radices[i]!;
    }
    return row;
  };

  const tournament = (parents: readonly Ranked[]): Ranked => {
    const [a, b] = [parents[below(rng, parents.length)]!, parents[below(rng, parents.length)]!];
    if (a.rank !== b.rank) return a.rank < b.rank ? a : b;
    return b.crowding > a.crowding ? b : a;
  };

  const pair = (parents: readonly Ranked[]): Uint16Array[] => {
    const one = tournament(parents).individual.digits.slice();
    const other = tournament(parents).individual.digits.slice();
    if (chance(CROSSOVER)) {
      for (let i = 0; i < width; i++) if (chance(0.5)) [one[i], other[i]] = [other[i]!, one[i]!];
    }
    return [mutate(one), mutate(other)];
  };

  /** Adds what `make` gives to `born` as far as it is new, in a bounded number of attempts. */
  const breed = (born: Uint16Array[], count: number, make: () => readonly Uint16Array[]): void => {
    for (let attempt = ATTEMPTS * (count - born.length); attempt > 0 && born.length < count; attempt--) {
      for (const row of make()) if (born.length < count && seen.add(row)) born.push(row);
    }
  };

  /** Random ones among all designs that have not been made, where these can be listed. */
  const addUnseen = (born: Uint16Array[], count: number): void => {
    if (born.length >= count || total > SEARCHED * BigInt(seen.size)) return;
    const all = allDesigns(space);
    const open: number[] = [];
    for (let i = 0; i < all.count; i++) if (!seen.has(rowOf(all, i))) open.push(i);
    for (const i of shuffle(rng, open, count - born.length)) {
      const row = rowOf(all, i).slice();
      seen.add(row);
      born.push(row);
    }
  };

  const fill = (born: Uint16Array[], count: number): Uint16Array[] => {
    breed(born, count, () => [randomRow()]);
    addUnseen(born, count);
    return born;
  };

  return {
    exhausted,
    start: (count) => {
      const born: Uint16Array[] = [];
      for (let system = 0; system < Math.min(systems, count); system++) {
        const row = new Uint16Array(width).fill(system, width - 1);
        seen.add(row);
        born.push(row);
      }
      const singles = radices
        .slice(0, -1)
        .flatMap((radix, i) => Array.from({ length: radix - 1 }, (_, d) => [i, d + 1] as const));
      for (const [i, digit] of shuffle(rng, singles, (count - born.length) >> 1)) {
        const row = new Uint16Array(width).fill(below(rng, systems), width - 1).fill(digit, i, i + 1);
        seen.add(row);
        born.push(row);
      }
      return fill(born, count);
    },
    children: (parents, count) => {
      const born: Uint16Array[] = [];
      if (parents.length > 0) breed(born, count, () => pair(parents));
      return fill(born, count);
    },
  };
};
