import type { Objective } from '../../rank/objectives.js';
import { RowSet } from '../../space/row-set.js';
import { onSystem, radicesOf, type Space } from '../../space/space.js';
import { additiveCosts } from './additive-model.js';
import { comparable } from './dimensions.js';
import { covered, prune } from '../../front/non-dominated.js';
import type { Points } from '../../front/points.js';
import type { Verifier } from './verifier.js';
import { orientedValues, type SystemSearch } from './system-search.js';

/** Designs of one system that may be worth judging, with their costs by the additive model. */
export interface Candidates {
  readonly search: SystemSearch;
  readonly rows: readonly Uint16Array[];
  /** A row of costs per design. */
  readonly costs: Float64Array;
}

/** The designs of a system's solution. */
export const solutionCandidates = (search: SystemSearch): Candidates => {
  const { count, costs, digits } = search.solution!;
  const width = search.formed.model.radices.length;
  const rows = Array.from({ length: count }, (_, i) =>
    onSystem(digits.subarray(i * width, (i + 1) * width), search.system),
  );
  return { search, rows, costs };
};

/** Designs that differ in one choice from the best ones judged; grows as better ones are found. */
export class Neighbourhood {
  private readonly seen: RowSet;
  private readonly asked = new Set<number>();
  private readonly rows: Uint16Array[] = [];
  private costs = new Float64Array(1024);

  constructor(
    private readonly search: SystemSearch,
    private readonly verifier: Verifier,
    private readonly space: Space,
    private readonly most: number,
  ) {
    this.seen = new RowSet(most, verifier.judged.width);
  }

  /** Adds the neighbours of designs that have become best ones since the last call. */
  grow(): Candidates {
    const { search, verifier, space, seen, rows } = this;
    const { judged, best } = verifier;
    const radices = radicesOf(space);
    const k = search.dimensions.length;
    for (const number of best.members) {
      const own = judged.rows.row(number);
      if (own[own.length - 1] !== search.system || this.asked.has(number)) continue;
      this.asked.add(number);
      const from = additiveCosts(search.formed.model, own);
      const next = own.slice();
      for (let position = 0; position < own.length - 1; position++) {
        for (let digit = 0; digit < radices[position]!; digit++) {
          if (digit === own[position] || seen.size === this.most) continue;
          next[position] = digit;
          if (judged.rows.has(next) || seen.has(next)) continue;
          if (k * (seen.size + 1) > this.costs.length) {
            const wider = new Float64Array(2 * this.costs.length);
            wider.set(this.costs);
            this.costs = wider;
          }
          search.changed(next, from, position, own[position]!, this.costs.subarray(seen.size * k));
          rows.push(seen.row(seen.size));
          seen.add(next);
        }
        next[position] = own[position]!;
      }
    }
    return { search, rows, costs: this.costs };
  }
}

/** A system's design is looked at unless another design is better by more than this ratio. */
const CLEARLY = Math.log(1.05);

/** The designs of all systems' fronts, without those that a design of another system clearly beats. */
export const acrossSystems = (
  candidates: readonly Candidates[],
  objectives: readonly Objective[],
): Uint16Array[] => {
  const rows = candidates.flatMap((c) => c.rows);
  const dimensions = candidates[0]?.search.dimensions.slice(0, objectives.length) ?? [];
  if (candidates.length <= 1 || !dimensions.every(comparable)) return rows;
  const k = objectives.length;
  const values = new Float64Array(rows.length * k);
  let at = 0;
  for (const { search, rows: own, costs } of candidates) {
    values.set(orientedValues(search, objectives, costs, own.length), at * k);
    at += own.length;
  }
  // Costs that are compared by ratio are compared by their logarithms.
  const byRatio = dimensions.map(({ raised, form }) => !raised && form.falling !== true);
  const scaled = values.map((value, i) => (byRatio[i % k] ? Math.log(Math.max(value, 1)) : value));
  const margins = byRatio.map((yes) => (yes ? CLEARLY : 0));
  const kept = prune({ values: scaled, count: rows.length, dimensions: k }, margins);
  return Array.from(kept.slice().sort(), (i) => rows[i]!);
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
  const taken = candidates.map(({ rows }) => Uint8Array.from(rows, (row) => Number(judged.rows.has(row))));
  for (const hope of HOPES) {
    if (chosen.length >= most) break;
    const found: { readonly row: Uint16Array; readonly volume: number }[] = [];
    candidates.forEach(({ search, rows, costs }, c) => {
      const hoped = search.hoped(costs, rows.length, hope);
      const values: Points = {
        values: orientedValues(search, objectives, hoped, rows.length),
        count: rows.length,
        dimensions: objectives.length,
      };
      const beaten = covered(front, values);
      rows.forEach((row, i) => {
        if (beaten[i] === 1 || taken[c]![i] === 1) return;
        taken[c]![i] = 1;
        let volume = 1;
        worst.forEach((w, j) => (volume *= Math.max(0, w - values.values[i * objectives.length + j]!)));
        found.push({ row, volume });
      });
    });
    found.sort((a, b) => b.volume - a.volume);
    // Too many to be the arguments of one call.
    for (const { row } of found) chosen.push(row);
  }
  return chosen;
};
