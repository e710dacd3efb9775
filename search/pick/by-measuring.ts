import type { Stopped } from '../explore/explorer.js';
import type { Measuring } from '../explore/sweep.js';
import { openSession } from '../evaluate/session.js';
import { isMeasured } from '../metrics.js';
import { beforeMeasuring } from '../rank/constraints.js';
import { tabulate } from '../rank/table.js';
import {
  choose,
  evaluatedOf,
  isWorthAt,
  meetingRows,
  withTie,
  type Evaluated,
  type Wish,
} from './candidates.js';
import { neighboursAround, type Refined } from './refine.js';
import { ENDLESS, search, unchangedOf, type Picked, type PickRequest } from './request.js';
import { sidesOf, type Sides } from './sides.js';
import { walkFront } from './walk.js';

/** At a knee, the walk begins there: what is noisier is not wanted. */
const fromKnee = (evaluated: Evaluated, rows: readonly number[], wish: Wish): readonly number[] => {
  if (wish.preference !== 'knee') return rows;
  const { candidate } = choose(evaluated, wish);
  const noise = evaluated.table.columns.output_noise;
  return candidate === undefined ? rows : rows.filter((i) => noise[i]! <= candidate.numbers.output_noise);
};

/**
 * Searches a space and picks with samples: the search minds what noise the choices make alone; the designs along its front are
 * fitted and measured, the preferred ones first.
 */
export const pickByMeasuring = async (request: PickRequest, measuring: Measuring): Promise<Picked> => {
  const { wish, workers, ends = ENDLESS, onStage } = request;
  const unmeasured: Wish = { ...wish, constraints: beforeMeasuring(wish.constraints) };
  const first = await search(request, wish.objectives, unmeasured.constraints, ends.search);
  const study = first.studies[0]!;
  const evaluated = evaluatedOf([study], tabulate([study]));
  const meeting = meetingRows(evaluated, unmeasured.constraints);
  const paying = meeting.filter((i) => isWorthAt(evaluated, i, unmeasured));
  const rows = fromKnee(evaluated, paying, unmeasured);
  onStage?.('fitting and measuring designs along the front');
  const walk = await walkFront(
    evaluated,
    rows,
    withTie(evaluated, rows, unmeasured),
    wish.constraints.filter(({ column }) => isMeasured(column)),
    measuring,
    { until: ends.near },
  );
  const isOver = workers.signal?.aborted === true || performance.now() >= ends.near;
  const stopped: Stopped | undefined =
    workers.signal?.aborted === true
      ? 'interrupted'
      : (first.stopped ?? (isOver && walk.candidate === undefined ? 'time' : undefined));
  const parts = {
    ...{ study, sweeps: [first] as const, walk, stopped },
    meeting: meeting.length,
    paying: paying.length,
    evaluated: evaluated.table.count,
    cheaper: walk.measured[0] === walk.candidate ? undefined : walk.measured[0],
  };
  const session = openSession(study.space, workers);
  try {
    if (walk.candidate === undefined) {
      const sides: Sides = { cheaper: walk.measured.at(-1), meeting: sidesOf(evaluated, unmeasured).meeting };
      const unchanged = await unchangedOf(evaluated, sides, session, ends.all);
      return { ...parts, cheaper: undefined, refined: undefined, sides, unchanged };
    }
    const neighbours = await neighboursAround(study, walk.candidate.digits, session, ends.all);
    const refined: Refined = { candidate: walk.candidate, steps: [], neighbours };
    return { ...parts, refined, sides: undefined, unchanged: undefined };
  } finally {
    await session.close();
  }
};
