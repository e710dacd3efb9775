import { SEGMENT_FIGURES } from '../../evaluate/figures.js';
import type { Session } from '../../evaluate/session.js';
import type { SystemSegments } from '../../evaluate/segments.js';
import { varyingRadices, type Designs, type Space } from '../../space/space.js';
import { createApplier } from '../../emit/apply.js';
import { stateCount } from './additive-model.js';
import { positionsInContext } from './tabulated-positions.js';
import type { ExploreRequest } from '../explorer.js';
import type { Dimension } from './dimensions.js';
import { tableDesigns, tabulateSegments, type Observations, type SegmentCosts } from './segment-costs.js';

/** What the tables of all systems say. */
export interface Tables {
  readonly tables: readonly SegmentCosts[];
  /** Designs that were evaluated for them. */
  readonly designs: number;
}

/** Every state is shown this often at first, to see whether it always costs the same. */
const FIRST_SHOWS = 2;
/** Larger segments are shown once, and beyond the second number the whole space is left to evolution. */
const LARGE_SEGMENT = 8192;
export const LARGEST_SEGMENT = 65_536;

/** Number of states of the largest segment. */
export const largestSegment = (space: Space, segments: SystemSegments): number => {
  const radices = varyingRadices(space);
  return Math.max(...segments.flat().map(({ positions }) => stateCount(positions, radices)));
};

/** Tabulates all systems; undefined if it was interrupted, or not finished at a time of `performance.now()`. */
export const tabulateAll = async (
  { space, onProgress, evaluate: { signal } }: ExploreRequest,
  session: Session,
  dimensions: readonly Dimension[],
  segmentsOf: SystemSegments,
  until: number,
): Promise<Tables | undefined> => {
  const applier = createApplier(space, 'unknown');
  const radices = varyingRadices(space);
  const figures = SEGMENT_FIGURES.filter((name) =>
    dimensions.some(({ form }) => form.base === name && form.combine === 'sum'),
  );
  const isOver = (): boolean => signal?.aborted === true || performance.now() >= until;
  let finished = 0;
  const observe = async (designs: Designs): Promise<Observations> => {
    const results = await session.evaluate(designs, {
      wanted: 'segments',
      until,
      onProgress: (count) => onProgress?.(finished + count, finished + designs.count),
    });
    finished += designs.count;
    return { designs, results };
  };
  const tables: SegmentCosts[] = [];
  for (let system = 0; system < space.systems.length; system++) {
    const segments = segmentsOf[system]!;
    const own = segments.map(({ positions }) => positions);
    const large = own.some((positions) => stateCount(positions, radices) > LARGE_SEGMENT);
    const first = await observe(tableDesigns(space, own, system, large ? 1 : FIRST_SHOWS));
    if (isOver()) return undefined;
    const positions = await positionsInContext(radices, segments, figures, first);
    const all = [first];
    if (positions.some((p, s) => p !== own[s])) {
      all.push(await observe(tableDesigns(space, positions, system, 1)));
    }
    if (isOver()) return undefined;
    tables.push(await tabulateSegments(space, system, segments, positions, all, applier));
  }
  return isOver() ? undefined : { tables, designs: finished };
};
