import type { Depth } from './store.js';

/** A thread of a worker, and where it is. */
export interface LaneState {
  /** The queue that it takes jobs from. */
  readonly hash: string | undefined;
  /** For so many milliseconds. */
  readonly age: number;
  readonly isBusy: boolean;
}

/** Jobs of a queue of a search that is there. */
export interface OpenQueue extends Depth {
  readonly hash: string;
}

/** A lane that should go to another queue. */
export interface Move {
  /** Place in the list of lanes. */
  readonly lane: number;
  readonly to: string | undefined;
}

/** With fewer lanes than searches, a lane stays with each for so many milliseconds: it has to compile for every one. */
const TURN = 10_000;

const least = <T>(values: readonly T[], by: (value: T) => number): T | undefined =>
  values.reduce<T | undefined>(
    (best, value) => (best === undefined || by(value) < by(best) ? value : best),
    undefined,
  );

/**
 * Shares the threads of a worker among searches: those without work go to where most is waiting; searches with waiting
 * work have equal shares; and where there are more of these than threads, they take turns.
 */
export const shareLanes = (lanes: readonly LaneState[], queues: readonly OpenQueue[]): Move[] => {
  const isOpen = (hash: string | undefined): boolean => queues.some((queue) => queue.hash === hash);
  const at = new Map<string | undefined, number>(queues.map(({ hash }) => [hash, 0]));
  for (const { hash } of lanes) if (isOpen(hash)) at.set(hash, at.get(hash)! + 1);
  const moves: Move[] = [];
  const move = (lane: number, to: string | undefined): void => {
    const { hash } = lanes[lane]!;
    if (isOpen(hash)) at.set(hash, at.get(hash)! - 1);
    if (to !== undefined) at.set(to, at.get(to)! + 1);
    moves.push({ lane, to });
  };
  const hungry = queues.filter(({ waiting }) => waiting > 0);
  const hasWork = (hash: string | undefined): boolean => hungry.some((queue) => queue.hash === hash);
  // Fewest lanes first, then most waiting jobs.
  const next = (among: readonly OpenQueue[]): OpenQueue | undefined =>
    least(among, ({ hash, waiting }) => at.get(hash)! - waiting / (waiting + 1));

  lanes.forEach(({ hash, isBusy }, lane) => {
    const isFree = !isOpen(hash) || (!isBusy && !hasWork(hash));
    if (!isFree) return;
    const to = next(hungry) ?? (isOpen(hash) ? undefined : next(queues));
    if (to !== undefined) {
      if (to.hash !== hash) move(lane, to.hash);
    } else if (hash !== undefined && !isOpen(hash)) move(lane, undefined);
  });
  if (moves.length > 0) return moves;

  const poorest = next(hungry);
  if (poorest === undefined) return [];
  const few = at.get(poorest.hash)!;
  const oldest = least(
    lanes
      .map((state, lane) => ({ ...state, lane }))
      .filter(({ hash }) => hasWork(hash) && hash !== poorest.hash),
    ({ hash, age }) => -(at.get(hash)! * 2 * TURN + Math.min(age, TURN)),
  );
  if (oldest === undefined) return [];
  const gap = at.get(oldest.hash)! - few;
  if (gap >= 2 || (few === 0 && oldest.age >= TURN)) move(oldest.lane, poorest.hash);
  return moves;
};
