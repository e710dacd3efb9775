import { inputError } from '../../../src/errors.js';
import { changesOfSpace, digitsOfChange, withUnchanged, type Change } from '../../emit/fit/changes.js';
import { varyingRadices, type Space } from '../../space/space.js';
import type { Answer, Question } from './trial.js';
import type { AskOptions, Trials } from './trials.js';

/** Noise of the choices of a space, each measured alone. */
export interface MeasuredChoices {
  /** The space with the noise of its choices; those that were not measured are left out. */
  readonly space: Space;
  readonly measured: number;
  /** Choices that change something. */
  readonly count: number;
}

/**
 * Fits and measures every choice alone. Unchanged choices have no noise; choices that come to the same once their weights
 * are fitted are measured together.
 *
 * @throws an input error where the network's outputs do not depend on the samples
 */
export const measureChoices = async (trials: Trials, options: AskOptions): Promise<MeasuredChoices> => {
  const { space } = trials.setup;
  const whole = withUnchanged(space);
  const lists = changesOfSpace(space);
  const questions = lists.map(([change]): Question => ({
    kind: 'noise',
    digits: digitsOfChange(whole, change),
  }));
  const answers = await trials.ask(questions, options);
  if (answers.some((answer) => Number.isNaN(answer?.noise))) {
    const { source } = trials.setup.score;
    throw inputError(`${source}: ${space.network.name} gives the same outputs for all of these samples`);
  }
  const measured = lists.filter((_, i) => answers[i] !== undefined).flat().length;
  return { space: withNoise(space, lists, answers), measured, count: lists.flat().length };
};

/** A space with the noise of its choices; those whose noise was not measured are left out. */
const withNoise = (
  space: Space,
  lists: readonly (readonly Change[])[],
  answers: readonly (Answer | undefined)[],
): Space => {
  const { sites, groups } = space;
  const all = varyingRadices(space).map((radix) => new Array<number | undefined>(radix).fill(0));
  lists.forEach((changes, i) => {
    for (const { position, digit } of changes) all[position]![digit] = answers[i]?.noise;
  });
  const keep = <T>(values: readonly T[], position: number): T[] =>
    values.filter((_, digit) => all[position]![digit] !== undefined);
  const noise = all.map((values) => values.filter((value) => value !== undefined));
  return {
    ...space,
    sites: sites.map(({ site, options }, i) => ({ site, options: keep(options, i) })),
    groups: groups.map(({ group, widths }, i) => ({ group, widths: keep(widths, sites.length + i) })),
    noise: { sites: noise.slice(0, sites.length), groups: noise.slice(sites.length) },
  };
};
