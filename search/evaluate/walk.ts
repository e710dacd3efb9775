import type { FigureName } from '../metrics.js';
import type { Applier } from '../emit/apply.js';
import { pointsOf } from '../front/points.js';
import { Survivors } from '../front/survivors.js';
import { designsOf, radicesOf, type Digits, type Space } from '../space/space.js';
import { FIGURE_AT, FIGURE_COUNT } from './figures.js';
import { formOf, weightTotal } from './forms.js';
import { keyMaker, type Pieces } from './programs.js';
import type { Segment } from './segments.js';
import type { Step } from './transitions/state.js';
import type { Transitions } from './transitions/transitions.js';
import { addsUp, walkOrder, type WalkTask } from './walk-tasks.js';

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

  const forms = costs.map(({ metric }) => formOf(metric));
  /** Each cost is read from weights, or is one of the figures. */
  const readers = costs.map(({ metric }) => weightTotal(metric));
  const columns = costs.map(({ metric }) => FIGURE_AT[metric as FigureName]);
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
        readers.forEach((read, j) => (found![j]! += read?.(weights) ?? 0));
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
    for (let j = 0; j < count; j++) values[j] = readers[j]?.(weights) ?? row[columns[j]!]!;
    return true;
  };

  const values = new Float64Array(count);
  const leaf = (certain: boolean): void => {
    visited++;
    const total = sums[segments.length]!;
    if (certain && transitions!.holds(chain, total[count]!)) values.set(total.subarray(0, count));
    else if (!estimate(values)) return;
    for (let j = 0; j < count; j++) {
      const { sign, most } = costs[j]!;
      values[j] = sign * forms[j]!.settle(values[j]!);
      // Worst, where it is not known.
      if (Number.isNaN(values[j])) values[j] = Number.MAX_VALUE;
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
          to[j] = from[j]! + (readers[j] === undefined ? step.figures[columns[j]!]! : weights[j]!);
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
  // Parameters that operators share are there once: what operators have does not add up to what a design has.
  const countsShared = applier.sharesParameters && forms.some(({ base }) => base === 'parameters');
  const certain =
    pieces !== undefined && transitions?.isSimple === true && costs.every(addsUp) && !countsShared;
  visit(0, 0, certain);

  const { members, points } = survivors;
  const figures = new Float64Array(members.length * FIGURE_COUNT);
  members.forEach((design, i) => store(design, figures, i));
  return {
    visited,
    failed,
    digits: designsOf(members, radices.length).digits,
    objectives: pointsOf(points, objectives).values,
    figures,
  };
};
