import type { Dataset } from './dataset.js';

/** How many of some designs take an option of one choice and an option of the next. */
export interface Flow {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean of their values. */
  readonly mean: number;
}

/** Per choice, how many of some designs take each of its options; the system is the last choice. */
export const optionCounts = ({ model, digits }: Dataset, rows: Uint32Array): number[][] =>
  digits.map((column, position) => {
    const counts = new Array<number>(optionsAt(model, position).length).fill(0);
    for (const row of rows) counts[column[row]!]!++;
    return counts;
  });

/** Names of the options of a choice; codes of the systems for the last. */
export const optionsAt = ({ choices, systems }: Dataset['model'], position: number): readonly string[] =>
  choices[position]?.options ?? systems.map(({ code }) => code);

/** Where designs go from each choice to the next. */
export const flowsOf = ({ model, digits }: Dataset, rows: Uint32Array, values: ArrayLike<number>): Flow[][] =>
  digits.slice(1).map((right, position) => {
    const left = digits[position]!;
    const width = optionsAt(model, position + 1).length;
    const size = optionsAt(model, position).length * width;
    const [counts, sums] = [new Float64Array(size), new Float64Array(size)];
    for (const row of rows) {
      const at = left[row]! * width + right[row]!;
      counts[at]!++;
      sums[at]! += values[row]!;
    }
    return Array.from(counts, (count, at) => ({
      from: Math.floor(at / width),
      to: at % width,
      count,
      mean: sums[at]! / count,
    })).filter(({ count }) => count > 0);
  });
