import type { Constraint } from '../rank/constraints.js';
import type { Results, SessionOptions } from '../evaluate/session.js';
import type { Objective } from '../rank/objectives.js';
import type { Designs, Space } from '../space/space.js';

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
  /** Called now and then with the designs that are finished, and how many there will be, as far as is known. */
  readonly onProgress?: (finished: number, total: number) => void;
}

/** What ends a search early. */
export type Stopped = 'time' | 'interrupted';

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

/**
 * A way to look for the Pareto front of a space. Results depend on nothing but the request, unless it has a time
 * budget that ends the search.
 */
export type Explorer = (request: ExploreRequest) => Promise<Exploration>;
