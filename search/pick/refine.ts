import type { MetricRow } from '../metrics.js';
import { tabulate, type Study } from '../rank/table.js';
import { changeCount } from '../space/changes.js';
import { isWhole, type Session } from '../evaluate/session.js';
import type { Objective } from '../rank/objectives.js';
import type { Digits, Space } from '../space/space.js';
import {
  candidateAt,
  chargedPrice,
  compareFigures,
  compareCandidates,
  evaluatedOf,
  firstOf,
  isWorthAt,
  meetingRows,
  type Candidate,
  type Evaluated,
  type Wish,
} from './candidates.js';
import { neighboursOf } from './neighbours.js';

/** A pick and what is known of the designs that differ from it in one choice. */
export interface Refined {
  readonly candidate: Candidate;
  /** Ids that the pick had before single choices were made better, first to last. */
  readonly steps: readonly string[];
  /** Designs that differ from the pick in one choice; undefined if there was no time to evaluate them all. */
  readonly neighbours: Evaluated | undefined;
}

/** Steps that are taken at most; each makes the design better, so that they end. */
const MOST_STEPS = 1000;

const smallerIsBetter = ({ column, direction }: Objective, numbers: MetricRow): number => {
  const value = numbers[column];
  if (Number.isNaN(value)) return Number.MAX_VALUE;
  return direction === 'max' ? -value : value;
};

/**
 * Whether a design is better than another, or as good with fewer changes. At a knee: in every objective. A change less
 * is better where the change was not worth it, and a change more has to be worth it.
 */
const improves = (to: Candidate, from: Candidate, wish: Wish, space: Space): boolean => {
  const more = changeCount(space, to.digits) - changeCount(space, from.digits);
  const fewer = more < 0;
  const charged = chargedPrice(wish, space, to) - chargedPrice(wish, space, from);
  if (wish.minGain > 0 && fewer && charged <= 0 && wish.tie === undefined) return true;
  if (wish.minGain > 0 && more > 0 && charged >= 0) return false;
  if (wish.preference !== 'knee') {
    const order = compareFigures(wish, space, to, from);
    return order < 0 || (order === 0 && fewer);
  }
  const differences = wish.objectives.map(
    (objective) => smallerIsBetter(objective, to.numbers) - smallerIsBetter(objective, from.numbers),
  );
  return differences.every((d) => d <= 0) && (fewer || differences.some((d) => d < 0));
};

/** The best neighbour that improves on the pick and may be picked. */
const bestStep = (neighbours: Evaluated, from: Candidate, wish: Wish): Candidate | undefined => {
  const { space } = neighbours;
  const rows = meetingRows(neighbours, wish.constraints).filter(
    (i) => isWorthAt(neighbours, i, wish) && improves(candidateAt(neighbours, i), from, wish, space),
  );
  return firstOf(neighbours, rows, (a, b) => compareCandidates(wish, space, a, b));
};

/** All designs that differ from one in a single choice; undefined if there was no time to evaluate them. */
export const neighboursAround = async (
  study: Study,
  digits: Digits,
  session: Session,
  until: number,
): Promise<Evaluated | undefined> => {
  const designs = neighboursOf(study.space, digits);
  const results = await session.evaluate(designs, { until });
  if (!isWhole(designs, results)) return undefined;
  const own: Study = { ...study, designs, results };
  return evaluatedOf([own], tabulate([own]));
};

/**
 * Makes a pick better by single choices, each judged by the full estimator, until none is left: what it changes is
 * undone unless it pays, and what it leaves is changed where that pays. Constraints are kept.
 */
export const refine = async (
  start: Candidate,
  wish: Wish,
  { study, session }: { readonly study: Study; readonly session: Session },
  until: number,
): Promise<Refined> => {
  let candidate = start;
  const steps: string[] = [];
  while (steps.length < MOST_STEPS) {
    const neighbours = await neighboursAround(study, candidate.digits, session, until);
    if (neighbours === undefined) break;
    const next = bestStep(neighbours, candidate, wish);
    // The price with its changes charged falls in every step but for some at a knee, which may not go in circles.
    if (next === undefined || steps.includes(next.id)) return { candidate, steps, neighbours };
    steps.push(candidate.id);
    candidate = next;
  }
  return { candidate, steps, neighbours: undefined };
};
