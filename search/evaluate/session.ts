import type { RunLog } from './log/run-log.js';
import type { Designs, Space } from '../space/space.js';
import type { Values } from '../substitute/substitution.js';
import type { Wanted, WorkerSetup } from './batch.js';
import type { Tally } from './counts.js';
import { callingThread, createInline } from './inline.js';
import { createRecall, type Recall } from './recalled.js';
import type { Fleet } from './remote/fleet.js';
import { Collector, Part, type Engine, type Results } from './results.js';
import type { SystemSegments } from './segments.js';
import type { WalkTask } from './walk-tasks.js';
import type { WalkResult } from './walk.js';
import type { PoolSource } from './pool.js';
import { createPooled } from './pooled.js';
import { isBuilt, threadPool } from './threads.js';

export type { Wanted } from './batch.js';
export { isWhole, knownCount, type Results } from './results.js';

/** What all tables of designs of a session have in common. */
export interface SessionOptions {
  /** Worker threads; with 1 the calling thread does the work, unless it is to stay free. */
  readonly jobs: number;
  /** The calling thread is one of several, and begins alone: short searches need no others. */
  readonly helping?: boolean;
  /** Leaves the calling thread free even with a single job, so that it can end the work at any time, if the worker is built. */
  readonly apart?: boolean;
  /** Aborting it ends the evaluation early; what was finished is kept. */
  readonly signal?: AbortSignal;
  /** Whether the weights of substitutions are computed (the default) or only their shapes. */
  readonly values?: Values;
  /** URL of a module with a `createEvaluator`, instead of the estimator's. */
  readonly evaluator?: string;
  /** URL of the built worker, where it is not beside this module. */
  readonly worker?: URL;
  /** Asked before anything is evaluated, and told what was. */
  readonly log?: RunLog;
  /** Worker processes that do the work instead of threads, unless another evaluator is named. */
  readonly fleet?: Fleet;
  /** Counts what threads of this process do. */
  readonly tally?: Tally;
}

/** What is different from table to table. */
export interface RequestOptions {
  /** Called after every batch with the designs of the table finished so far, failed ones included. */
  readonly onProgress?: (finished: number) => void;
  /** Figures by default. Rows of segment figures have equal length for designs of one system only: ask for no others together. */
  readonly wanted?: Wanted;
  /**
   * Time of `performance.now()` after which no further batch is begun; threads that are still busy soon after are ended.
   * What was evaluated by then is the first rows of the table but for a few; the results do not count as interrupted.
   */
  readonly until?: number;
}

/** How to evaluate one table of designs. */
export interface EvaluateOptions extends SessionOptions, RequestOptions {}

/**
 * Evaluates tables of designs of one space with workers that stay, and remember what designs have in common. Results
 * do not depend on the number of threads. A design that throws, or ends its worker, is listed as failed and costs no
 * other. After an abort nothing more is evaluated.
 */
export interface Session {
  /** Figures of the designs, from the workers. */
  readonly evaluate: (designs: Designs, options?: RequestOptions) => Promise<Results>;
  /**
   * The segments of the network on every system; undefined if `until` or an abort came before.
   * @throws if the network cannot be compiled
   */
  readonly segments: (until?: number) => Promise<SystemSegments | undefined>;
  /**
   * Goes through parts of the space and hands on what was found in each, in no order. Ends early soon after `until` or
   * an abort.
   */
  readonly walk: (
    tasks: Iterable<WalkTask>,
    until: number,
    take: (task: WalkTask, result: WalkResult) => void,
  ) => Promise<void>;
  /** Ends the workers; may be called again. */
  readonly close: () => Promise<void>;
}

/** Opens a session; its workers start with the first table that has designs. */
export const openSession = (space: Space, options: SessionOptions): Session => {
  const {
    jobs,
    signal,
    values = 'known',
    evaluator,
    worker,
    apart = false,
    helping = false,
    log,
    fleet,
    tally,
  } = options;
  const setup: WorkerSetup = { space, values, evaluator };
  let engine: Engine | undefined;
  let closed = false;
  const create = (): Engine => {
    if (fleet !== undefined && evaluator === undefined) return createPooled(fleet.source(setup), signal);
    if (jobs <= 1 && !(apart && isBuilt(worker))) return createInline(setup, signal, tally);
    const threads = (count: number): PoolSource => threadPool(setup, count, worker);
    const source =
      helping && !apart && evaluator === undefined
        ? { ...threads(jobs - 1), here: callingThread(setup) }
        : threads(jobs);
    return createPooled(source, signal, tally);
  };
  const open = (): Engine => (engine ??= create());
  const isAborted = (): boolean => signal?.aborted === true;
  let remembered: Recall | undefined;
  const recall = (to: RunLog): Recall => (remembered ??= createRecall(to, setup));

  return {
    evaluate: async (designs, { onProgress, wanted = 'figures', until = Infinity } = {}) => {
      if (closed) throw new Error('evaluation is closed');
      const table = new Collector(designs, wanted, onProgress);
      const isOver = (): boolean => isAborted() || performance.now() >= until;
      if (designs.count > 0 && !isOver()) {
        const left =
          log === undefined
            ? new Part(table, table.allRows())
            : await recall(log).table(table, designs, wanted);
        if (left.count > 0 && !isOver()) await open().evaluate(left, wanted, until);
      }
      return table.results(isAborted());
    },
    segments: async (until = Infinity) => (isAborted() ? undefined : open().segments(until)),
    walk: async (tasks, until, take) => {
      if (isAborted()) return;
      if (log === undefined) await open().walk(tasks, until, take);
      else {
        const { walk, addWalk } = recall(log);
        await open().walk(walk(tasks, take), until, (task, result) => {
          addWalk(task, result);
          take(task, result);
        });
      }
    },
    close: async () => {
      closed = true;
      await engine?.close();
    },
  };
};

/** Evaluates one table of designs: opens a session with no more threads than designs, evaluates and closes. */
export const evaluateDesigns = async (
  space: Space,
  designs: Designs,
  options: EvaluateOptions,
): Promise<Results> => {
  const session = openSession(space, { ...options, jobs: Math.min(options.jobs, designs.count) });
  try {
    return await session.evaluate(designs, options);
  } finally {
    await session.close();
  }
};
