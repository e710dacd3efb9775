import { createHash } from 'node:crypto';
import { usageError } from '../errors.js';
import { plural } from '../text.js';
import { LEAST_SAMPLES, selectSamples, type Samples } from './samples.js';

/** Most samples that weights are fitted to unless a number is given. */
export const MOST_FIT_SAMPLES = 200;

/** Each part has at least so many. */
const LEAST_PART = LEAST_SAMPLES / 2;

/** Stands for the contents of each sample. */
const digests = ({ count, inputs }: Samples, seed: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => {
    const hash = createHash('sha256').update(String(seed));
    for (const { buffer, byteOffset, byteLength } of inputs) {
      const bytes = byteLength / count;
      hash.update(new Uint8Array(buffer, byteOffset + i * bytes, bytes));
    }
    return hash.digest('base64');
  });

/** How many different samples there are. */
export const distinctSamples = (samples: Samples): number => new Set(digests(samples, 0)).size;

/** Samples to fit weights to, and others to score designs with. */
export interface SplitSamples {
  readonly fit: Samples;
  readonly score: Samples;
}

/**
 * Splits samples in two. Which part a sample belongs to depends on the seed and on what it holds, not on its place:
 * equal samples are in the same part, and the same samples in another order are split in the same way.
 * @param fitSamples how many to fit to, or somewhat fewer where equal samples would have to be parted
 * @throws a usage error where too few are left for a part
 */
export function splitSamples(
  samples: Samples,
  seed: number,
  fitSamples = Math.min(MOST_FIT_SAMPLES, Math.floor(samples.count / 2)),
): SplitSamples {
  const groups = new Map<string, number[]>();
  digests(samples, seed).forEach((digest, i) => {
    const group = groups.get(digest);
    if (group === undefined) groups.set(digest, [i]);
    else group.push(i);
  });
  const fit: number[] = [];
  const score: number[] = [];
  for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1)))
    (fit.length + group.length <= fitSamples ? fit : score).push(...group);
  if (fit.length < LEAST_PART || score.length < LEAST_PART) {
    throw usageError(
      `${samples.source}: its ${plural(samples.count, 'sample')} cannot be split into ${fitSamples} to fit weights to and ` +
        `others to score with; each part needs at least ${LEAST_PART}, and equal samples stay together`,
      'fitSamples',
    );
  }
  const ordered = (indices: readonly number[]): Samples =>
    selectSamples(
      samples,
      indices.toSorted((a, b) => a - b),
    );
  return { fit: ordered(fit), score: ordered(score) };
}
