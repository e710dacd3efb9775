import { createEvaluator } from '../search/evaluate/evaluator.js';
import { FIGURE_COUNT, FIGURES, loadFigures, type DesignFigures } from '../search/evaluate/figures.js';
import { designId } from '../search/space/changes.js';
import type { Digits, Space } from '../search/space/space.js';
import { wholePath } from './whole-path.js';

/** How the figures of designs from a search's evaluator compare with those of whole compilations. */
export interface FigureComparison {
  /** Designs compared, twice each. */
  readonly designs: number;
  /** Designs whose figures were added up from known transitions the second time. */
  readonly chained: number;
  /** Designs that neither way can estimate. */
  readonly refused: number;
  /** One sentence per figure that differs; none if the evaluator is right. */
  readonly differences: readonly string[];
}

/** What `work` gives; undefined if it throws. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** How two ways of estimating one design differ; undefined figures are those of a design that was refused. */
function differences(found: DesignFigures | undefined, expected: DesignFigures | undefined): string[] {
  if (found === undefined || expected === undefined) {
    if (found === expected) return [];
    return [found === undefined ? 'refused, expected figures' : 'has figures, expected to be refused'];
  }
  return FIGURES.filter((name) => !Object.is(found[name], expected[name])).map(
    (name) => `${name} ${found[name]}, expected ${expected[name]}`,
  );
}

/**
 * Evaluates designs as a sweep does, each twice: at first transitions are learnt, then they are known. Every figure is
 * compared with that of a compilation of the design's whole network.
 */
export function compareFigures(space: Space, designs: readonly Digits[]): FigureComparison {
  const evaluator = createEvaluator(space);
  const whole = wholePath(space);
  const expected = designs.map((design) => attempt(() => whole(design)));
  const row = new Float64Array(FIGURE_COUNT);
  const found: string[] = [];
  let chained = 0;
  for (const round of ['learning', 'known']) {
    chained = 0;
    designs.forEach((design, i) => {
      const figures = attempt(() => {
        if (evaluator.store(design, row, 0)) chained++;
        return loadFigures(row, 0);
      });
      for (const text of differences(figures, expected[i])) {
        found.push(`${designId(space, design)} (${round}): ${text}`);
      }
    });
  }
  const refused = expected.filter((figures) => figures === undefined).length;
  return { designs: designs.length, chained, refused, differences: found };
}
