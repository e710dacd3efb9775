import { groupBy } from '../../../src/groups.js';
import { paretoRanks } from '../../front/pareto-ranks.js';
import { pointsOfMembers } from '../../front/points.js';

/** A design as selection sees it. */
export interface Individual {
  readonly digits: Uint16Array;
  /** Objectives, smaller is better. */
  readonly values: readonly number[];
  /** Sum of the relative excesses over the constraints; 0 if all are met, infinite if that is not known. */
  readonly violation: number;
}

/** An individual with its standing among the others. */
export interface Ranked {
  readonly individual: Individual;
  /** From 1. */
  readonly rank: number;
  /** Larger where the individual has fewer others of its rank near it. */
  readonly crowding: number;
}

/**
 * Ranks under constraint domination (Deb et al. 2002): who meets the constraints is ranked by Pareto dominance, the
 * others come after them in the order of their violations.
 */
const constrainedRanks = (individuals: readonly Individual[], dimensions: number): number[] => {
  const meeting = individuals.filter(({ violation }) => violation === 0);
  const within = paretoRanks(pointsOfMembers(meeting, dimensions));
  const fronts = within.reduce((most, rank) => Math.max(most, rank), 0);
  const violations = [...new Set(individuals.map(({ violation }) => violation).filter((v) => v > 0))];
  violations.sort((a, b) => a - b);
  const rankOf = new Map(violations.map((violation, i) => [violation, fronts + 1 + i]));
  let next = 0;
  return individuals.map(({ violation }) => rankOf.get(violation) ?? within[next++]!);
};

/** Crowding distances of the members of one front: the sum of the gaps around each, relative to the front's extent. */
export const crowdingDistances = (front: readonly Individual[], dimensions: number): number[] => {
  const distances = front.map(() => 0);
  for (let j = 0; j < dimensions; j++) {
    const order = front.map((_, i) => i).sort((a, b) => front[a]!.values[j]! - front[b]!.values[j]!);
    const value = (position: number): number => front[order[position]!]!.values[j]!;
    const last = order.length - 1;
    const extent = value(last) - value(0);
    distances[order[0]!] = Infinity;
    distances[order[last]!] = Infinity;
    if (!(extent > 0)) continue;
    for (let i = 1; i < last; i++) distances[order[i]!]! += (value(i + 1) - value(i - 1)) / extent;
  }
  return distances;
};

/**
 * The individuals that survive: whole fronts from the best, and of the last one those with the most room around them.
 * Equally good ones survive in the order given.
 */
export const survivors = (
  individuals: readonly Individual[],
  dimensions: number,
  count: number,
): Ranked[] => {
  const ranks = constrainedRanks(individuals, dimensions);
  const fronts = groupBy(individuals.keys(), (i) => ranks[i]!);
  const chosen: Ranked[] = [];
  for (const [rank, members] of [...fronts].sort(([a], [b]) => a - b)) {
    if (chosen.length >= count) break;
    const front = members.map((i) => individuals[i]!);
    const distances = crowdingDistances(front, dimensions);
    const ranked = front.map((individual, i): Ranked => ({ individual, rank, crowding: distances[i]! }));
    if (chosen.length + front.length > count) {
      ranked.sort((a, b) => (a.crowding === b.crowding ? 0 : b.crowding - a.crowding));
    }
    chosen.push(...ranked.slice(0, count - chosen.length));
  }
  return chosen;
};
