import type { Constraint } from '../rank/constraints.js';
import type { Results, SessionOptions } from '../evaluate/session.js';
import type { Objective } from '../rank/objectives.js';
import { countDesigns, type Designs, type Space } from '../space/space.js';

/** What an explorer is asked to do for one model. */
export interface ExploreRequest {
  readonly space: Space;
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
  readonly seed: number;
  /** Most designs that the full estimator evaluates. */
  readonly limit: number;
  /** Time budget; what has not been evaluated by then is left out. */
  readonly seconds?: number;
  readonly evaluate: SessionOptions;
  /** Called now and then with the designs that are finished; each part of a search may count from the beginning. */
  readonly onProgress?: (finished: number) => void;
}

/** What ends a search early. */
export type Stopped = 'time' | 'interrupted';

/** The same as a part of a sentence. */
export const STOPPED_TEXTS: Readonly<Record<Stopped, string>> = {
  time: 'the time was up',
  interrupted: 'it was interrupted',
};

/** What an explorer found. */
export interface Exploration {
  /**
   * Designs with what the full estimator says of them, no design twice. A design that is neither known nor failed in
   * `results` was not reached in time.
   */
  readonly designs: Designs;
  readonly results: Results;
  /** What `run.json` records of the method: its name, why it was chosen, and its own facts. */
  readonly facts: Readonly<Record<string, unknown>> & { readonly method: string; readonly why?: string };
  /** What ended the search before its own end: the time budget or an abort. */
  readonly stopped?: Stopped | undefined;
  /** Lines for people, printed at the end of a run. */
  readonly lines: readonly string[];
}

/** What `auto` hears from an explorer about a space. */
export interface Advice {
  /** It is the one to take, unless one before it is. */
  readonly take: boolean;
  /** Why, or why not. */
  readonly why: string;
}

/**
 * A way to look for the Pareto front of a space. Results depend on nothing but the request, unless it has a time
 * budget that ends the search.
 */
export interface Explorer<Name extends string = string> {
  /** Name of the method, also in `run.json`. */
  readonly name: Name;
  /** Searches one space. */
  readonly explore: (request: ExploreRequest) => Promise<Exploration>;
  /** What the full estimator will see, as in "evaluating …". */
  readonly describe: (space: Space, limit: number) => string;
  /** Most designs that it will see, if not all that the limit allows. */
  readonly atMost?: (space: Space, limit: number) => number;
  /** Designs that it will look at, where that is known before. */
  readonly total?: (space: Space, limit: number) => number;
  /** What it needs and does not have, as in "the method exact needs …"; undefined if it can be used. */
  readonly lacks?: (space: Space, objectives: readonly Objective[], limit: number) => string | undefined;
  /** Whether `auto` should take it; without, `auto` never does. */
  readonly advise?: (space: Space, objectives: readonly Objective[], limit: number) => Advice;
}

/** Designs of a space that a limit allows. */
export const allowed = (space: Space, limit: number): number => {
  const count = countDesigns(space);
  return count < BigInt(limit) ? Number(count) : limit;
};
