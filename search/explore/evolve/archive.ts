import { paretoRanks } from '../../front/pareto-ranks.js';
import { pointsOf, type Individual } from './selection.js';

/** The best of all individuals that met the constraints, one for each point. */
export interface Front {
  readonly members: () => readonly Individual[];
  /** Takes in more individuals; true if any of them made the front a different one. */
  readonly add: (individuals: readonly Individual[]) => boolean;
}

/** An empty front. */
export const createFront = (dimensions: number): Front => {
  let members: readonly Individual[] = [];
  return {
    members: () => members,
    add: (individuals) => {
      const points = new Set(members.map(({ values }) => values.join()));
      const fresh = individuals.filter(({ values, violation }) => {
        const point = values.join();
        if (violation > 0 || points.has(point)) return false;
        points.add(point);
        return true;
      });
      if (fresh.length === 0) return false;
      const all = [...members, ...fresh];
      const ranks = paretoRanks(pointsOf(all, dimensions));
      const before = members.length;
      members = all.filter((_, i) => ranks[i] === 1);
      return ranks.subarray(before).includes(1);
    },
  };
};
