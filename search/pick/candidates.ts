import type { MetricRow } from '../metrics.js';
import { baselineRow, metricsAt, selectRows, type Study, type Table } from '../rank/table.js';
import { worstExcess, type Constraint } from '../rank/constraints.js';
import { digitsAt } from '../rank/ranking.js';
import { changeCount, designId } from '../space/changes.js';
import { objectivePoints, type Objective } from '../rank/objectives.js';
import { paretoRanks } from '../front/pareto-ranks.js';
import type { Points } from '../front/points.js';
import type { Space } from '../space/space.js';
import { kneeDistances } from '../front/knee.js';
import { comparePreferred, pays, priceOf, tieOf, type Pricing } from './preference.js';

/** What a pick has to be. */
export interface Wish extends Pricing {
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
  /**
   * Share of the unchanged network's price (cycles, or bytes) that every change has to save: less is not worth training
   * for. 0 for any.
   */
  readonly minGain: number;
}

/** A design with its figures. */
export interface Candidate {
  readonly id: string;
  readonly digits: Uint16Array;
  readonly numbers: MetricRow;
  /** The unchanged network on the same system. */
  readonly baseline: MetricRow | undefined;
}

/** Evaluated designs of one space. */
export interface Evaluated {
  readonly space: Space;
  readonly studies: readonly [Study, ...Study[]];
  readonly table: Table;
  /** The unchanged network on each system. */
  readonly baselines: readonly (MetricRow | undefined)[];
}

/** Designs with the figures of the unchanged network beside them. */
export const evaluatedOf = (studies: readonly [Study, ...Study[]], table: Table): Evaluated => {
  const [study] = studies;
  const { space } = study;
  return { space, studies, table, baselines: space.systems.map((_, system) => baselineRow(study, system)) };
};

/** A candidate without its id, which takes longest to make. */
type Priced = Omit<Candidate, 'id'>;

const pricedAt = (evaluated: Evaluated, i: number): Priced => {
  const digits = digitsAt(evaluated, i);
  return { digits, numbers: metricsAt(evaluated.table, i), baseline: evaluated.baselines[digits.at(-1)!] };
};

/** Row `i` as a candidate. */
export const candidateAt = (evaluated: Evaluated, i: number): Candidate => {
  const { digits, ...rest } = pricedAt(evaluated, i);
  return { id: designId(evaluated.space, digits), digits: digits.slice(), ...rest };
};

/** Price of a design, with what its changes have to save added: of two designs, the lower one is worth more. */
export const chargedPrice = (
  wish: Pricing & Pick<Wish, 'minGain'>,
  space: Space,
  { digits, numbers, baseline }: Priced,
): number => {
  const charge = baseline === undefined ? 0 : wish.minGain * priceOf(wish, baseline);
  return priceOf(wish, numbers) + charge * changeCount(space, digits);
};

/** Whether a design is cheaper than the unchanged network on its system, and each of its changes is worth it. */
const isWorth = (wish: Wish, space: Space, design: Priced): boolean =>
  pays(wish, design.numbers, design.baseline) &&
  chargedPrice(wish, space, design) <= priceOf(wish, design.baseline!);

/**
 * Negative where `a` is preferred to `b`: where the price decides, by what it is with the changes charged. Where prices
 * may tie, a charge would decide what nothing else does.
 */
export const compareFigures = (wish: Wish, space: Space, a: Priced, b: Priced): number => {
  const { preference, tie } = wish;
  const byPrice = tie === undefined && (preference === 'cycles' || preference === 'bandwidth');
  const charged = byPrice ? chargedPrice(wish, space, a) - chargedPrice(wish, space, b) : 0;
  return charged || comparePreferred(wish, a.numbers, b.numbers);
};

/** Negative where `a` is preferred to `b`: by the preference, then by fewer changes, then by id. */
export const compareCandidates = (wish: Wish, space: Space, a: Candidate, b: Candidate): number => {
  const byFigures = compareFigures(wish, space, a, b);
  if (byFigures !== 0) return byFigures;
  const byChanges = changeCount(space, a.digits) - changeCount(space, b.digits);
  if (byChanges !== 0) return byChanges;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
};

/** Rows in the order in which they are wanted; of equal ones that with fewer changes, then the earlier. */
export const orderRows = (evaluated: Evaluated, rows: readonly number[], wish: Wish): number[] => {
  const { space } = evaluated;
  return rows
    .map((row) => ({ row, ...pricedAt(evaluated, row) }))
    .sort(
      (a, b) =>
        compareFigures(wish, space, a, b) ||
        changeCount(space, a.digits) - changeCount(space, b.digits) ||
        a.row - b.row,
    )
    .map(({ row }) => row);
};

/** The first of some rows in an order of candidates; of equal ones the earlier. Undefined without rows. */
export const firstOf = (
  evaluated: Evaluated,
  rows: readonly number[],
  order: (a: Candidate, b: Candidate) => number,
): Candidate | undefined =>
  rows.reduce<Candidate | undefined>((best, i) => {
    const candidate = candidateAt(evaluated, i);
    return best === undefined || order(candidate, best) < 0 ? candidate : best;
  }, undefined);

/** The preferred one of some rows; undefined without rows. */
export const bestOf = (evaluated: Evaluated, rows: Iterable<number>, wish: Wish): Candidate | undefined => {
  const { space } = evaluated;
  let best: Candidate | undefined;
  for (const i of rows) {
    if (best !== undefined && compareFigures(wish, space, pricedAt(evaluated, i), best) > 0) continue;
    const candidate = candidateAt(evaluated, i);
    if (best === undefined || compareCandidates(wish, space, candidate, best) < 0) best = candidate;
  }
  return best;
};

/** Whether a row is cheaper than the unchanged network on its system. */
export const paysAt = (evaluated: Evaluated, i: number, pricing: Pricing): boolean => {
  const { numbers, baseline } = pricedAt(evaluated, i);
  return pays(pricing, numbers, baseline);
};

/** Whether a row is cheaper than the unchanged network on its system by what its changes have to save. */
export const isWorthAt = (evaluated: Evaluated, i: number, wish: Wish): boolean =>
  isWorth(wish, evaluated.space, pricedAt(evaluated, i));

/** Rows that meet the constraints. */
export const meetingRows = ({ table }: Evaluated, constraints: readonly Constraint[]): number[] =>
  Array.from({ length: table.count }, (_, i) => i).filter((i) => worstExcess(table, i, constraints) === 0);

/** The rows on the front of some rows that are farthest from the plane through its extremes, among those that pay. */
const kneeRows = (
  evaluated: Evaluated,
  rows: readonly number[],
  paying: ReadonlySet<number>,
  { objectives }: Wish,
): number[] => {
  const points = (of: readonly number[]): Points =>
    objectivePoints(selectRows(evaluated.table, Uint32Array.from(of)), objectives);
  const ranks = paretoRanks(points(rows));
  const front = rows.filter((_, i) => ranks[i] === 1);
  const distances = kneeDistances(points(front));
  const most = front.reduce((d, row, i) => (paying.has(row) ? Math.max(d, distances[i]!) : d), -Infinity);
  return front.filter((row, i) => distances[i] === most && paying.has(row));
};

/** What was chosen from. */
export interface Preferred {
  readonly candidate: Candidate | undefined;
  /** Designs that meet the constraints, and those of them that are cheaper by what their changes have to save. */
  readonly meeting: number;
  readonly paying: number;
  /** The wish with what ties with the best. */
  readonly wish: Wish;
}

/** A wish that knows which prices of some rows tie with the best. */
export const withTie = (evaluated: Evaluated, rows: readonly number[], wish: Wish): Wish => {
  const tie = tieOf(
    wish,
    rows.map((i) => priceOf(wish, pricedAt(evaluated, i).numbers)),
  );
  return tie === undefined ? wish : { ...wish, tie };
};

/** The preferred design among those that meet the constraints and are cheaper than the unchanged network. */
export const choose = (evaluated: Evaluated, wish: Wish): Preferred => {
  const { preference, constraints } = wish;
  const meeting = meetingRows(evaluated, constraints);
  const paying = meeting.filter((i) => isWorthAt(evaluated, i, wish));
  const tied = withTie(evaluated, paying, wish);
  let rows = paying;
  if (preference === 'knee' && paying.length > 0) {
    const worth = new Set(paying);
    rows = kneeRows(evaluated, meeting, worth, wish);
    // What is on the front may change more than it is worth.
    if (rows.length === 0) rows = kneeRows(evaluated, paying, worth, wish);
  }
  return {
    candidate: bestOf(evaluated, rows, tied),
    meeting: meeting.length,
    paying: paying.length,
    wish: tied,
  };
};
