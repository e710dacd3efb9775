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
