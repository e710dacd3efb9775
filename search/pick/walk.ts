import { excess, type Constraint } from '../rank/constraints.js';
import { designMetrics } from '../rank/table.js';
import type { AskOptions } from '../evaluate/trial/trials.js';
import type { Measuring } from '../explore/sweep.js';
import { candidateAt, orderRows, type Candidate, type Evaluated, type Wish } from './candidates.js';

/** What measuring designs along the front, best first, came to. */
export interface Walk {
  /** The best measured design that meets the constraints on what was measured; undefined if none does. */
  readonly candidate: Candidate | undefined;
  /** Designs that were measured, best first. */
  readonly measured: readonly Candidate[];
  /** Designs along the front, and how many of them are better than the candidate by their figures. */
  readonly length: number;
  readonly before: number;
}

/** Rows from the most wanted to the least noisy: each makes less noise than all before it. */
const alongFront = (evaluated: Evaluated, rows: readonly number[], wish: Wish): Candidate[] => {
  const noise = evaluated.table.columns.output_noise;
  let least = Infinity;
  const line = orderRows(evaluated, rows, wish).filter((i) => {
    // Unknown noise is worse than any.
    if (!(noise[i]! < least)) return false;
    least = noise[i]!;
    return true;
  });
  return line.map((i) => candidateAt(evaluated, i));
};

/** Designs that are measured in one round, whatever the number of workers: the pick must not depend on it. */
const TOGETHER = 2;
/** Measured beside the first design that holds, since noise and what is measured do not fall in step. */
const NEARBY = 4;

/**
 * Measures designs along the front, from the most wanted on, until one meets the constraints on what is measured. As
 * noise falls along it, the place where they begin to hold is halved in, several at a time; then those just before it
 * are measured, too.
 *
 * @param rows of designs that meet all other constraints
 */
export const walkFront = async (
  evaluated: Evaluated,
  rows: readonly number[],
  wish: Wish,
  constraints: readonly Constraint[],
  { trials, most, onProgress }: Measuring,
  options: AskOptions,
): Promise<Walk> => {
  const line = alongFront(evaluated, rows, wish);
  const { space } = evaluated;
  const [{ baselines }] = evaluated.studies;
  const known = new Map<number, Candidate>();
  const isOver = (): boolean => options.until !== undefined && performance.now() >= options.until;
  const holds = (place: number): boolean | undefined => {
    const candidate = known.get(place);
    return (
      candidate &&
      constraints.every((constraint) => excess(constraint, candidate.numbers[constraint.column]) === 0)
    );
  };

  const measure = async (places: readonly number[]): Promise<void> => {
    const fresh = places.filter((place) => !known.has(place));
    const answers = await trials.ask(
      fresh.map((place) => ({ kind: 'quality', digits: line[place]!.digits })),
      options,
    );
    fresh.forEach((place, i) => {
      const quality = answers[i]?.quality;
      if (quality === undefined) return;
      const candidate = line[place]!;
      const { digits } = candidate;
      const baseline = baselines[digits.at(-1)!]!;
      known.set(place, {
        ...candidate,
        numbers: designMetrics(space, digits, quality.figures, baseline, quality),
      });
    });
    onProgress?.(known.size);
  };

  let [low, high] = [-1, line.length];
  if (constraints.length === 0) await measure(line.slice(0, 1).map((_, i) => i));
  while (constraints.length > 0 && high - low > 1 && known.size < most && !isOver()) {
    const parts = Math.min(TOGETHER + 1, high - low);
    const places = Array.from(
      { length: parts - 1 },
      (_, k) => low + Math.round(((k + 1) * (high - low)) / parts),
    );
    const before = known.size;
    await measure(places);
    if (known.size === before) break;
    for (const place of places) {
      if (holds(place) === true) {
        high = Math.min(high, place);
        break;
      }
      low = Math.max(low, place);
    }
  }
  if (constraints.length > 0 && high < line.length && !isOver()) {
    await measure(Array.from({ length: NEARBY }, (_, k) => high - 1 - k).filter((place) => place >= 0));
  }
  const places = [...known.keys()].sort((a, b) => a - b);
  const best = places.find((place) => holds(place));
  return {
    candidate: best === undefined ? undefined : known.get(best)!,
    measured: places.map((place) => known.get(place)!),
    length: line.length,
    before: best ?? line.length,
  };
};
