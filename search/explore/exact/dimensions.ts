import type { NumberColumn } from '../../rank/table.js';
import type { Constraint } from '../../rank/constraints.js';
import type { Objective } from '../../rank/objectives.js';
import type { AdditiveModel, Combination } from './additive-model.js';
import { lossOf, segmentColumn, type SegmentColumn, type SegmentCosts } from './segment-costs.js';

/** How a column of the ranking comes about from what is known of the parts. */
interface Form {
  readonly source: SegmentColumn;
  readonly combine: Combination;
  /** Value of the column from the sum or maximum of the parts; `hertz` is the system's clock. */
  readonly value: (parts: number, hertz: number) => number;
  /** Inverse of `value`. */
  readonly parts: (value: number, hertz: number) => number;
  /** More of the parts' value means less of the column's. */
  readonly falling?: true;
  /** Values of different systems cannot be compared without their baselines. */
  readonly relative?: true;
}

const same = (x: number): number => x;

const adding = (source: SegmentColumn): Form => ({ source, combine: 'sum', value: same, parts: same });

/** The columns that add up over the parts of a network, multiply, or are the largest of them. */
const FORMS: Partial<Record<NumberColumn, Form>> = {
  cycles_total: adding('cyclesTotal'),
  cycles_npu: adding('cyclesNpu'),
  inference_ms: {
    ...adding('cyclesTotal'),
    value: (cycles, hertz) => (1000 * cycles) / hertz,
    parts: (ms, hertz) => (ms * hertz) / 1000,
  },
  sram_total_bytes: adding('sramTotalBytes'),
  external_total_bytes: adding('externalTotalBytes'),
  sram_memory_used_bytes: { ...adding('sramMemoryUsedBytes'), combine: 'max' },
  nn_macs: adding('macs'),
  parameters: adding('parameters'),
  encoded_weight_bytes: adding('encodedWeightBytes'),
  retained_energy: { ...adding('loss'), value: (loss) => Math.exp(-loss), parts: lossOf, falling: true },
  cycles_vs_baseline: { ...adding('cyclesTotal'), relative: true },
  sram_vs_baseline: { ...adding('sramTotalBytes'), relative: true },
  cpu_operators: adding('cpuOps'),
};

/** One cost of an additive model: an objective, or a constraint on a column that is none. */
export interface Dimension {
  readonly column: NumberColumn;
  /** The parts' value is to be as large as possible. */
  readonly raised: boolean;
  readonly form: Form;
  readonly objective: boolean;
}

/** True where a column's value is to be maximised by making the parts' value small, or the reverse. */
const raisedBy = (form: Form, direction: 'min' | 'max'): boolean =>
  (direction === 'max') !== (form.falling === true);

/** The first objective that is neither a sum, a product nor a largest value to be made small; undefined if all are. */
export const notAdditive = (objectives: readonly Objective[]): Objective | undefined =>
  objectives.find(({ column, direction }) => {
    const form = FORMS[column];
    return form === undefined || (form.combine === 'max' && raisedBy(form, direction));
  });

/** Largest or smallest value of the parts that a constraint allows. */
const boundOf = (form: Form, constraint: Constraint, hertz: number): number =>
  form.parts(constraint.bound, hertz);

/**
 * The costs of a search: its objectives, then the constrained columns that are not among them, so that dominance does
 * not drop what only a constraint favours.
 */
export const dimensionsOf = (
  objectives: readonly Objective[],
  constraints: readonly Constraint[],
): Dimension[] => {
  const dimensions = objectives.map(({ column, direction }): Dimension => {
    const form = FORMS[column]!;
    return { column, form, raised: raisedBy(form, direction), objective: true };
  });
  for (const { column, kind } of constraints) {
    const form = FORMS[column];
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
  const kept = dimensions.findIndex(({ form, raised }) => form.source === 'loss' || raised);
  return kept === -1 ? dimensions.filter(({ objective }) => objective).length - 1 : kept;
};

/** An additive model with the way back from its costs to columns. */
export interface FormedModel {
  readonly model: AdditiveModel;
  readonly hertz: number;
  /** Per dimension, the most that the parts could have: costs of raised dimensions count down from it. */
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
      const own = FORMS[constraint.column];
      if (own?.source !== form.source) continue;
      if (raisedBy(own, constraint.kind === 'most' ? 'min' : 'max') !== raised) continue;
      const bound = boundOf(own, constraint, hertz);
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

/** Value of the parts for a cost of the model. */
export const partsValue = ({ raised }: Dimension, { tops }: FormedModel, j: number, cost: number): number =>
  raised ? tops[j]! - cost : cost;

/** True if values of the dimension on different systems can be compared. */
export const comparable = ({ form }: Dimension): boolean => form.relative !== true;
