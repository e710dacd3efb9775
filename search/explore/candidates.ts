import type { Objective } from '../objectives.js';
import { RowSet } from '../row-set.js';
import { radicesOf, type Space } from '../space.js';
import { additiveCosts } from './additive.js';
import { comparable } from './forms.js';
import { covered, prune, type Rows } from './prune.js';
import type { Referee } from './referee.js';
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
  const rows = Array.from({ length: count }, (_, i) => {
    const row = new Uint16Array(width + 1);
    row.set(digits.subarray(i * width, (i + 1) * width));
    row[width] = search.system;
    return row;
  });
  return { search, rows, costs };
};

/** Designs that differ in one choice from the best ones judged. */
export const neighbours = (search: SystemSearch, referee: Referee, space: Space): Candidates => {
  const radices = radicesOf(space);
  const k = search.dimensions.length;
  const { judged, best } = referee;
  const own = best.map((i) => judged.rows.row(i)).filter((row) => row[row.length - 1] === search.system);
  const most = own.length * radices.slice(0, -1).reduce((sum, radix) => sum + radix - 1, 0);
  const found = new RowSet(most, judged.width);
  const costs = new Float64Array(most * k);
  for (const row of own) {
    const from = additiveCosts(search.formed.model, row);
    const next = row.slice();
    for (let position = 0; position < judged.width - 1; position++) {
      for (let digit = 0; digit < radices[position]!; digit++) {
        if (digit === row[position]) continue;
        next[position] = digit;
        if (judged.rows.has(next) || found.has(next)) continue;
        search.changed(next, from, position, row[position]!, costs.subarray(found.size * k));
        found.add(next);
      }
      next[position] = row[position]!;
    }
  }
  return { search, rows: Array.from({ length: found.size }, (_, i) => found.row(i)), costs };
};

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
 * first which need the least luck.
 */
export const nearest = (
  candidates: readonly Candidates[],
  referee: Referee,
  objectives: readonly Objective[],
): Uint16Array[] => {
  const chosen: Uint16Array[] = [];
  const { judged, front } = referee;
  const taken = candidates.map(({ rows }) => Uint8Array.from(rows, (row) => Number(judged.rows.has(row))));
  for (const hope of HOPES) {
    candidates.forEach(({ search, rows, costs }, c) => {
      const hoped = search.hoped(costs, rows.length, hope);
      const values: Rows = {
        values: orientedValues(search, objectives, hoped, rows.length),
        count: rows.length,
        dimensions: objectives.length,
      };
      const beaten = covered(front, values);
      rows.forEach((row, i) => {
        if (beaten[i] === 1 || taken[c]![i] === 1) return;
        taken[c]![i] = 1;
        chosen.push(row);
      });
    });
  }
  return chosen;
};
