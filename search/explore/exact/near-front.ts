import type { Objective } from '../../rank/objectives.js';
import { forEachNeighbour } from '../../space/neighbours.js';
import { RowSet } from '../../space/row-set.js';
import { onSystem, rowsOf, varyingRadices, type Space } from '../../space/space.js';
import { additiveCosts } from './additive-model.js';
import { comparable } from './dimensions.js';
import { grown } from '../../front/grown.js';
import { covered, prune } from '../../front/non-dominated.js';
import { TUNING } from './tuning.js';
import type { Verifier } from './verifier.js';
import { orientedValues, type SystemSearch } from './system-search.js';

/** Designs of one system that may be worth judging, with their costs by the additive model. */
export interface Candidates {
  readonly search: SystemSearch;
  readonly rows: RowSet;
  /** A row of costs per design. */
  readonly costs: Float64Array;
}

/** The designs of a system's solution. */
export const solutionCandidates = (search: SystemSearch): Candidates => {
  const { count, costs, digits } = search.solution!;
  const width = search.formed.model.radices.length;
  const rows = new RowSet(width + 1);
  for (let i = 0; i < count; i++) {
    rows.add(onSystem(digits.subarray(i * width, (i + 1) * width), search.system));
  }
  return { search, rows, costs };
};

/** Designs that differ in one choice from the best ones judged; grows as better ones are found. */
export class Neighbourhood {
  private readonly rows: RowSet;
  private readonly asked = new Set<number>();
  private costs = new Float64Array(1024);

  constructor(
    private readonly search: SystemSearch,
    private readonly verifier: Verifier,
    private readonly space: Space,
  ) {
    this.rows = new RowSet(verifier.judged.width);
  }

  /** Adds the neighbours of designs that have become best ones since the last call. */
  grow(): Candidates {
    const { search, verifier, space, rows } = this;
    const { judged, best } = verifier;
    const radices = varyingRadices(space);
    const k = search.dimensions.length;
    for (const number of best.members) {
      const own = judged.rows.row(number);
      if (own[own.length - 1] !== search.system || this.asked.has(number)) continue;
      this.asked.add(number);
      const from = additiveCosts(search.formed.model, own);
      forEachNeighbour(radices, own, (next, position) => {
        if (rows.size === TUNING.mostNeighbours || judged.rows.has(next) || rows.has(next)) return;
        if (k * (rows.size + 1) > this.costs.length) this.costs = grown(this.costs);
        search.changed(next, from, position, own[position]!, this.costs.subarray(rows.size * k));
        rows.add(next);
      });
    }
    return { search, rows, costs: this.costs };
  }
}

/** The designs of all systems' fronts, without those that a design of another system clearly beats. */
export const acrossSystems = (
  candidates: readonly Candidates[],
  objectives: readonly Objective[],
): Uint16Array[] => {
  const all = candidates.flatMap(({ rows }) => rowsOf(rows.designs()));
  const dimensions = candidates[0]?.search.dimensions.slice(0, objectives.length) ?? [];
  if (candidates.length <= 1 || !dimensions.every(comparable)) return all;
  const k = objectives.length;
  const values = new Float64Array(all.length * k);
  let at = 0;
  for (const { search, rows, costs } of candidates) {
    values.set(orientedValues(search, objectives, costs, rows.size), at * k);
    at += rows.size;
  }
  // Costs that are compared by ratio are compared by their logarithms.
  const byRatio = dimensions.map(({ raised, form }) => !raised && !form.product);
  const scaled = values.map((value, i) => (byRatio[i % k] ? Math.log(Math.max(value, 1)) : value));
  const margins = byRatio.map((yes) => (yes ? Math.log(1 + TUNING.clearly) : 0));
  const kept = prune({ values: scaled, count: all.length, dimensions: k }, margins);
  return Array.from(kept.slice().sort(), (i) => all[i]!);
};

/** Steps between the expected and the best possible values of a candidate. */
const HOPES = [0, 0.25, 0.5, 0.75, 1];

/**
 * Designs that may beat some of those judged, as far as the model's errors so far allow: nearest first, that is those
 * first which need the least luck, and of those the ones that better all objectives most. At least `most` of them if there are as many.
 */
export const nearest = (
  candidates: readonly Candidates[],
  verifier: Verifier,
  objectives: readonly Objective[],
  most: number,
): Uint16Array[] => {
  const chosen: Uint16Array[] = [];
  const { judged } = verifier;
  const front = verifier.best.points;
  const worst = Float64Array.from(objectives, (_, j) => {
    let most = -Infinity;
    for (let i = 0; i < front.count; i++) most = Math.max(most, front.values[i * objectives.length + j]!);
    return most;
  });
  const taken = candidates.map(({ rows }) =>
    new Uint8Array(rows.size).map((_, i) => Number(judged.rows.has(rows.row(i)))),
  );
  for (const hope of HOPES) {
    if (chosen.length >= most) break;
    const found: { readonly rows: RowSet; readonly i: number; readonly volume: number }[] = [];
    candidates.forEach(({ search, rows, costs }, c) => {
      const values = orientedValues(search, objectives, search.hoped(costs, rows.size, hope), rows.size);
      const beaten = covered(front, { values, count: rows.size, dimensions: objectives.length });
      beaten.forEach((isBeaten, i) => {
        if (isBeaten === 1 || taken[c]![i] === 1) return;
        taken[c]![i] = 1;
        let volume = 1;
        worst.forEach((w, j) => (volume *= Math.max(0, w - values[i * objectives.length + j]!)));
        found.push({ rows, i, volume });
      });
    });
    found.sort((a, b) => b.volume - a.volume);
    // Too many to be the arguments of one call.
    for (const { rows, i } of found) chosen.push(rows.row(i));
  }
  return chosen;
};
