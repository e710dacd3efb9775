import { getOrMake } from '../../src/lazy.js';
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
import { addUpOn, walkOrder, type WalkTask } from './walk-tasks.js';

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

/** What a choice of a segment adds to the costs of a design, after one context. */
interface Link {
  readonly costs: Float64Array;
  readonly step: Step;
}

/** Links of a choice, by context. */
type Choice = (Link | undefined)[];

/** A segment in walks that choose the digits at some of its positions. */
interface Level {
  /** Positions whose digits are chosen here; those of its other positions are fixed, or were chosen before. */
  readonly open: readonly number[];
  /** Choices by the digits at the other positions, and then by those at the open ones, in the order of the walk. */
  readonly rows: Map<number | string, Choice[]>;
  readonly keyOf: (digits: Digits) => number | string;
}

/**
 * Looks at every design of parts of a space, depth first along the segments, so that a design costs little more than
 * its last segment; of equal designs the first is kept. Designs whose figures are not certain from transitions are
 * estimated one by one.
 *
 * @param kind what its tasks have in common: all but the digits that are fixed
 */
const walkOf = (
  { space, segments, applier, pieces, transitions, store }: WalkSpace,
  kind: WalkTask,
): ((prefix: WalkTask['prefix']) => WalkResult) => {
  const { system, costs } = kind;
  const radices = radicesOf(space);
  const order = walkOrder(space, segments);
  const fixed = order.slice(0, kind.prefix.length);
  /** The first segment that depends on a position. */
  const segmentOf = (position: number): number =>
    Math.max(
      0,
      segments.findIndex(({ positions }) => positions.includes(position)),
    );
  const levels = segments.map(({ positions }, s): Level => {
    const open = order.filter((p) => !fixed.includes(p) && segmentOf(p) === s);
    const others = positions.filter((p) => !open.includes(p));
    return { open, rows: new Map(), keyOf: keyMaker(radices, others) };
  });
  const last = segments.length - 1;

  const count = costs.length;
  const objectives = costs.filter(({ objective }) => objective).length;
  const forms = costs.map(({ metric }) => formOf(metric));
  /** Each cost is read from weights, or is one of the figures. */
  const readers = costs.map(({ metric }) => weightTotal(metric));
  const columns = costs.map(({ metric }) => FIGURE_AT[metric as FigureName]);
  // Parameters that operators share are there once: what operators have does not add up to what a design has.
  const countsShared = applier.sharesParameters && forms.some(({ base }) => base === 'parameters');
  const addsUpAlways =
    pieces !== undefined && transitions !== undefined && addUpOn(space, system, costs) && !countsShared;

  const digits = new Uint16Array(radices.length);
  digits[radices.length - 1] = system;
  const sums = Array.from({ length: segments.length + 1 }, () => new Float64Array(count + 1));
  const chain: Step[] = [];
  const row = new Float64Array(FIGURE_COUNT);
  const values = new Float64Array(count);
  let survivors = new Survivors(objectives);
  let visited = 0;
  let failed = 0;

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

  const linkOf = (s: number, context: number): Link | undefined => {
    const step = stepOf(s, context);
    if (step === undefined) return undefined;
    const own = new Float64Array(count + 1);
    for (const operator of segments[s]!.operators) {
      const weights = applier.operatorWeights(operator, digits);
      readers.forEach((read, j) => (own[j]! += read?.(weights) ?? 0));
    }
    readers.forEach((read, j) => {
      if (read === undefined) own[j] = step.figures[columns[j]!]!;
    });
    own[count] = step.bytes;
    return { costs: own, step };
  };

  /** Costs of the design at hand from its own estimate; false if it cannot be estimated. */
  const estimate = (): boolean => {
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

  const leaf = (total: Float64Array, certain: boolean): void => {
    visited++;
    if (certain && transitions!.holds(chain, total[count]!)) {
      for (let j = 0; j < count; j++) values[j] = total[j]!;
    } else if (!estimate()) return;
    for (let j = 0; j < count; j++) {
      const { sign, most } = costs[j]!;
      values[j] = sign * forms[j]!.settle(values[j]!);
      // Worst, where it is not known.
      if (Number.isNaN(values[j])) values[j] = Number.MAX_VALUE;
      if (values[j]! > most) return;
    }
    survivors.add(values, digits);
  };

  const visit = (s: number, context: number, certain: boolean): void => {
    const level = levels[s]!;
    const { open } = level;
    for (const p of open) digits[p] = 0;
    const choices = getOrMake(level.rows, level.keyOf(digits), () => []);
    const [from, to] = [sums[s]!, sums[s + 1]!];
    for (let index = 0; ; index++) {
      let link: Link | undefined;
      if (certain) {
        const choice = (choices[index] ??= []);
        link = choice[context] ??= linkOf(s, context);
      }
      if (link !== undefined) {
        for (let j = 0; j <= count; j++) to[j] = from[j]! + link.costs[j]!;
        chain[s] = link.step;
      }
      if (s === last) leaf(to, link !== undefined);
      else visit(s + 1, link?.step.next ?? 0, link !== undefined);
      let at = open.length - 1;
      while (at >= 0 && ++digits[open[at]!]! === radices[open[at]!]) digits[open[at--]!] = 0;
      if (at < 0) return;
    }
  };

  return (prefix) => {
    prefix.forEach((digit, i) => (digits[fixed[i]!] = digit));
    survivors = new Survivors(objectives);
    [visited, failed] = [0, 0];
    visit(0, 0, addsUpAlways);
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
};

/**
 * Walks through parts of the spaces that systems have. What walks of a kind have in common is found once.
 *
 * @param spaceOf the space on a system
 */
export const createWalk = (spaceOf: (system: number) => WalkSpace): ((task: WalkTask) => WalkResult) => {
  const walks = new Map<string, (prefix: WalkTask['prefix']) => WalkResult>();
  return (task) => {
    const { system, prefix, costs } = task;
    const kind = JSON.stringify([system, prefix.length, costs]);
    const walk = walks.get(kind) ?? walkOf(spaceOf(system), task);
    walks.set(kind, walk);
    return walk(prefix);
  };
};
