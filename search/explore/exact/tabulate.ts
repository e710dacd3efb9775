import { grouped } from '../../../src/text.js';
import { SEGMENT_FIGURES } from '../../evaluate/figures.js';
import type { Session } from '../../evaluate/session.js';
import type { SystemSegments } from '../../evaluate/segments.js';
import { varyingRadices, type Designs, type Space } from '../../space/space.js';
import { createApplier } from '../../emit/apply.js';
import { stateCount } from './additive-model.js';
import { OutOfReach } from './out-of-reach.js';
import { positionsInContext } from './tabulated-positions.js';
import type { ExploreRequest } from '../explorer.js';
import type { Dimension } from './dimensions.js';
import { tableDesigns, tabulateSegments, type Observations, type SegmentCosts } from './segment-costs.js';
import { TUNING } from './tuning.js';

/** What the tables of all systems say. */
export interface Tables {
  /** None if they were interrupted. */
  readonly tables: readonly SegmentCosts[];
  /** Designs that were evaluated for them. */
  readonly designs: number;
}

/** Larger segments are shown once, and beyond the second number the whole space is left to evolution. */
const LARGE_SEGMENT = 8192;
const LARGEST_SEGMENT = 65_536;

/** The segments on all systems, as far as they can have tables; undefined if it was interrupted or the time was up. */
const segmentsOf = async (
  space: Space,
  session: Session,
  until: number,
): Promise<SystemSegments | undefined> => {
  let segments: SystemSegments | undefined;
  try {
    segments = await session.segments(until);
  } catch {
    throw new OutOfReach('the unchanged network could not be compiled');
  }
  const radices = varyingRadices(space);
  const states = segments?.flat().map(({ positions }) => stateCount(positions, radices)) ?? [];
  const largest = Math.max(0, ...states);
  if (largest <= LARGEST_SEGMENT) return segments;
  throw new OutOfReach(`a part of the network has ${grouped(largest)} states, too many for a table`);
};

/**
 * Tabulates all systems, unless it is interrupted.
 *
 * @param until time of `performance.now()`
 * @throws OutOfReach where segments cannot be tabulated, or not in time
 */
export const tabulateAll = async (
  { space, onProgress, evaluate: { signal } }: ExploreRequest,
  session: Session,
  dimensions: readonly Dimension[],
  until: number,
): Promise<Tables> => {
  const applier = createApplier(space, 'unknown');
  const radices = varyingRadices(space);
  const figures = SEGMENT_FIGURES.filter((name) =>
    dimensions.some(({ form }) => form.base === name && form.combine === 'sum'),
  );
  let finished = 0;
  const observe = async (designs: Designs): Promise<Observations> => {
    const results = await session.evaluate(designs, {
      wanted: 'segments',
      until,
      onProgress: (count) => onProgress?.(finished + count),
    });
    finished += designs.count;
    return { designs, results };
  };
  const isOver = (): boolean => signal?.aborted === true || performance.now() >= until;
  const tables: SegmentCosts[] = [];
  for (const [system, segments] of ((await segmentsOf(space, session, until)) ?? []).entries()) {
    const own = segments.map(({ positions }) => positions);
    const large = own.some((positions) => stateCount(positions, radices) > LARGE_SEGMENT);
    const all = [await observe(tableDesigns(space, own, system, large ? 1 : TUNING.firstShows))];
    if (isOver()) break;
    const positions = await positionsInContext(radices, segments, figures, all[0]!);
    if (positions.some((p, s) => p !== own[s])) {
      all.push(await observe(tableDesigns(space, positions, system, 1)));
    }
    if (isOver()) break;
    tables.push(await tabulateSegments(space, system, segments, positions, all, applier));
  }
  if (signal?.aborted === true) return { tables: [], designs: 0 };
  if (tables.length === space.systems.length && !isOver()) return { tables, designs: finished };
  throw new OutOfReach('the time was up before the table of costs was complete', 'time');
};
