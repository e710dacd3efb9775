import { baselineDesigns } from '../rank/baselines.js';
import type { Constraint } from '../rank/constraints.js';
import type { Study } from '../rank/table.js';
import { designId } from '../space/changes.js';
import type { Session, SessionOptions } from '../evaluate/session.js';
import type { Stopped } from '../explore/explorer.js';
import type { Objective } from '../rank/objectives.js';
import type { Method } from '../explore/methods.js';
import { planSweep, sweep, totalOf, type Measuring, type Sweep, type SweepModel } from '../explore/sweep.js';
import type { Candidate, Evaluated, Wish } from './candidates.js';
import { neighboursAround, type Refined } from './refine.js';
import type { Sides } from './sides.js';
import type { Walk } from './walk.js';

/** Times of `performance.now()` at which the parts of the work have to end. */
export interface PickEnds {
  /** The search. */
  readonly search: number;
  /** That for what comes near, where the first finds nothing. */
  readonly near: number;
  /** All. */
  readonly all: number;
}

/** No end. */
export const ENDLESS: PickEnds = { search: Infinity, near: Infinity, all: Infinity };

/** Hears how far a search is. */
export interface SearchProgress {
  readonly update: (finished: number) => void;
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
  /** Called when a search begins, with its designs where that is known; what it returns hears how far it is. */
  readonly onSearch?: (total: number | undefined) => SearchProgress;
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
export const search = async (
  { model, method, limit, seed, workers, onSearch }: PickRequest,
  objectives: readonly Objective[],
  constraints: readonly Constraint[],
  until: number,
): Promise<Sweep> => {
  // Designs are measured afterwards, if at all.
  const { name, space } = model;
  const models = planSweep([{ name, space }], objectives, limit, method);
  const progress = onSearch?.(totalOf(models));
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

/**
 * The unchanged network with all designs that differ from it in one choice, on the system of the nearest design;
 * undefined where the space or the time does not hold them.
 */
export const unchangedOf = async (
  { space, studies: [study], baselines }: Evaluated,
  { cheaper, meeting }: Sides,
  session: Session,
  until: number,
): Promise<Refined | undefined> => {
  const system = (cheaper ?? meeting)?.digits.at(-1) ?? 0;
  const digits = baselineDesigns(space)[system];
  const numbers = baselines[system];
  if (digits === undefined || numbers === undefined) return undefined;
  const neighbours = await neighboursAround(study, digits, session, until);
  if (neighbours === undefined) return undefined;
  const candidate = { id: designId(space, digits), digits, numbers, baseline: numbers };
  return { candidate, steps: [], neighbours };
};
