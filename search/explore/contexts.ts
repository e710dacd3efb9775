import { PART_FIGURE_COUNT, PART_FIGURES } from '../evaluate/part-figures.js';
import type { Segment } from '../evaluate/segments.js';
import { stateCount, stateOf } from './additive.js';
import type { Observations } from './part-table.js';

/** A segment whose figures vary by less than this share of a design's, in one state, is taken to stand alone. */
const LEAST_SPREAD = 0.002;
/** Most states of a segment together with those of the one before it, and of all such segments. */
const MOST_STATES = 4096;
const MOST_STATES_OF_ALL = 12_288;

/** Largest difference between designs that show a segment in the same state, for one figure. */
const spreadOf = (
  segment: number,
  positions: readonly number[],
  radices: readonly number[],
  figure: number,
  { designs, results }: Observations,
): number => {
  const count = stateCount(positions, radices);
  const least = new Float64Array(count).fill(Infinity);
  const most = new Float64Array(count).fill(-Infinity);
  for (let row = 0; row < designs.count; row++) {
    if (results.known[row] === 0) continue;
    const state = stateOf(positions, radices, designs.digits.subarray(row * designs.width));
    const value = results.figures[row * results.width + segment * PART_FIGURE_COUNT + figure]!;
    least[state] = Math.min(least[state]!, value);
    most[state] = Math.max(most[state]!, value);
  }
  return most.reduce((widest, value, state) => Math.max(widest, value - least[state]!), 0);
};

/** The smallest sum of a figure over the segments of a design. */
const leastTotal = (figure: number, { designs, results }: Observations): number => {
  let least = Infinity;
  for (let row = 0; row < designs.count; row++) {
    if (results.known[row] === 0) continue;
    let total = 0;
    for (let at = figure; at < results.width; at += PART_FIGURE_COUNT) {
      total += results.figures[row * results.width + at]!;
    }
    least = Math.min(least, total);
  }
  return least;
};

/**
 * The positions on which each segment's figures are tabulated: its own, and, where the same state costs clearly
 * different amounts in different designs, those of the segment before it as well. What precedes an operation decides
 * how much of its weights is fetched in time, and so how they are buffered (shared reference document 04, section 6).
 *
 * @param figures that matter
 */
export const positionsInContext = (
  radices: readonly number[],
  segments: readonly Segment[],
  figures: readonly (typeof PART_FIGURES)[number][],
  observations: Observations,
): (readonly number[])[] => {
  const columns = figures.map((name) => PART_FIGURES.indexOf(name));
  const totals = columns.map((column) => Math.max(1, leastTotal(column, observations)));
  const wider = segments.map(({ positions }, s) => {
    const before = segments[s - 1]?.positions ?? [];
    const together = [...new Set([...positions, ...before])].sort((a, b) => a - b);
    const spread = Math.max(
      0,
      ...columns.map((column, j) => spreadOf(s, positions, radices, column, observations) / totals[j]!),
    );
    return { together, spread, states: stateCount(together, radices) };
  });
  let left = MOST_STATES_OF_ALL;
  const widened = new Set<number>();
  for (const [s, { spread, states }] of [...wider.entries()].sort(([, a], [, b]) => b.spread - a.spread)) {
    if (spread < LEAST_SPREAD || states > MOST_STATES || states > left) continue;
    left -= states;
    widened.add(s);
  }
  return segments.map(({ positions }, s) => (widened.has(s) ? wider[s]!.together : positions));
};
