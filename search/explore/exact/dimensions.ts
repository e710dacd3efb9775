import { formOf, isRaised, type Form } from '../../evaluate/forms.js';
import type { MetricName } from '../../metrics.js';
import { BETTER, type Constraint } from '../../rank/constraints.js';
import type { Objective } from '../../rank/objectives.js';
import type { AdditiveModel } from './additive-model.js';
import { segmentColumn, type SegmentCosts } from './segment-costs.js';

/** One cost of an additive model: an objective, or a constraint on a column that is none. */
export interface Dimension {
  readonly column: MetricName;
  /** The total is to be as large as possible. */
  readonly raised: boolean;
  readonly form: Form;
  readonly objective: boolean;
}

/** The first objective that is neither a sum, a product nor a largest value to be made small; undefined if all are. */
export const notAdditive = (objectives: readonly Objective[]): Objective | undefined =>
  objectives.find(({ column, direction }) => {
    const form = formOf(column);
    return form.combine === undefined || (form.combine === 'largest' && isRaised(form, direction));
  });

/**
 * The costs of a search: its objectives, then the constrained metrics that are not among them, so that dominance does
 * not drop what only a constraint favours.
 */
export const dimensionsOf = (
  objectives: readonly Objective[],
  constraints: readonly Constraint[],
): Dimension[] => {
  const dimensions = objectives.map(({ column, direction }): Dimension => {
    const form = formOf(column);
    return { column, form, raised: isRaised(form, direction), objective: true };
  });
  for (const { column, kind } of constraints) {
    const form = formOf(column);
    const raised = isRaised(form, BETTER[kind]);
    if (form.combine === undefined) continue;
    if (!dimensions.some((d) => d.form.base === form.base && d.raised === raised)) {
      dimensions.push({ column, form, raised, objective: false });
    }
  }
  return dimensions;
};

/** The dimension that thinning should leave exact: what the network keeps, else the last objective. */
export const exactDimension = (dimensions: readonly Dimension[]): number => {
  const kept = dimensions.findIndex(({ form, raised }) => form.product || raised);
  return kept === -1 ? dimensions.filter(({ objective }) => objective).length - 1 : kept;
};

/** An additive model with the way back from its costs to metrics. */
export interface FormedModel {
  readonly model: AdditiveModel;
  readonly hertz: number;
  /** Per dimension, the most that the segments could have: costs of raised dimensions count down from it. */
  readonly tops: readonly number[];
}

/** The additive model of a table; limits are those of the constraints. */
export const formModel = (
  table: SegmentCosts,
  dimensions: readonly Dimension[],
  constraints: readonly Constraint[],
  hertz: number,
): FormedModel => {
  const k = dimensions.length;
  const tops = dimensions.map(() => 0);
  const terms = table.costs.map(({ positions, values }) => {
    const columns = dimensions.map(({ form }) => segmentColumn(values, form.base));
    const costs = new Float64Array(k * (columns[0]?.length ?? 0));
    columns.forEach((column, j) => {
      const { raised } = dimensions[j]!;
      const top = raised ? column.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, v) : most), 0) : 0;
      tops[j]! += top;
      column.forEach((value, state) => {
        costs[state * k + j] = raised && Number.isFinite(value) ? top - value : value;
      });
    });
    return { positions, costs };
  });
  const limits = dimensions.map(({ form, raised }, j) => {
    let limit = Number.MAX_VALUE;
    for (const constraint of constraints) {
      const own = formOf(constraint.column);
      if (own.base !== form.base || isRaised(own, BETTER[constraint.kind]) !== raised) continue;
      const bound = own.total(constraint.bound, hertz);
      const most = raised ? tops[j]! - bound : bound;
      limit = Math.min(limit, most + 1e-9 * Math.abs(most));
    }
    return limit;
  });
  return {
    model: { radices: table.radices, combine: dimensions.map(({ form }) => form.combine!), terms, limits },
    hertz,
    tops,
  };
};

/** Total over the segments for a cost of the model. */
export const totalOf = ({ raised }: Dimension, { tops }: FormedModel, j: number, cost: number): number =>
  raised ? tops[j]! - cost : cost;

/** True if values of the dimension on different systems can be compared. */
export const comparable = ({ form }: Dimension): boolean => !form.relative;
