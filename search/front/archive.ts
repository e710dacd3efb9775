import { prune } from './non-dominated.js';
import { joinPoints, selectPoints, type Points } from './points.js';

/** The best of what was seen so far: what no other dominates, one for each point, in lexicographic order. */
export interface Archive<T> {
  readonly points: Points;
  readonly members: readonly T[];
}

/** An archive of nothing. */
export const emptyArchive = <T>(dimensions: number): Archive<T> => ({
  points: { count: 0, dimensions, values: new Float64Array(0) },
  members: [],
});

/**
 * The archive with more members and their points, as far as they belong there; of equal points the first stays. The
 * same object if none does.
 */
export const extended = <T>(archive: Archive<T>, members: readonly T[], points: Points): Archive<T> => {
  const before = archive.members.length;
  const all = joinPoints(archive.points, points);
  const kept = prune(all);
  if (kept.every((at) => at < before)) return archive;
  return {
    points: selectPoints(all, kept),
    members: Array.from(kept, (at) => (at < before ? archive.members[at]! : members[at - before]!)),
  };
};
