import { below, seededRandom } from '../../space/random.js';
import { onSystem, varyingRadices, type Space } from '../../space/space.js';
import type { Candidates } from './near-front.js';
import { TUNING } from './tuning.js';

/** Some designs of every system's front. */
export const frontProbes = (fronts: readonly Candidates[]): Uint16Array[] =>
  fronts.flatMap(({ rows }) => {
    const count = Math.min(TUNING.probes, rows.size);
    return Array.from({ length: count }, (_, p) => rows.row(Math.floor((p * rows.size) / count)));
  });

/** Random designs on every system. */
export const randomProbes = (space: Space, seed: number): Uint16Array[] => {
  const rng = seededRandom(seed);
  const radices = varyingRadices(space);
  return space.systems.flatMap((_, system) =>
    Array.from({ length: TUNING.randomProbes }, () =>
      onSystem(
        radices.map((radix) => below(rng, radix)),
        system,
      ),
    ),
  );
};
