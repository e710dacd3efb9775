import { createBreath } from '../../evaluate/breathe.js';
import { SEGMENT_FIGURE_COUNT, SEGMENT_FIGURES } from '../../evaluate/figures.js';
import type { FigureName } from '../../metrics.js';
import type { Segment } from '../../evaluate/segments.js';
import { stateCount, stateOf } from './additive-model.js';
import { eliminationWork } from './eliminate.js';
import type { Observations } from './segment-costs.js';
import { TUNING } from './tuning.js';

/** How figures of a segment vary among designs that show it in the same state. */
interface Variation {
  /** Largest difference, as a share of a design's figure. */
  readonly spread: number;
  /** Per position, the share of the squared deviations from the states' means that its digit explains. */
  readonly explained: readonly number[];
}

/** The smallest sum of a figure over the segments of a design. */
const leastTotal = (figure: number, { designs, results }: Observations): number => {
  let least = Infinity;
  for (let row = 0; row < designs.count; row++) {
    if (results.known[row] === 0) continue;
    let total = 0;
    for (let at = figure; at < results.width; at += SEGMENT_FIGURE_COUNT) {
      total += results.figures[row * results.width + at]!;
    }
    least = Math.min(least, total);
  }
  return least;
};

/** Values of a figure of a segment, in designs that are known, with the state that they show. */
const variationOf = (
  segment: number,
  positions: readonly number[],
  radices: readonly number[],
  figures: readonly { readonly column: number; readonly total: number }[],
  { designs, results }: Observations,
): Variation => {
  const rows = Array.from({ length: designs.count }, (_, row) => row).filter(
    (row) => results.known[row] === 1,
  );
  const count = stateCount(positions, radices);
  const states = rows.map((row) => stateOf(positions, radices, designs.digits.subarray(row * designs.width)));
  const between = radices.map(() => 0);
  let squares = 0;
  let spread = 0;
  for (const { column, total } of figures) {
    const least = new Float64Array(count).fill(Infinity);
    const most = new Float64Array(count).fill(-Infinity);
    const sums = new Float64Array(count);
    const seen = new Uint32Array(count);
    const values = rows.map(
      (row) => results.figures[row * results.width + segment * SEGMENT_FIGURE_COUNT + column]! / total,
    );
    values.forEach((value, i) => {
      const state = states[i]!;
      least[state] = Math.min(least[state]!, value);
      most[state] = Math.max(most[state]!, value);
      sums[state]! += value;
      seen[state]!++;
    });
    spread = most.reduce((widest, value, state) => Math.max(widest, value - least[state]!), spread);
    const deviations = values.map((value, i) => value - sums[states[i]!]! / seen[states[i]!]!);
    squares += deviations.reduce((sum, d) => sum + d * d, 0);
    radices.forEach((radix, position) => {
      const own = new Float64Array(radix);
      const times = new Uint32Array(radix);
      rows.forEach((row, i) => {
        const digit = designs.digits[row * designs.width + position]!;
        own[digit]! += deviations[i]!;
        times[digit]!++;
      });
      own.forEach((sum, digit) => {
        if (times[digit]! > 0) between[position]! += (sum * sum) / times[digit]!;
      });
    });
  }
  return { spread, explained: between.map((b) => (squares > 0 ? b / squares : 0)) };
};

/**
 * The positions on which each segment's figures are tabulated: its own, and, where the same state costs clearly
 * different amounts in different designs, others that decide about it: those of the segment before it, which decides
 * how much of the weights is fetched in time, and those that compete with it for memory (docs/model/scheduling.md).
 *
 * @param figures that matter
 */
export const positionsInContext = async (
  radices: readonly number[],
  segments: readonly Segment[],
  figures: readonly FigureName[],
  observations: Observations,
): Promise<(readonly number[])[]> => {
  const breathe = createBreath();
  const columns = figures.map((name) => {
    const column = SEGMENT_FIGURES.indexOf(name);
    return { column, total: Math.max(1, leastTotal(column, observations)) };
  });
  const variations: Variation[] = [];
  for (const [s, { positions }] of segments.entries()) {
    await breathe();
    variations.push(variationOf(s, positions, radices, columns, observations));
  }
  let positions = segments.map((segment) => segment.positions);
  const mostWork = TUNING.mostWork * eliminationWork(radices, positions);
  const bySpread = [...variations.entries()].sort(([, a], [, b]) => b.spread - a.spread);
  for (const [s, { spread, explained }] of bySpread) {
    if (spread < TUNING.leastSpread) break;
    const own = positions[s]!;
    const before = segments[s - 1]?.positions ?? [];
    const rank = (position: number): number => explained[position]! + Number(before.includes(position));
    const deciding = radices
      .map((_, position) => position)
      .filter((position) => !own.includes(position) && radices[position]! > 1)
      .filter((position) => explained[position]! >= TUNING.leastShare || before.includes(position))
      .sort((a, b) => rank(b) - rank(a));
    for (const position of deciding) {
      const together = [...positions[s]!, position].sort((a, b) => a - b);
      await breathe();
      if (eliminationWork(radices, positions.with(s, together)) > mostWork) continue;
      positions = positions.with(s, together);
    }
  }
  return positions;
};
