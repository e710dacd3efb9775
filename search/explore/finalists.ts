import { FIGURE_COUNT, storeFigures } from '../evaluate/figures.js';
import { rowOf } from '../space/space.js';
import type { Study } from '../rank/table.js';
import type { Quality } from '../evaluate/trial/trial.js';
import type { AskOptions, Trials } from '../evaluate/trial/trials.js';

/**
 * Fits and measures some designs of a study: it gets what was measured of them, and their figures become those of the
 * fitted networks.
 *
 * @param rows of the study's designs
 */
export const withMeasured = async (
  study: Study,
  rows: readonly number[],
  trials: Trials,
  options: AskOptions,
): Promise<Study> => {
  const { designs, results } = study;
  const questions = rows.map((row) => ({ kind: 'quality' as const, digits: rowOf(designs, row).slice() }));
  const answers = await trials.ask(questions, options);
  const qualities = new Map<number, Quality>();
  const figures = results.figures.slice();
  rows.forEach((row, i) => {
    const quality = answers[i]?.quality;
    if (quality === undefined) return;
    qualities.set(row, quality);
    storeFigures(quality.figures, figures.subarray(row * FIGURE_COUNT, (row + 1) * FIGURE_COUNT), 0);
  });
  return { ...study, results: { ...results, figures }, qualities };
};
