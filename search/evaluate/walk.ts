import { METRICS, type FigureName, type MetricName } from '../metrics.js';
import type { Applier } from '../emit/apply.js';
import { parameterInputs } from '../emit/parameters.js';
import { designsOf, radicesOf, type Digits, type Space } from '../space/space.js';
import { FIGURE_AT, FIGURE_COUNT } from './figures.js';
import { lossOf } from './loss.js';
import { keyMaker, type Pieces } from './programs.js';
import type { Segment } from './segments.js';
import type { Step } from './transitions/state.js';
import { isSimple, type Transitions } from './transitions/transitions.js';

/** A metric to be made small (or, with sign −1, large) or to be kept below a limit. What multiplies is a loss, −ln. */
export interface Cost {
  /** A metric that is read from an estimate or from weights. */
  readonly metric: MetricName;
  readonly sign: 1 | -1;
  /** Most of `sign` times the value. */
  readonly most: number;
  /** Designs are compared by it. */
  readonly objective: boolean;
}

/** Part of a space on one system: all designs with the given digits at the first positions of the walk's order. */
export interface WalkTask {
  readonly system: number;
  readonly prefix: readonly number[];
  readonly costs: readonly Cost[];
}

/** What a walk through a part of a space found. */
export interface WalkResult {
  /** Designs that were looked at. */
  readonly visited: number;
  /** Designs that could not be evaluated. */
  readonly failed: number;
  /** Rows of digits of those that meet the limits and that no other of the part dominates or equals. */
  readonly digits: Uint16Array;
  /** Their objectives, all to be made small: a row of numbers per design. */
  readonly objectives: Float64Array;
  /** Their figures: `FIGURE_COUNT` numbers per design. */
  readonly figures: Float64Array;
}

/** Losses closer than this are taken to be equal: they differ by the order of multiplication only. */
const SAME_LOSS = 1e-9;

const isProduct = (metric: MetricName): boolean => {
  const { source } = METRICS[metric];
  return source.from === 'weights' && source.over === 'product';
};

/** A metric that is not a multiple of another, and how many of it make one of the metric; of one system. */
const baseOf = (metric: MetricName, hertz: number): readonly [base: MetricName, factor: number] => {
  const { source } = METRICS[metric];
  if (source.from !== 'quotient') return [metric, 1];
  const [base, factor] = baseOf(source.of as MetricName, hertz);
  return [base, source.by === 'clock' ? (factor * hertz) / source.times : factor];
};

/**
 * The costs of objectives and constraints on one system.
 *
 * @param hertz the system's clock
 */
export const costsOf = (
  objectives: readonly { readonly column: MetricName; readonly direction: 'min' | 'max' }[],
  constraints: readonly {
    readonly column: MetricName;
    readonly kind: 'most' | 'least';
    readonly bound: number;
  }[],
  hertz: number,
): Cost[] => {
  const signOf = (metric: MetricName, smaller: boolean): 1 | -1 => (smaller !== isProduct(metric) ? 1 : -1);
  return [
    ...objectives.map(({ column, direction }): Cost => {
      const [metric] = baseOf(column, hertz);
      return { metric, sign: signOf(metric, direction === 'min'), most: Infinity, objective: true };
    }),
    ...constraints.map(({ column, kind, bound }): Cost => {
      const [metric, factor] = baseOf(column, hertz);
      const sign = signOf(metric, kind === 'most');
      const value = isProduct(metric) ? lossOf(bound) + SAME_LOSS : bound * factor;
      return { metric, sign, most: sign * value, objective: false };
    }),
  ];
};

/** True if the cost of a design adds up over its segments. */
export const addsUp = ({ metric }: Cost): boolean => {
  const { source } = METRICS[metric];
  return source.from === 'estimate'
    ? source.over?.combine === 'sum'
    : source.from === 'weights' && source.over !== undefined;
};

/** Positions in the order in which a walk chooses their digits: by the first segment that depends on them. */
export const walkOrder = (space: Space, segments: readonly Segment[]): number[] => {
  const all = radicesOf(space).slice(0, -1).keys();
  const touched = new Set(segments.flatMap(({ positions }) => positions));
  return [...[...all].filter((position) => !touched.has(position)), ...touched];
};

/** Designs that one task looks at, about: where they add up, and where each has to be estimated. */
const TASK_DESIGNS = 40_000;
const TASK_ESTIMATES = 1000;

/** The parts of a space on one system, none much too large. */
export function* walkTasks(
  space: Space,
  segments: readonly Segment[],
  system: number,
  costs: readonly Cost[],
): Generator<WalkTask> {
  const radices = radicesOf(space);
  const order = walkOrder(space, segments);
  let rest = order.reduce((product, p) => product * radices[p]!, 1);
  let length = 0;
  const { system: target } = space.systems[system]!;
  const most = isSimple(target) && costs.every(addsUp) ? TASK_DESIGNS : TASK_ESTIMATES;
  while (rest > most) rest /= radices[order[length++]!]!;
  const prefix = new Array<number>(length).fill(0);
  for (;;) {
    yield { system, prefix: prefix.slice(), costs };
    let at = length - 1;
    while (at >= 0 && ++prefix[at]! === radices[order[at]!]) prefix[at--] = 0;
    if (at < 0) return;
  }
}

/** Operators share parameters, which a design has once: what they have does not add up to what it has. */
const sharesParameters = ({ network }: Space): boolean => {
  const { operators, tensors } = network.graphs[0];
  const read = operators.flatMap((operator) => parameterInputs(operator, (t) => tensors[t]));
  return new Set(read).size < read.length;
};

/** What a walk needs to know of its space. */
export interface WalkSpace {
  readonly space: Space;
  readonly segments: readonly Segment[];
  readonly applier: Applier;
  /** Undefined where designs are compiled as a whole. */
  readonly pieces: Pieces | undefined;
  readonly transitions: Transitions | undefined;
  /** Writes a design's figures as row `row` of a table. */
  readonly store: (digits: Digits, table: Float64Array, row: number) => void;
}

/** Designs that no other dominates, with their costs. */
class Survivors {
  readonly rows: Uint16Array[] = [];
  readonly costs: Float64Array[] = [];

  constructor(private readonly dimensions: number) {}

  /** Takes a design in, unless another dominates it or is its equal. */
  add(costs: Float64Array, digits: Uint16Array): void {
    const { rows, dimensions } = this;
    for (let i = 0; i < rows.length; i++) {
      if (!this.covers(this.costs[i]!, costs)) continue;
      // The next design is likely to be dominated by the same one.
      [this.costs[0], this.costs[i]] = [this.costs[i]!, this.costs[0]!];
      [rows[0], rows[i]] = [rows[i]!, rows[0]!];
      return;
    }
    let kept = 0;
    for (let i = 0; i < rows.length; i++) {
      if (this.covers(costs, this.costs[i]!)) continue;
      rows[kept] = rows[i]!;
      this.costs[kept++] = this.costs[i]!;
    }
    rows.length = kept;
    this.costs.length = kept;
    rows.push(digits.slice());
    this.costs.push(costs.slice(0, dimensions));
  }

  private covers(a: Float64Array, b: Float64Array): boolean {
    for (let j = 0; j < this.dimensions; j++) if (a[j]! > b[j]!) return false;
    return true;
  }
}

/**
 * Looks at every design of a part of a space, depth first along the segments, so that a design costs little more than
 * its last segment; of equal designs the first is kept. Designs whose figures are not certain from transitions are
 * estimated one by one.
 */
export const walk = (of: WalkSpace, { system, prefix, costs }: WalkTask): WalkResult => {
  const { space, segments, applier, pieces, transitions, store } = of;
  const radices = radicesOf(space);
  const order = walkOrder(space, segments);
  const fixed = new Set(order.slice(0, prefix.length));
  const digits = new Uint16Array(radices.length);
  digits[radices.length - 1] = system;
  prefix.forEach((digit, i) => (digits[order[i]!] = digit));
  /** The first segment that depends on a position. */
  const segmentOf = (position: number): number =>
    Math.max(
      0,
      segments.findIndex(({ positions }) => positions.includes(position)),
    );
  const open = segments.map((_, s) => order.filter((p) => !fixed.has(p) && segmentOf(p) === s));

  const count = costs.length;
  const objectives = costs.filter(({ objective }) => objective).length;
  const survivors = new Survivors(objectives);
  const sums = Array.from({ length: segments.length + 1 }, () => new Float64Array(count + 1));
  const chain: Step[] = [];
  const row = new Float64Array(FIGURE_COUNT);
  let visited = 0;
  let failed = 0;

  const weightReaders = costs
    .map(({ metric }) => METRICS[metric].source)
    .map((source) => (source.from === 'weights' ? source : undefined));
  const figureColumns = costs.map(({ metric }) =>
    METRICS[metric].source.from === 'estimate' ? FIGURE_AT[metric as FigureName] : -1,
  );
  const known = segments.map(() => new Map<number | string, Float64Array>());
  const keys = segments.map(({ positions }) => keyMaker(radices, positions));
  /** What the weights of a segment say, as parts of the costs. */
  const weightCosts = (s: number): Float64Array => {
    const { operators } = segments[s]!;
    const key = keys[s]!(digits);
    let found = known[s]!.get(key);
    if (found === undefined) {
      found = new Float64Array(count);
      for (const operator of operators) {
        const weights = applier.operatorWeights(operator, digits);
        weightReaders.forEach((source, j) => {
          if (source === undefined) return;
          const value = source.read(weights);
          found![j]! += source.over === 'product' ? lossOf(value) : value;
        });
      }
      known[s]!.set(key, found);
    }
    return found;
  };

  /** Costs of the design at hand from its own estimate; false if it cannot be estimated. */
  const estimate = (values: Float64Array): boolean => {
    try {
      store(digits, row, 0);
    } catch {
      failed++;
      return false;
    }
    const weights = applier.weights(digits);
    for (let j = 0; j < count; j++) {
      const source = weightReaders[j];
      if (source === undefined) values[j] = row[figureColumns[j]!]!;
      else values[j] = source.over === 'product' ? lossOf(source.read(weights)) : source.read(weights);
    }
    return true;
  };

  const values = new Float64Array(count);
  const leaf = (certain: boolean): void => {
    visited++;
    const total = sums[segments.length]!;
    if (certain && transitions!.holds(chain, total[count]!)) values.set(total.subarray(0, count));
    else if (!estimate(values)) return;
    for (let j = 0; j < count; j++) {
      const { metric, sign, most } = costs[j]!;
      if (isProduct(metric)) values[j] = Math.round(values[j]! / SAME_LOSS) * SAME_LOSS;
      values[j] = sign * values[j]!;
      if (values[j]! > most) return;
    }
    survivors.add(values, digits);
  };

  /** The segment's step; what was never seen is learnt from an estimate of the design at hand. */
  const stepOf = (s: number, context: number): Step | undefined => {
    for (let turn = 0; turn < 2; turn++) {
      const fragment = pieces!.fragment(s, digits);
      const step = fragment && transitions!.step(s, fragment, context);
      if (step !== undefined || turn === 1) return step;
      try {
        store(digits, row, 0);
      } catch {
        return undefined;
      }
    }
    return undefined;
  };

  const visit = (s: number, context: number, certain: boolean): void => {
    if (s === segments.length) {
      leaf(certain);
      return;
    }
    const own = open[s]!;
    for (const p of own) digits[p] = 0;
    for (;;) {
      const step = certain ? stepOf(s, context) : undefined;
      if (step !== undefined) {
        const [from, to] = [sums[s]!, sums[s + 1]!];
        const weights = weightCosts(s);
        for (let j = 0; j < count; j++) {
          const column = figureColumns[j]!;
          to[j] = from[j]! + (column < 0 ? weights[j]! : step.figures[column]!);
        }
        to[count] = from[count]! + step.bytes;
        chain[s] = step;
      }
      visit(s + 1, step?.next ?? 0, step !== undefined);
      let at = own.length - 1;
      while (at >= 0 && ++digits[own[at]!]! === radices[own[at]!]) digits[own[at--]!] = 0;
      if (at < 0) return;
    }
  };
  const countsParameters = weightReaders.some((source) => source?.over === 'sum');
  const certain =
    pieces !== undefined &&
    transitions?.isSimple === true &&
    costs.every(addsUp) &&
    !(countsParameters && sharesParameters(space));
  visit(0, 0, certain);

  const { rows } = survivors;
  const points = new Float64Array(rows.length * objectives);
  survivors.costs.forEach((point, i) => points.set(point, i * objectives));
  const figures = new Float64Array(rows.length * FIGURE_COUNT);
  rows.forEach((design, i) => store(design, figures, i));
  return { visited, failed, digits: designsOf(rows, radices.length).digits, objectives: points, figures };
};
