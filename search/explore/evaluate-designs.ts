import { evaluateDesigns, isWhole } from '../evaluate/session.js';
import { seededRandom, shuffle } from '../space/random.js';
import { designsOf, rowsOf, type Designs } from '../space/space.js';
import type { Exploration, ExploreRequest, Stopped } from './explorer.js';

/** The same designs in random order, so that the part that a time budget allows stands for all; unchanged ones first. */
const shuffled = (designs: Designs, seed: number): Designs => {
  const isUnchanged = (row: Uint16Array): boolean => row.subarray(0, -1).every((digit) => digit === 0);
  const order = shuffle(seededRandom(seed), rowsOf(designs));
  return designsOf(
    [...order.filter(isUnchanged), ...order.filter((row) => !isUnchanged(row))],
    designs.width,
  );
};

/**
 * Evaluates a given table of designs. With a time budget it goes from the unchanged networks through the others in
 * random order, and stops when the time is up.
 */
export const evaluateTable = async (
  request: ExploreRequest,
  table: Designs,
): Promise<Pick<Exploration, 'designs' | 'results' | 'stopped'>> => {
  const { space, seed, seconds, evaluate, onProgress } = request;
  const designs = seconds === undefined ? table : shuffled(table, seed);
  const results = await evaluateDesigns(space, designs, {
    ...evaluate,
    ...(onProgress && { onProgress }),
    ...(seconds !== undefined && { until: performance.now() + 1000 * seconds }),
  });
  if (results.interrupted) return { designs, results, stopped: 'interrupted' };
  return { designs, results, stopped: isWhole(designs, results) ? undefined : 'time' };
};

/** Said in `run.json` of a search that was ended early. */
export const stoppedFacts = (stopped: Stopped | undefined): Readonly<Record<string, unknown>> =>
  stopped === undefined ? {} : { stopped, reproducible: false };
