import { usageError } from '../../src/errors.js';
import { suggestion } from '../../src/suggest.js';
import { formatObjective, type Objective } from '../rank/objectives.js';
import { sampleSize } from '../space/sample.js';
import { countDesigns, type Space } from '../space/space.js';
import { evolve } from './evolve/evolve.js';
import { exact } from './exact/exact.js';
import { exhaustive } from './exhaustive.js';
import type { Explorer } from './explorer.js';
import { notAdditive } from './exact/dimensions.js';
import { sample } from './sample.js';

/** Names of all methods, and `auto`. */
export const METHODS = ['auto', 'exact', 'exhaustive', 'sample', 'evolve'] as const;
/** One of these. */
export type Method = (typeof METHODS)[number];

/** A method that is not a choice between others. */
export type MethodName = Exclude<Method, 'auto'>;

/** A method for one space, with the reasons for people. */
export interface Plan {
  readonly name: MethodName;
  readonly explorer: Explorer;
  readonly why: string;
  /** What the full estimator will see, as in "evaluating …". */
  readonly text: string;
  /** Most designs that it will see. */
  readonly atMost: number;
}

const EXPLORERS: Readonly<Record<MethodName, Explorer>> = { exact, exhaustive, sample, evolve };

/** `auto` evaluates all designs of spaces up to this size. */
const SMALL = 20_000;

/**
 * Reads the name of a method.
 * @throws a usage error for any that does not exist
 */
export const parseMethod = (text: string): Method => {
  const method = METHODS.find((name) => name === text);
  if (method === undefined)
    throw usageError(`method "${text}" is not known${suggestion(text, METHODS)}`, 'method');
  return method;
};

const grouped = (count: bigint | number): string => count.toLocaleString('en-US');

const atLimit = (count: bigint, limit: number): number => (count < BigInt(limit) ? Number(count) : limit);

const samplePlan = (space: Space, limit: number): string => {
  const { all, count, mandatory } = sampleSize(space, limit);
  if (all) return 'all designs of the space';
  return count === mandatory && mandatory > limit
    ? `the baseline and each single-site change on every system, ${mandatory} designs, more than the limit of ${limit}`
    : `a stratified sample of ${count} designs, the baseline and each single-site change among them`;
};

const PLANS: Readonly<Record<MethodName, (space: Space, limit: number) => string>> = {
  exact: (_, limit) =>
    `the designs on and near the exact front of the additive model, at most ${grouped(limit)}`,
  exhaustive: () => 'all designs of the space',
  sample: samplePlan,
  evolve: (space, limit) =>
    `at most ${grouped(atLimit(countDesigns(space), limit))} designs, which an evolutionary search chooses`,
};

const chosen = (name: MethodName, why: string, space: Space, limit: number): Plan => {
  const atMost = name === 'sample' ? sampleSize(space, limit).count : atLimit(countDesigns(space), limit);
  return { name, explorer: EXPLORERS[name], why, text: PLANS[name](space, limit), atMost };
};

/**
 * The method for one space: the one that is named, or with `auto` all designs of a small space; of a larger one the
 * exact front, if all objectives add up, multiply or are largest values over the operators, and else what evolution
 * finds.
 *
 * @param limit most designs of this space that may be evaluated
 * @throws a usage error where the named method cannot be used
 */
export const planMethod = (
  space: Space,
  objectives: readonly Objective[],
  limit: number,
  method: Method,
): Plan => {
  const count = countDesigns(space);
  const odd = notAdditive(objectives);
  if (method === 'exhaustive' && count > BigInt(limit)) {
    throw usageError(
      `the method exhaustive needs a limit of at least the number of designs, ${grouped(count)}; ` +
        `it is ${grouped(limit)}`,
      'method',
      'limit',
    );
  }
  if (method === 'exact' && odd !== undefined) {
    throw usageError(
      `the method exact needs objectives that add up over the operators, and ${formatObjective(odd)} does not; ` +
        'use evolve',
      'method',
    );
  }
  if (method !== 'auto') return chosen(method, 'it was asked for', space, limit);
  const most = Math.min(limit, SMALL);
  const size = `the space has ${grouped(count)} designs`;
  if (count <= BigInt(most)) {
    return chosen('exhaustive', `${size}, few enough for all of them`, space, limit);
  }
  const why = `${size}, more than ${grouped(most)}, and `;
  return odd === undefined
    ? chosen('exact', `${why}every objective adds up over the operators`, space, limit)
    : chosen('evolve', `${why}${formatObjective(odd)} does not add up over the operators`, space, limit);
};
