import type { ChoiceNoise, Space } from '../space/space.js';
import { STANDARD } from '../substitute/index.js';
import { changesOfSpace, type Change } from './changes.js';
import type { JobSetup } from './jobs.js';
import { openPool, type Pool } from './pool.js';

export interface LossOptions {
  /** Worker threads. */
  readonly jobs: number;
  /** Aborting it ends the work; what was measured is kept. */
  readonly signal?: AbortSignal;
  /** Called with how many changes are measured, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Workers that are there already; they stay. */
  readonly pool?: Pool;
}

/** Noise by site and option, and by group and width: 0 for the unchanged choices, NaN for the others. */
interface Losses extends ChoiceNoise {
  readonly sites: readonly number[][];
  readonly groups: readonly number[][];
}

const emptyLosses = ({ sites, groups }: Space): Losses => ({
  sites: sites.map(({ options }) => options.map((option) => (option === STANDARD ? 0 : NaN))),
  groups: groups.map(({ group, widths }) => widths.map((width) => (width === group.channels ? 0 : NaN))),
});

const record = (losses: Losses, change: Change, noise: number): void => {
  if (change.kind === 'option') losses.sites[change.site]![change.option] = noise;
  else losses.groups[change.group]![change.width] = noise;
};

/**
 * Output noise of every change of a space alone, its weights fitted; NaN for what was not measured. What several changes
 * lose together is about the sum. The results do not depend on the number of threads.
 */
export const measureChangeLosses = async (
  setup: JobSetup,
  { jobs, signal, onProgress, pool }: LossOptions,
): Promise<ChoiceNoise> => {
  const { space } = setup;
  const losses = emptyLosses(space);
  const lists = changesOfSpace(space);
  const total = lists.reduce((sum, { length }) => sum + length, 0);
  const workers = pool ?? openPool(setup, Math.min(jobs, Math.max(1, lists.length)));
  const isAborted = (): boolean => signal?.aborted === true;
  const rest = lists.values();
  let done = 0;
  const feed = async (): Promise<void> => {
    for (const changes of rest) {
      if (isAborted()) return;
      const noise = await workers.noiseOf(changes[0]!);
      for (const change of changes) record(losses, change, noise);
      done += changes.length;
      onProgress?.(done, total);
    }
  };
  const ended = new Promise<void>((resolve) => {
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    if (!isAborted()) await Promise.race([Promise.all(Array.from({ length: 2 * jobs }, feed)), ended]);
    return losses;
  } catch (error) {
    if (isAborted()) return losses;
    throw error;
  } finally {
    if (pool === undefined) await workers.close();
  }
};
