import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** Spreads neighbouring seeds over all seeds (the finishing steps of MurmurHash3). */
const scrambled = (seed: number): number => {
  let h = seed | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

/** The stream of random numbers that a seed stands for. */
export const seededRandom = (seed: number): RandomGenerator => xoroshiro128plus(scrambled(seed));

/** A whole number from 0 to below a limit, each as likely as any other. */
export const below = (rng: RandomGenerator, limit: number): number =>
  limit <= 1 ? 0 : uniformInt(rng, 0, limit - 1);

/** Brings a list into random order, and gives its first `count` members; only these are random with a smaller count. */
export const shuffle = <T>(rng: RandomGenerator, list: T[], count = list.length): T[] => {
  for (let i = 0; i < Math.min(count, list.length - 1); i++) {
    const j = uniformInt(rng, i, list.length - 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list.slice(0, count);
};
