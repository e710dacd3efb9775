import type { Objective } from '../../rank/objectives.js';
import { SEGMENT_FIGURES } from '../../evaluate/figures.js';
import type { FigureName } from '../../metrics.js';
import type { EvaluatedDesigns } from '../evaluated-designs.js';
import { additiveCosts, stateOf } from './additive-model.js';
import type { Solution } from './eliminate.js';
import { totalOf, type Dimension, type FormedModel } from './dimensions.js';
import { TUNING } from './tuning.js';

/** How far the additive model is from the full estimator, in units of the total over segments. */
export interface Spread {
  least: number;
  most: number;
  sum: number;
  /** Sum and maximum of |error| relative to the true value. */
  relative: number;
  worst: number;
  count: number;
}

const isFigure = (source: string): source is FigureName =>
  (SEGMENT_FIGURES as readonly string[]).includes(source);

/** The search on one system: its model, what was found, and how right the model is. */
export class SystemSearch {
  readonly spreads: Spread[];
  solution: Solution | undefined;
  private measured = 0;

  constructor(
    readonly system: number,
    readonly dimensions: readonly Dimension[],
    readonly formed: FormedModel,
  ) {
    this.spreads = dimensions.map(() => ({
      least: Infinity,
      most: -Infinity,
      sum: 0,
      relative: 0,
      worst: 0,
      count: 0,
    }));
  }

  /** True values of a judged design; what only the weights decide is exact in the model. */
  trueCosts(judged: EvaluatedDesigns, i: number): Float64Array {
    const costs = additiveCosts(this.formed.model, judged.rows.row(i));
    this.dimensions.forEach(({ form, raised }, j) => {
      if (!isFigure(form.base)) return;
      const value = judged.figure(i, form.base);
      // Worst, where it is not known.
      if (Number.isNaN(value)) costs[j] = Number.MAX_VALUE;
      else costs[j] = raised ? this.formed.tops[j]! - value : value;
    });
    return costs;
  }

  /** Takes the judged designs of this system since the last call into account. */
  measure(judged: EvaluatedDesigns): void {
    for (; this.measured < judged.count; this.measured++) {
      const row = judged.rows.row(this.measured);
      if (row[judged.width - 1] !== this.system || !judged.knows(this.measured)) continue;
      const additive = additiveCosts(this.formed.model, row);
      const full = this.trueCosts(judged, this.measured);
      this.spreads.forEach((spread, j) => {
        if (full[j] === Number.MAX_VALUE) return;
        const error = full[j]! - additive[j]!;
        const value = totalOf(this.dimensions[j]!, this.formed, j, full[j]!);
        const relative = error === 0 ? 0 : Math.abs(error) / Math.max(1e-9, Math.abs(value));
        spread.least = Math.min(spread.least, error);
        spread.most = Math.max(spread.most, error);
        spread.sum += error;
        spread.relative += relative;
        spread.worst = Math.max(spread.worst, relative);
        spread.count++;
      });
    }
  }

  /**
   * Width of the error band of each cost: what the errors of the judged designs span, and half as much again for those
   * that nobody has seen. A design that is worse by more is taken to be worse in truth.
   */
  get margins(): number[] {
    return this.spreads.map(({ least, most, count }) => (count === 0 ? 0 : TUNING.band * (most - least)));
  }

  /** True if the costs keep to the limits. */
  meets(costs: Float64Array): boolean {
    return costs.every((cost, j) => cost <= this.formed.model.limits[j]!);
  }

  /** True costs as far as they are expected from additive ones; with `hope` 1, the best that the errors seen allow. */
  hoped(costs: Float64Array, rows: number, hope: number): Float64Array {
    const k = this.dimensions.length;
    const shifts = this.spreads.map(({ least, sum, count }) => {
      if (count === 0) return 0;
      const mean = sum / count;
      return mean + hope * TUNING.band * (least - mean);
    });
    return costs.subarray(0, rows * k).map((cost, i) => cost + shifts[i % k]!);
  }

  /** Costs of a design from those (`costs`) that it has with another digit (`old`) at a position. */
  changed(row: Uint16Array, costs: Float64Array, position: number, old: number, to: Float64Array): void {
    const { model } = this.formed;
    const k = this.dimensions.length;
    if (model.combine.includes('largest')) {
      to.set(additiveCosts(model, row));
      return;
    }
    to.set(costs);
    const digit = row[position]!;
    for (const { positions, costs: table } of model.terms) {
      if (!positions.includes(position)) continue;
      const now = stateOf(positions, model.radices, row) * k;
      row[position] = old;
      const before = stateOf(positions, model.radices, row) * k;
      row[position] = digit;
      for (let j = 0; j < k; j++) to[j] = to[j]! + table[now + j]! - table[before + j]!;
    }
  }
}

/** Values of objectives, smaller is better, from costs of a system's model. */
export const orientedValues = (
  search: SystemSearch,
  objectives: readonly Objective[],
  costs: Float64Array,
  rows: number,
): Float64Array => {
  const k = search.dimensions.length;
  const values = new Float64Array(rows * objectives.length);
  for (let i = 0; i < rows; i++) {
    objectives.forEach(({ direction }, j) => {
      const dimension = search.dimensions[j]!;
      const raw = totalOf(dimension, search.formed, j, costs[i * k + j]!);
      const value = dimension.form.value(raw, search.formed.hertz);
      values[i * objectives.length + j] = direction === 'max' ? -value : value;
    });
  }
  return values;
};
