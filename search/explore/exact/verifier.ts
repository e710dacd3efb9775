import type { Results, Session } from '../../evaluate/session.js';
import { RowSet } from '../../space/row-set.js';
import { covered } from '../../front/non-dominated.js';
import { countDesigns, designsOf, radicesOf, type Designs } from '../../space/space.js';
import { allowed, type ExploreRequest } from '../explorer.js';
import { EvaluatedDesigns } from '../evaluated-designs.js';
import { emptyArchive, extended, type Archive } from '../../front/archive.js';
import { pointAt, pointsOf, pointsOfMembers } from '../../front/points.js';
import { additiveCosts } from './additive-model.js';
import { orientedValues, type SystemSearch } from './system-search.js';

/** Has designs judged by the full estimator, and knows the best of them. */
export class Verifier {
  readonly judged: EvaluatedDesigns;
  /** Numbers of the judged designs that meet the limits and that no other beats, with their objectives. */
  best: Archive<number>;
  /** Time of `performance.now()` after which nothing more is judged. */
  until = Infinity;
  /** Designs that were evaluated to see whether the front covers them. */
  screened = 0;
  private readonly capacity: number;

  constructor(
    private readonly request: ExploreRequest,
    private readonly session: Session,
    private readonly searches: readonly SystemSearch[],
  ) {
    const { space, limit, objectives } = request;
    this.judged = new EvaluatedDesigns(radicesOf(space).length);
    this.best = emptyArchive(objectives.length);
    this.capacity = allowed(space, limit);
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
      onProgress: (finished) => request.onProgress?.(before + finished),
    });
    this.take(table, results);
  }

  /** 1 for each design that the front covers even if its sums are off as far as errors go. */
  coveredByHope(rows: readonly Uint16Array[]): Uint8Array {
    const { objectives } = this.request;
    const points = rows.map((row) => {
      const search = this.searchOf(row);
      const costs = search.hoped(additiveCosts(search.formed.model, row), 1, 1);
      return orientedValues(search, objectives, costs, 1);
    });
    return covered(this.best.points, pointsOf(points, objectives.length));
  }

  /** Has designs evaluated, and judges those that the front does not cover; the others are forgotten. */
  async screen(rows: readonly Uint16Array[]): Promise<void> {
    const { session, until, judged } = this;
    const screened = new EvaluatedDesigns(judged.width);
    const table = designsOf(rows, judged.width);
    screened.add(table, await session.evaluate(table, { until }));
    this.screened += screened.count;
    judged.interrupted ||= screened.interrupted;
    const found = this.meeting(screened, 0);
    const beaten = covered(this.best.points, pointsOfMembers(found, this.request.objectives.length));
    const kept = new Set(found.filter((_, i) => beaten[i] === 0).map(({ number }) => number));
    const { designs, results } = screened.finish((i) => kept.has(i));
    this.take(designs, results);
  }

  /** Takes over what the full estimator said of designs that are not judged yet. */
  take(table: Designs, results: Results): void {
    const { judged } = this;
    const before = judged.count;
    judged.add(table, results);
    for (const search of this.searches) search.measure(judged);
    const fresh = this.meeting(judged, before);
    this.best = extended(
      this.best,
      fresh.map(({ number }) => number),
      pointsOfMembers(fresh, this.request.objectives.length),
    );
  }

  /** Numbers of all judged designs on the front, of equal ones each. */
  get onFront(): number[] {
    const { points } = this.best;
    if (points.count === 0) return [];
    const found = new Set(Array.from({ length: points.count }, (_, i) => pointAt(points, i).join()));
    return this.meeting(this.judged, 0)
      .filter(({ values }) => found.has(values.join()))
      .map(({ number }) => number);
  }

  private fresh(rows: Iterable<Uint16Array>, most: number): Designs {
    const { judged } = this;
    const set = new RowSet(judged.width);
    for (const row of rows) {
      if (set.size >= most) break;
      if (!judged.rows.has(row)) set.add(row);
    }
    return set.designs();
  }

  /** Designs from a number on that meet the limits, with the values of their objectives. */
  private meeting(
    judged: EvaluatedDesigns,
    from: number,
  ): { readonly number: number; readonly values: Float64Array }[] {
    const { request } = this;
    return Array.from({ length: judged.count - from }, (_, i) => from + i).flatMap((number) => {
      if (!judged.knows(number)) return [];
      const search = this.searchOf(judged.rows.row(number));
      const costs = search.trueCosts(judged, number);
      return search.meets(costs)
        ? [{ number, values: orientedValues(search, request.objectives, costs, 1) }]
        : [];
    });
  }
}
