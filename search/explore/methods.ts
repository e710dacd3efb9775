import { usageError } from '../../src/errors.js';
import { suggestion } from '../../src/suggest.js';
import { grouped } from '../../src/text.js';
import type { Objective } from '../rank/objectives.js';
import { countDesigns, type Space } from '../space/space.js';
import { evolve } from './evolve/evolve.js';
import { exact } from './exact/exact.js';
import { exhaustive } from './exhaustive.js';
import { allowed, type Explorer } from './explorer.js';
import { sample } from './sample.js';

/** All explorers; `auto` takes the first of them that advises it. */
export const EXPLORERS = [exhaustive, exact, evolve, sample] as const;

/** Name of an explorer, or `auto`. */
export type Method = 'auto' | (typeof EXPLORERS)[number]['name'];

/** Names of all explorers, and `auto`. */
export const METHODS: readonly Method[] = ['auto', ...EXPLORERS.map(({ name }) => name)];

/** A method for one space, with the reasons for people. */
export interface Plan {
  readonly name: string;
  readonly explorer: Explorer;
  readonly why: string;
  /** What the full estimator will see, as in "evaluating …". */
  readonly text: string;
  /** Most designs that it will see. */
  readonly atMost: number;
  /** Designs that it will look at, where that is known before. */
  readonly total: number | undefined;
}

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

/** The first explorer that advises itself, with what it and those before it say of the space. */
const advised = (
  space: Space,
  objectives: readonly Objective[],
  limit: number,
): readonly [explorer: Explorer, why: string] => {
  const explorers: readonly Explorer[] = EXPLORERS;
  const reasons = [`the space has ${grouped(countDesigns(space))} designs`];
  for (const explorer of explorers) {
    const advice = explorer.advise?.(space, objectives, limit);
    if (advice !== undefined && advice.why !== '') reasons.push(advice.why);
    if (advice?.take === true) return [explorer, reasons.join(', ')];
  }
  throw new Error('no explorer takes every space');
};

/**
 * The method for one space: the one that is named, an explorer that is given, or with `auto` what the explorers advise.
 *
 * @param limit most designs of this space that may be evaluated
 * @throws a usage error where the named method cannot be used
 */
export const planMethod = (
  space: Space,
  objectives: readonly Objective[],
  limit: number,
  method: Method | Explorer,
): Plan => {
  const named = typeof method === 'string' ? EXPLORERS.find(({ name }) => name === method) : method;
  const [explorer, why]: readonly [Explorer, string] =
    named === undefined ? advised(space, objectives, limit) : [named, 'it was asked for'];
  const lacking = explorer.lacks?.(space, objectives, limit);
  if (lacking !== undefined) throw usageError(`the method ${explorer.name} needs ${lacking}`, 'method');
  return {
    name: explorer.name,
    explorer,
    why,
    text: explorer.describe(space, limit),
    atMost: (explorer.atMost ?? allowed)(space, limit),
    total: explorer.total?.(space, limit),
  };
};
