import { baselineDesigns } from '../rank/baselines.js';
import { isMeasured } from '../metrics.js';
import { tabulate, type Study } from '../rank/table.js';
import { beforeMeasuring, type Constraint } from '../rank/constraints.js';
import { designId } from '../space/changes.js';
import {
  evaluateDesigns,
  isWhole,
  openSession,
  type Session,
  type SessionOptions,
} from '../evaluate/session.js';
import type { Stopped } from '../explore/explorer.js';
import type { Objective } from '../rank/objectives.js';
import { countDesigns } from '../space/space.js';
import type { Method } from '../explore/methods.js';
import { planSweep, sweep, type Measuring, type Sweep, type SweepModel } from '../explore/sweep.js';
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
import { neighboursOf, singleChanges } from './neighbours.js';
import { priceOf, sideObjectives } from './preference.js';
import { refine, type Refined } from './refine.js';
import { walkFront, type Walk } from './walk.js';
import { sidesOf, type Sides } from './sides.js';

/** Times of `performance.now()` at which the parts of the work have to end. */
export interface PickEnds {
  /** The search. */
  readonly search: number;
  /** That for what comes near, where the first finds nothing. */
  readonly near: number;
  /** All. */
  readonly all: number;
}

const ENDLESS: PickEnds = { search: Infinity, near: Infinity, all: Infinity };

/** Hears how far a search is. */
export interface SearchProgress {
  readonly update: (finished: number, total: number) => void;
  readonly stop: () => void;
}

/** One model, what is wanted of its designs, and how to search them. */
export interface PickRequest {
  readonly model: SweepModel;
  readonly wish: Wish;
  readonly method: Method;
  /** Where there are samples: designs are measured on them until one meets the constraints on what is measured. */
  readonly measuring?: Measuring;
  /** Constraints of the search, where the wish has further ones: then the result names what those cost. */
  readonly searched?: readonly Constraint[];
  /** Most designs that a search evaluates. */
  readonly limit: number;
  readonly seed: number;
  readonly workers: SessionOptions;
  /** No end by default. */
  readonly ends?: PickEnds;
  /** Called with what begins now. */
  readonly onStage?: (text: string) => void;
  /** Called when a search begins, with the designs that it evaluates at most; what it returns hears how far it is. */
  readonly onSearch?: (total: number) => SearchProgress;
}

/** What came of it: a design, or what is nearest on each side. */
export interface Picked {
  readonly study: Study;
  /** The searches, first to last. */
  readonly sweeps: readonly [Sweep, ...Sweep[]];
  readonly meeting: number;
  readonly paying: number;
  /** Designs that were evaluated by searches. */
  readonly evaluated: number;
  readonly refined: Refined | undefined;
  /** The design that would be picked by the constraints of the search alone, where it is another, cheaper one. */
  readonly cheaper: Candidate | undefined;
  /** How the pick was found among designs that were measured on samples, where there are any. */
  readonly walk?: Walk;
  /** Only where nothing was picked: what is nearest, and the unchanged network instead of a pick. */
  readonly sides: Sides | undefined;
  readonly unchanged: Refined | undefined;
  /** What ended the work before its own end. */
  readonly stopped: Stopped | undefined;
}

/** One sweep of the request's model, until a time of `performance.now()`. */
const search = async (
  { model, method, limit, seed, workers, onSearch }: PickRequest,
  objectives: readonly Objective[],
  constraints: readonly Constraint[],
  until: number,
): Promise<Sweep> => {
  const models = planSweep([model], objectives, limit, method);
  const progress = onSearch?.(models[0]!.plan.atMost);
  try {
    return await sweep({
      ...{ models, objectives, constraints, seed, evaluate: workers },
      ...(until < Infinity && { seconds: Math.max(0, (until - performance.now()) / 1000) }),
      ...(progress && { onProgress: progress.update }),
    });
  } finally {
    progress?.stop();
  }
};

const isWholeSpace = ({ designs, results, space }: Study): boolean =>
  countDesigns(space) === BigInt(designs.count) && isWhole(designs, results);

/**
 * The unchanged network with all designs that differ from it in one choice, on the system of the nearest design;
 * undefined where the space or the time does not hold them.
 */
const unchangedOf = async (
  { space, studies: [study], baselines }: Evaluated,
  { cheaper, meeting }: Sides,
  session: Session,
  until: number,
): Promise<Refined | undefined> => {
  const system = (cheaper ?? meeting)?.digits.at(-1) ?? 0;
  const digits = baselineDesigns(space)[system];
  const numbers = baselines[system];
  if (digits === undefined || numbers === undefined) return undefined;
  const designs = neighboursOf(space, digits);
  const results = await session.evaluate(designs, { until });
  if (!isWhole(designs, results)) return undefined;
  const own: Study = { ...study, designs, results };
  const candidate = { id: designId(space, digits), digits, numbers, baseline: numbers };
  return { candidate, steps: [], neighbours: evaluatedOf([own], tabulate([own])) };
};

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
export const pick = async (request: PickRequest): Promise<Picked> =>
  request.measuring === undefined ? pickByFigures(request) : pickMeasured(request, request.measuring);

/**
 * The same where there are samples: the search minds what noise the choices make alone; the designs along its front are
 * fitted and measured, the preferred ones first.
 */
const pickMeasured = async (request: PickRequest, measuring: Measuring): Promise<Picked> => {
  const { wish, workers, ends = ENDLESS, onStage } = request;
  const unmeasured: Wish = { ...wish, constraints: beforeMeasuring(wish.constraints) };
  const first = await search(request, wish.objectives, unmeasured.constraints, ends.search);
  const study = first.studies[0]!;
  const evaluated = evaluatedOf([study], tabulate([study]));
  const meeting = meetingRows(evaluated, unmeasured.constraints);
  const paying = meeting.filter((i) => isWorthAt(evaluated, i, unmeasured));
  onStage?.('fitting and measuring designs along the front');
  const walk = await walkFront(
    evaluated,
    paying,
    withTie(evaluated, paying, unmeasured),
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
    const designs = neighboursOf(study.space, walk.candidate.digits);
    const results = await session.evaluate(designs, { until: ends.all });
    const own: Study = { ...study, designs, results };
    const neighbours = isWhole(designs, results) ? evaluatedOf([own], tabulate([own])) : undefined;
    const refined: Refined = { candidate: walk.candidate, steps: [], neighbours };
    return { ...parts, refined, sides: undefined, unchanged: undefined };
  } finally {
    await session.close();
  }
};

const pickByFigures = async (request: PickRequest): Promise<Picked> => {
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
