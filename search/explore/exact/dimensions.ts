import { METRICS, type MetricName } from '../../metrics.js';
import type { Constraint } from '../../rank/constraints.js';
import type { Objective } from '../../rank/objectives.js';
import type { AdditiveModel, Combination } from './additive-model.js';
import { lossOf } from '../../evaluate/loss.js';
import { segmentColumn, type SegmentCosts } from './segment-costs.js';

/** How a metric comes about from what is known of the segments. */
interface Form {
  readonly source: MetricName;
  readonly combine: Combination;
  /** Value of the metric from the sum or maximum over the segments; `hertz` is the system's clock. */
  readonly value: (total: number, hertz: number) => number;
  /** Inverse of `value`. */
  readonly total: (value: number, hertz: number) => number;
  /** More of the total means less of the metric. */
  readonly falling?: true;
  /** Values of different systems cannot be compared without their baselines. */
  readonly relative?: true;
}

const same = (x: number): number => x;

/** The form of a metric that adds up over segments, multiplies, or is the largest of them; undefined for others. */
const formOf = (name: MetricName): Form | undefined => {
  const { source } = METRICS[name];
  const plain = { source: name, combine: 'sum', value: same, total: same } as const;
  switch (source.from) {
    case 'estimate':
      return source.over && { ...plain, combine: source.over.combine === 'sum' ? 'sum' : 'max' };
    case 'weights':
      if (source.over !== 'product') return source.over && plain;
      return { ...plain, value: (loss) => Math.exp(-loss), total: lossOf, falling: true };
    case 'quotient': {
      const form = formOf(source.of as MetricName);
      if (form === undefined) return undefined;
      if (source.by === 'baseline') return { ...form, relative: true };
      return {
        ...form,
        value: (total, hertz) => (source.times * total) / hertz,
        total: (value, hertz) => (value * hertz) / source.times,
      };
    }
    case 'samples':
    case 'system':
      return undefined;
  }
};

/** True for what multiplies over the segments: the share of the weights that is kept. */
export const isKept = ({ source }: Form): boolean => {
  const { from, over } = METRICS[source].source as { readonly from: string; readonly over?: unknown };
  return from === 'weights' && over === 'product';
};

/** One cost of an additive model: an objective, or a constraint on a column that is none. */
export interface Dimension {
  readonly column: MetricName;
  /** The total is to be as large as possible. */
  readonly raised: boolean;
  readonly form: Form;
  readonly objective: boolean;
}

/** True where a metric is to be minimised by making the total large, or the reverse. */
const raisedBy = (form: Form, direction: 'min' | 'max'): boolean =>
  (direction === 'max') !== (form.falling === true);

/** The first objective that is neither a sum, a product nor a largest value to be made small; undefined if all are. */
export const notAdditive = (objectives: readonly Objective[]): Objective | undefined =>
  objectives.find(({ column, direction }) => {
    const form = formOf(column);
    return form === undefined || (form.combine === 'max' && raisedBy(form, direction));
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
    const form = formOf(column)!;
    return { column, form, raised: raisedBy(form, direction), objective: true };
  });
  for (const { column, kind } of constraints) {
    const form = formOf(column);
    if (form === undefined) continue;
    const raised = raisedBy(form, kind === 'most' ? 'min' : 'max');
    if (!dimensions.some((d) => d.form.source === form.source && d.raised === raised)) {
      dimensions.push({ column, form, raised, objective: false });
    }
  }
  return dimensions;
};

/** The dimension that thinning should leave exact: what the network keeps, else the last objective. */
export const exactDimension = (dimensions: readonly Dimension[]): number => {
  const kept = dimensions.findIndex(({ form, raised }) => isKept(form) || raised);
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
    const columns = dimensions.map(({ form }) => segmentColumn(values, form.source));
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
      if (own?.source !== form.source) continue;
      if (raisedBy(own, constraint.kind === 'most' ? 'min' : 'max') !== raised) continue;
      const bound = own.total(constraint.bound, hertz);
      const most = raised ? tops[j]! - bound : bound;
      limit = Math.min(limit, most + 1e-9 * Math.abs(most));
    }
    return limit;
  });
  return {
    model: { radices: table.radices, combine: dimensions.map(({ form }) => form.combine), terms, limits },
    hertz,
    tops,
  };
};

/** Total over the segments for a cost of the model. */
export const totalOf = ({ raised }: Dimension, { tops }: FormedModel, j: number, cost: number): number =>
  raised ? tops[j]! - cost : cost;

/** True if values of the dimension on different systems can be compared. */
export const comparable = ({ form }: Dimension): boolean => form.relative !== true;
