import { changeCount } from '../space/changes.js';
import { worstExcess } from '../rank/constraints.js';
import {
  candidateAt,
  compareCandidates,
  firstOf,
  meetingRows,
  paysAt,
  type Candidate,
  type Evaluated,
  type Wish,
} from './candidates.js';
import { priceOf } from './preference.js';

/** What comes nearest where no design is both cheaper and within the constraints. */
export interface Sides {
  /** The cheaper design that is nearest to the constraints: with one on retained weights, that which keeps the most. */
  readonly cheaper: Candidate | undefined;
  /** The cheapest changed design that meets the constraints; the unchanged network if no other does. */
  readonly meeting: Candidate | undefined;
}

const retainedOf = ({ numbers }: Candidate): number =>
  Number.isNaN(numbers.retained_energy) ? -1 : numbers.retained_energy;

const nearestCheaper = (evaluated: Evaluated, wish: Wish): Candidate | undefined => {
  const { space, table } = evaluated;
  const { constraints } = wish;
  let best: { readonly candidate: Candidate; readonly excess: number } | undefined;
  for (let i = 0; i < table.count; i++) {
    if (!paysAt(evaluated, i, wish)) continue;
    const excess = worstExcess(table, i, constraints);
    if (best !== undefined && excess > best.excess) continue;
    const candidate = candidateAt(evaluated, i);
    const order =
      best === undefined
        ? -1
        : excess - best.excess ||
          (constraints.length === 0 ? 0 : retainedOf(best.candidate) - retainedOf(candidate)) ||
          compareCandidates(wish, space, candidate, best.candidate);
    if (order < 0) best = { candidate, excess };
  }
  return best?.candidate;
};

const cheapestMeeting = (evaluated: Evaluated, wish: Wish): Candidate | undefined => {
  const { space } = evaluated;
  const isUnchanged = ({ digits }: Candidate): number => Number(changeCount(space, digits) === 0);
  const order = (a: Candidate, b: Candidate): number =>
    isUnchanged(a) - isUnchanged(b) ||
    priceOf(wish, a.numbers) - priceOf(wish, b.numbers) ||
    compareCandidates(wish, space, a, b);
  return firstOf(evaluated, meetingRows(evaluated, wish.constraints), order);
};

/** The nearest design on each side, among those evaluated. */
export const sidesOf = (evaluated: Evaluated, wish: Wish): Sides => ({
  cheaper: nearestCheaper(evaluated, wish),
  meeting: cheapestMeeting(evaluated, wish),
});
