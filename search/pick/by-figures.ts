import type { Stopped } from '../explore/explorer.js';
import { evaluateDesigns, isWhole, openSession } from '../evaluate/session.js';
import { tabulate, type Study } from '../rank/table.js';
import type { Sweep } from '../explore/sweep.js';
import { countDesigns } from '../space/space.js';
import {
  bestOf,
  choose,
  evaluatedOf,
  isWorthAt,
  meetingRows,
  withTie,
  type Candidate,
  type Evaluated,
  type Preferred,
  type Wish,
} from './candidates.js';
import { singleChanges } from './neighbours.js';
import { priceOf, sideObjectives } from './preference.js';
import { refine } from './refine.js';
import { ENDLESS, search, unchangedOf, type Picked, type PickRequest } from './request.js';
import { sidesOf } from './sides.js';

const isWholeSpace = ({ designs, results, space }: Study): boolean =>
  countDesigns(space) === BigInt(designs.count) && isWhole(designs, results);

/** The preferred design, if it is cheaper than the picked one. */
const cheaperOf = (evaluated: Evaluated, wish: Wish, { numbers }: Candidate): Candidate | undefined => {
  const rows = meetingRows(evaluated, wish.constraints).filter((i) => isWorthAt(evaluated, i, wish));
  const tied = withTie(evaluated, rows, wish);
  const best = bestOf(evaluated, rows, tied);
  const price = (of: Candidate['numbers']): number => Math.max(tied.tie ?? 0, priceOf(wish, of));
  return best !== undefined && price(best.numbers) < price(numbers) ? best : undefined;
};

/**
 * Searches a space and picks the preferred design that meets the constraints and is cheaper than the unchanged network.
 * Where there is none, searches without constraints and tries all single changes, to see what comes near.
 */
export const pickByFigures = async (request: PickRequest): Promise<Picked> => {
  const { wish, workers, searched = wish.constraints, ends = ENDLESS, onStage } = request;
  const isOver = (): boolean => workers.signal?.aborted === true || performance.now() >= ends.all;
  const first = await search(request, wish.objectives, searched, ends.search);
  const study = first.studies[0]!;
  let evaluated = evaluatedOf([study], tabulate([study]));
  let choice: Preferred = choose(evaluated, wish);
  const sweeps: [Sweep, ...Sweep[]] = [first];
  let stopped = first.stopped;

  if (choice.candidate === undefined && !isOver() && !isWholeSpace(study)) {
    onStage?.('no design meets the constraints and is cheaper: looking for what comes near');
    const objectives = sideObjectives(wish);
    const designs = singleChanges(study.space);
    const results = await evaluateDesigns(study.space, designs, { ...workers, until: ends.near });
    const second = await search(request, objectives, [], ends.all);
    const all: [Study, ...Study[]] = [study, ...second.studies, { ...study, designs, results }];
    sweeps.push(second);
    evaluated = evaluatedOf(all, tabulate(all));
    choice = choose(evaluated, wish);
    stopped ??= second.stopped ?? (isWhole(designs, results) ? undefined : 'time');
  }
  /** What ended the work, with the last part of it. */
  const stoppedAfter = (whole: boolean): Stopped | undefined =>
    workers.signal?.aborted === true ? 'interrupted' : (stopped ?? (whole ? undefined : 'time'));

  const parts = {
    study,
    sweeps,
    meeting: choice.meeting,
    paying: choice.paying,
    evaluated: evaluated.table.count,
  };
  const session = openSession(study.space, workers);
  try {
    const { candidate } = choice;
    if (candidate === undefined) {
      const sides = sidesOf(evaluated, wish);
      const unchanged = await unchangedOf(evaluated, sides, session, ends.all);
      return {
        ...parts,
        ...{ refined: undefined, cheaper: undefined, sides, unchanged },
        stopped: stoppedAfter(true),
      };
    }
    if (!isOver()) onStage?.('trying every single choice of the best design again');
    const refined = await refine(candidate, choice.wish, { study, session }, ends.all);
    const whole = refined.neighbours !== undefined;
    const cheaper = cheaperOf(evaluated, { ...wish, constraints: searched }, refined.candidate);
    return {
      ...parts,
      refined,
      cheaper,
      sides: undefined,
      unchanged: undefined,
      stopped: stoppedAfter(whole),
    };
  } finally {
    await session.close();
  }
};
