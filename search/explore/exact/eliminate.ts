import { digitsOfState, stateCount, stateOf, type AdditiveModel } from './additive-model.js';
import { Collector, errorOfLevel, Provenance, type CostScale, type Labels } from './labels.js';

/** Limits and wishes of a computation. */
export interface SolveOptions {
  /** Candidates that are looked at before any label is thinned; 0 by default. */
  readonly free?: number;
  /**
   * Most labels that a state keeps after that; more are thinned, with a stated error. Infinity for an exact front. The
   * number is halved whenever `effort` further candidates were looked at, down to `fewest`.
   */
  readonly labels: number;
  readonly effort?: number;
  readonly fewest?: number;
  /** The same for the front itself. */
  readonly front: number;
  /** Index of the one cost that thinning leaves exact. */
  readonly exact: number;
  /**
   * Ascending values of the exact cost, at most two: labels that reach them are less important, and are thinned before
   * others. None by default.
   */
  readonly bands?: readonly number[];
  /** Designs worse than the front by no more than this, per cost, are kept as well; empty for none. */
  readonly margins?: readonly number[];
}

/** Designs that an additive model finds. */
export interface Solution {
  readonly count: number;
  /** A row of costs per design. */
  readonly costs: Float64Array;
  /** A row of digits per design, without the system. */
  readonly digits: Uint16Array;
  /**
   * Every design of the space is matched by one of these whose costs are at most 1 + epsilon times its own (the exact
   * cost at most equal).
   */
  readonly epsilon: number;
  /** The same for designs whose exact cost is below each of the bands' values, and for all. */
  readonly epsilons: readonly number[];
  /** False if designs within the margins had to be left out. */
  readonly complete: boolean;
  /** Labels kept in all states together. */
  readonly labels: number;
}

/** Labels for every state of some positions. */
interface Factor {
  readonly positions: readonly number[];
  readonly labels: readonly Labels[];
  /** Least value of each cost over all states. */
  readonly least: readonly number[];
}

/** Candidates that are held at first, and where no label is thinned. */
const CAPACITY = 1 << 15;
const MOST_CANDIDATES = 1 << 20;
/** Choices are packed with this many digits per position. */
const DIGITS = 65536;

const leastOf = (labels: readonly Labels[], k: number): number[] => {
  const least = new Array<number>(k).fill(Infinity);
  for (const { count, costs } of labels) {
    for (let i = 0; i < count; i++)
      for (let j = 0; j < k; j++) least[j] = Math.min(least[j]!, costs[i * k + j]!);
  }
  return least;
};

const factorOf = (model: AdditiveModel, term: AdditiveModel['terms'][number]): Factor => {
  const k = model.combine.length;
  const count = stateCount(term.positions, model.radices);
  const labels = Array.from({ length: count }, (_, state): Labels => ({
    count: 1,
    costs: term.costs.subarray(state * k, (state + 1) * k),
    nodes: Int32Array.of(Provenance.NOTHING),
  }));
  return { positions: term.positions, labels, least: leastOf(labels, k) };
};

/** Where the state of a factor lies, given digits at all positions. */
const labelsAt = (factor: Factor, radices: readonly number[], digits: ArrayLike<number>): Labels =>
  factor.labels[stateOf(factor.positions, radices, digits)]!;

const averageCount = ({ labels }: Factor): number =>
  labels.reduce((sum, { count }) => sum + count, 0) / labels.length;

/** A table over some positions, as the choice of the next position sees it. */
interface Scope {
  readonly positions: readonly number[];
  /** Labels per state. */
  readonly labels: number;
}

/** The position to eliminate next: the one that leaves the smallest table, then the one with the most labels. */
const nextPosition = (scopes: readonly Scope[], radices: readonly number[]): number | undefined => {
  let best: readonly [position: number, states: number, labels: number] | undefined;
  for (const position of new Set(scopes.flatMap((scope) => scope.positions))) {
    const touched = scopes.filter(({ positions }) => positions.includes(position));
    const rest = new Set(touched.flatMap(({ positions }) => positions));
    rest.delete(position);
    const states = touched.length === 1 ? 0 : stateCount([...rest], radices);
    const labels = Math.max(...touched.map((scope) => scope.labels));
    if (
      best === undefined ||
      states < best[1] ||
      (states === best[1] && (labels > best[2] || (labels === best[2] && position < best[0])))
    ) {
      best = [position, states, labels];
    }
  }
  return best?.[0];
};

/** States that an elimination goes through, for terms with these positions. */
export const eliminationWork = (
  radices: readonly number[],
  terms: readonly (readonly number[])[],
): number => {
  let scopes: Scope[] = terms.map((positions) => ({ positions, labels: 1 }));
  let work = 0;
  for (;;) {
    const position = nextPosition(scopes, radices);
    if (position === undefined) return work;
    const touched = scopes.filter(({ positions }) => positions.includes(position));
    const together = [...new Set(touched.flatMap(({ positions }) => positions))];
    work += stateCount(together, radices);
    const labels = touched.reduce((sum, scope) => sum + scope.labels, 0);
    scopes = scopes.filter((scope) => !touched.includes(scope));
    scopes.push({ positions: together.filter((p) => p !== position), labels });
  }
};

/**
 * The Pareto front of all designs of an additive model, by variable elimination: one digit after the other is chosen in
 * the best ways for every state of the digits that its terms share with others. Labels are vectors of costs, pruned by
 * dominance; limits prune with what the other terms cost at least.
 */
export const solve = (model: AdditiveModel, options: SolveOptions): Solution => {
  const { radices, combine } = model;
  const k = combine.length;
  const margins = options.margins ?? [];
  const provenance = new Provenance();
  const { free = 0, labels: most, effort = Infinity, fewest = 1 } = options;
  const largest = options.labels === Infinity || free > 0 ? MOST_CANDIDATES : CAPACITY;
  const collector = new Collector(k, CAPACITY, largest);
  const joiner = new Collector(k, CAPACITY, largest);
  let factors = model.terms.map((term) => factorOf(model, term));
  const bands = options.bands ?? [];
  const growths = [1, ...bands.map(() => 1)];
  let complete = true;

  /** Labels that a state, or the front, may keep after the effort so far. */
  const labelsNow = (isFront = false): number => {
    const spent = collector.added + joiner.added - free;
    if (spent < 0) return Infinity;
    if (isFront) return options.front;
    return most === Infinity ? most : Math.max(fewest, most / 2 ** Math.floor(spent / effort));
  };

  /** What terms outside some factors add at least. */
  const scaleOutside = (inside: ReadonlySet<Factor>): CostScale => ({
    combine,
    rest: combine.map((how, j) =>
      factors
        .filter((f) => how === 'largest' || !inside.has(f))
        .reduce((sum, { least }) => (how === 'sum' ? sum + least[j]! : Math.max(sum, least[j]!)), 0),
    ),
    limits: model.limits,
    exact: options.exact,
    bands,
    margins,
  });

  const cross = (into: Collector, a: Labels, b: Labels, choice: number): void => {
    for (let x = 0; x < a.count; x++) {
      for (let y = 0; y < b.count; y++) {
        into.add(a.costs, x * k, b.costs, y * k, a.nodes[x]!, b.nodes[y]!, choice);
      }
    }
  };

  /** Replaces the factors that hold a position (or, without one, all) by their best combinations. */
  const eliminate = (position: number | undefined): void => {
    const touched = factors.filter((f) => position === undefined || f.positions.includes(position));
    const scope = [...new Set(touched.flatMap((f) => f.positions))]
      .filter((p) => p !== position)
      .sort((a, b) => a - b);
    touched.sort((a, b) => averageCount(a) - averageCount(b));
    const digits = new Uint16Array(radices.length);
    const limit = labelsNow(scope.length === 0 && touched.length === factors.length);
    // Put together what is joined before the last step, the others still open.
    const scales = touched.map((_, n) => scaleOutside(new Set(touched.slice(0, n + 1))));
    const levels = touched.map(() => growths.map(() => -1));
    const raise = (n: number, by: readonly number[]): void => {
      levels[n] = levels[n]!.map((level, band) => Math.max(level, by[band]!));
    };
    const relaxed = (n: number): number[] => levels[n]!.map((level) => Math.max(-1, level - 1));
    const NEUTRAL: Labels = {
      count: 1,
      costs: new Float64Array(k),
      nodes: Int32Array.of(Provenance.NOTHING),
    };
    const last = touched.length - 1;
    const labels = Array.from({ length: stateCount(scope, radices) }, (_, state) => {
      digitsOfState(scope, radices, state).forEach((digit, i) => (digits[scope[i]!] = digit));
      collector.start(scales[last]!, relaxed(last));
      for (let digit = 0; digit < (position === undefined ? 1 : radices[position]!); digit++) {
        if (position !== undefined) digits[position] = digit;
        let joined = NEUTRAL;
        for (let n = 0; n < last; n++) {
          const next = labelsAt(touched[n]!, radices, digits);
          if (n === 0) {
            joined = next;
            continue;
          }
          joiner.start(scales[n]!, relaxed(n));
          cross(joiner, joined, next, -1);
          joined = joiner.finish(provenance, limit);
          raise(n, joiner.levels);
          complete &&= joiner.complete;
        }
        const choice = position === undefined ? -1 : position * DIGITS + digit;
        cross(collector, joined, labelsAt(touched[last]!, radices, digits), choice);
      }
      const result = collector.finish(provenance, limit);
      raise(last, collector.levels);
      complete &&= collector.complete;
      return result;
    });
    for (const own of levels) {
      growths.forEach((_, band) => {
        growths[band]! *= 1 + errorOfLevel(Math.max(...own.slice(0, band + 1)));
      });
    }
    const made: Factor = { positions: scope, labels, least: leastOf(labels, k) };
    factors = [...factors.filter((f) => !touched.includes(f)), made];
  };

  for (;;) {
    const scopes = factors.map((factor) => ({ positions: factor.positions, labels: averageCount(factor) }));
    const position = nextPosition(scopes, radices);
    if (position === undefined) break;
    eliminate(position);
  }
  if (factors.length > 0) eliminate(undefined);
  const front = factors[0]?.labels[0] ?? { count: 0, costs: new Float64Array(0), nodes: new Int32Array(0) };
  const rows = new Uint16Array(front.count * radices.length);
  front.nodes.forEach((node, i) =>
    provenance.write(node, rows.subarray(i * radices.length, (i + 1) * radices.length)),
  );
  return {
    count: front.count,
    costs: front.costs,
    digits: rows,
    epsilon: growths.at(-1)! - 1,
    epsilons: growths.map((growth) => growth - 1),
    complete,
    labels: provenance.count,
  };
};
