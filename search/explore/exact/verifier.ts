import type { Results, Session } from '../../evaluate/session.js';
import { RowSet } from '../../space/row-set.js';
import { countDesigns, radicesOf, type Designs } from '../../space/space.js';
import type { ExploreRequest } from '../explorer.js';
import { EvaluatedDesigns } from '../evaluated-designs.js';
import { prune, type Rows } from '../../front/non-dominated.js';
import { orientedValues, type SystemSearch } from './system-search.js';

/** Has designs judged by the full estimator, and knows the best of them. */
export class Verifier {
  readonly judged: EvaluatedDesigns;
  /** Values of the objectives (smaller is better) of judged designs that meet the limits and that no other beats. */
  front: Rows;
  /** Numbers of these designs; of equal ones the first. */
  best: readonly number[] = [];
  /** Time of `performance.now()` after which nothing more is judged. */
  until = Infinity;
  private readonly capacity: number;

  constructor(
    private readonly request: ExploreRequest,
    private readonly session: Session,
    private readonly searches: readonly SystemSearch[],
  ) {
    const { space, limit, objectives } = request;
    const total = countDesigns(space);
    const most = total < BigInt(limit) ? Number(total) : limit;
    this.judged = new EvaluatedDesigns(most, radicesOf(space).length);
    this.front = { values: new Float64Array(0), count: 0, dimensions: objectives.length };
    this.capacity = most;
  }

  /** True once the time budget is used up. */
  get isTimeUp(): boolean {
    return performance.now() >= this.until;
  }

  /** True once no design of the space is left. */
  get hasJudgedAll(): boolean {
    return BigInt(this.judged.count) === countDesigns(this.request.space);
  }

  /** Designs that may still be judged. */
  get room(): number {
    const isOver = this.request.evaluate.signal?.aborted === true || this.isTimeUp;
    return isOver ? 0 : this.capacity - this.judged.count;
  }

  searchOf(row: Uint16Array): SystemSearch {
    return this.searches.find(({ system }) => system === row[row.length - 1])!;
  }

  /** Judges those designs that are not judged yet, the first `most` of them and as far as there is room. */
  async judge(rows: Iterable<Uint16Array>, most = Infinity): Promise<void> {
    const table = this.fresh(rows, Math.min(most, this.room));
    if (table.count === 0) return;
    const { judged, session, until, request } = this;
    const before = judged.count;
    const results = await session.evaluate(table, {
      until,
      onProgress: (finished) => request.onProgress?.(before + finished, before + table.count),
    });
    this.take(table, results);
  }

  /** Takes over what the full estimator said of designs that are not judged yet. */
  take(table: Designs, results: Results): void {
    const { judged } = this;
    const before = judged.count;
    judged.add(table, results);
    for (const search of this.searches) search.measure(judged);
    this.update(before);
  }

  /** Numbers of all judged designs on the front, of equal ones each. */
  get onFront(): number[] {
    const { judged, front, request } = this;
    if (front.count === 0) return [];
    const k = front.dimensions;
    const found = new Set(
      Array.from({ length: front.count }, (_, i) => front.values.subarray(i * k, (i + 1) * k).join()),
    );
    return Array.from({ length: judged.count }, (_, i) => i).filter((i) => {
      if (!judged.knows(i)) return false;
      const search = this.searchOf(judged.rows.row(i));
      const costs = search.trueCosts(judged, i);
      return search.meets(costs) && found.has(orientedValues(search, request.objectives, costs, 1).join());
    });
  }

  private fresh(rows: Iterable<Uint16Array>, most: number): Designs {
    const { judged } = this;
    const set = new RowSet(most, judged.width);
    for (const row of rows) {
      if (set.size >= most) break;
      if (!judged.rows.has(row)) set.add(row);
    }
    const digits = new Uint16Array(set.size * judged.width);
    for (let i = 0; i < set.size; i++) digits.set(set.row(i), i * judged.width);
    return { count: set.size, width: judged.width, digits };
  }

  private update(from: number): void {
    const { judged, request } = this;
    const k = request.objectives.length;
    const numbers = [...this.best];
    const values = Array.from(this.front.values);
    for (let i = from; i < judged.count; i++) {
      if (!judged.knows(i)) continue;
      const search = this.searchOf(judged.rows.row(i));
      const costs = search.trueCosts(judged, i);
      if (!search.meets(costs)) continue;
      numbers.push(i);
      values.push(...orientedValues(search, request.objectives, costs, 1));
    }
    const all: Rows = { values: Float64Array.from(values), count: numbers.length, dimensions: k };
    const kept = prune(all);
    const next = new Float64Array(kept.length * k);
    kept.forEach((at, i) => next.set(all.values.subarray(at * k, (at + 1) * k), i * k));
    this.front = { values: next, count: kept.length, dimensions: k };
    this.best = Array.from(kept, (at) => numbers[at]!);
  }
}
