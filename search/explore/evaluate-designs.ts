import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { evaluateDesigns, isWhole } from '../evaluate/session.js';
import { seededRandom } from '../space/random.js';
import { rowOf, type Designs } from '../space/space.js';
import type { Exploration, ExploreRequest, Stopped } from './explorer.js';

/** The same designs in random order, so that the part that a time budget allows stands for all of them. */
const shuffled = ({ count, width, digits }: Designs, seed: number): Designs => {
  const rng = seededRandom(seed);
  const rows = digits.slice();
  for (let i = 0; i + 1 < count; i++) {
    const j = uniformInt(rng, i, count - 1);
    const held = rows.slice(i * width, (i + 1) * width);
    rows.copyWithin(i * width, j * width, (j + 1) * width);
    rows.set(held, j * width);
  }
  return { count, width, digits: rows };
};

/** The same designs, those that satisfy a condition first. */
const first = (designs: Designs, wanted: (digits: Uint16Array) => boolean): Designs => {
  const { count, width } = designs;
  const digits = new Uint16Array(designs.digits.length);
  let at = 0;
  for (const turn of [true, false]) {
    for (let i = 0; i < count; i++) {
      const row = rowOf(designs, i);
      if (wanted(row) !== turn) continue;
      digits.set(row, at);
      at += width;
    }
  }
  return { count, width, digits };
};

const isUnchanged = (digits: Uint16Array): boolean => digits.subarray(0, -1).every((digit) => digit === 0);

/**
 * Evaluates a given table of designs. With a time budget it goes from the unchanged networks through the others in
 * random order, and stops when the time is up.
 */
export const evaluateTable = async (
  request: ExploreRequest,
  table: Designs,
): Promise<Pick<Exploration, 'designs' | 'results' | 'stopped'>> => {
  const { space, seed, seconds, evaluate, onProgress } = request;
  const designs = seconds === undefined ? table : first(shuffled(table, seed), isUnchanged);
  const results = await evaluateDesigns(space, designs, {
    ...evaluate,
    onProgress: (finished) => onProgress?.(finished, designs.count),
    ...(seconds !== undefined && { until: performance.now() + 1000 * seconds }),
  });
  if (results.interrupted) return { designs, results, stopped: 'interrupted' };
  return { designs, results, stopped: isWhole(designs, results) ? undefined : 'time' };
};

/** Said in `run.json` of a search that was ended early. */
export const stoppedFacts = (stopped: Stopped | undefined): Readonly<Record<string, unknown>> =>
  stopped === undefined ? {} : { stopped, reproducible: false };
