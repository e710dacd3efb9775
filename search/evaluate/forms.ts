import { METRICS, type MetricName, type WeightFigures } from '../metrics.js';

/** Loss of weights of which it is not known what they retain: worse than any other. */
export const UNKNOWN_LOSS = 1e6;

/** −ln of a share of retained weights, 0 to 1: what layers lose adds up. */
export const lossOf = (retained: number): number =>
  Number.isNaN(retained) ? UNKNOWN_LOSS : Math.max(0, -Math.log(Math.max(retained, 1e-300)));

/** Losses closer than this are taken to be equal: they differ by the order of multiplication only. */
export const SAME_LOSS = 1e-9;

const settledLoss = (loss: number): number => Math.round(loss / SAME_LOSS) * SAME_LOSS;

/** How the totals of parts make that of a network: added up, or the largest of them. */
export type Combination = 'sum' | 'largest';

/** How a metric comes about from totals over the parts of a network. */
export interface Form {
  /** The metric that the parts have: itself, or that of which it is a multiple. */
  readonly base: MetricName;
  /** Undefined where parts have no totals. */
  readonly combine: Combination | undefined;
  /** The metric multiplies over the parts: the total is a loss, and more of it means less of the metric. */
  readonly product: boolean;
  /** What sums over parts are rounded to, so that those of equal designs are equal. */
  readonly settle: (total: number) => number;
  /** Values of different systems cannot be compared without their baselines. */
  readonly relative: boolean;
  /** Value of the metric from a total; `hertz` is the system's clock. */
  readonly value: (total: number, hertz: number) => number;
  /** Inverse of `value`. */
  readonly total: (value: number, hertz: number) => number;
}

const same = (x: number): number => x;

/** The form of a metric. */
export const formOf = (name: MetricName): Form => {
  const { source } = METRICS[name];
  const whole = {
    ...{ base: name, combine: undefined, product: false, relative: false },
    ...{ settle: same, value: same, total: same },
  };
  switch (source.from) {
    case 'estimate':
      return {
        ...whole,
        combine: source.over?.combine,
        settle: source.over?.rounded === true ? Math.round : same,
      };
    case 'weights':
      if (source.over !== 'product') return { ...whole, combine: source.over };
      return {
        ...{ ...whole, combine: 'sum', product: true },
        ...{ settle: settledLoss, value: (loss) => Math.exp(-loss), total: lossOf },
      };
    case 'quotient': {
      const form = formOf(source.of as MetricName);
      if (source.by === 'baseline') return { ...form, relative: true };
      return {
        ...form,
        value: (total, hertz) => (source.times * total) / hertz,
        total: (value, hertz) => (value * hertz) / source.times,
      };
    }
    case 'samples':
    case 'system':
      return whole;
  }
};

/** True where a metric gets better by a larger total. */
export const isRaised = ({ product }: Form, better: 'min' | 'max'): boolean => (better === 'max') !== product;

/** Reads the total of a metric from weights, of a network or a part; undefined where weights do not decide it. */
export const weightTotal = (name: MetricName): ((weights: WeightFigures) => number) | undefined => {
  const { source } = METRICS[name];
  const { total } = formOf(name);
  return source.from === 'weights' ? (weights) => total(source.read(weights), 1) : undefined;
};
