import type { ChoiceNoise, Space } from '../space/space.js';
import { changesOfSpace, type Change } from '../fit/changes.js';
import { varyingRadices } from '../space/space.js';
import type { Question } from './trial.js';
import type { AskOptions, Trials } from './trials.js';

/** Noise of the choices of a space, each measured alone. */
export interface MeasuredChoices {
  /** The space with the noise of its choices; those that were not measured are left out. */
  readonly space: Space;
  readonly measured: number;
  /** Choices that change something. */
  readonly count: number;
}

const positionOf = ({ sites }: Space, change: Change): number =>
  change.kind === 'option' ? change.site : sites.length + change.group;

const digitOf = (change: Change): number => (change.kind === 'option' ? change.option : change.width);

/**
 * Fits and measures every choice alone. Unchanged choices have no noise.
 *
 * @param known noise of choices that were measured before, by their number in {@link changesOfSpace}
 */
export const measureChoices = async (trials: Trials, options: AskOptions): Promise<MeasuredChoices> => {
  const { space } = trials.setup;
  const changes = changesOfSpace(space);
  const width = varyingRadices(space).length + 1;
  const questions = changes.map((change): Question => {
    const digits = new Uint16Array(width);
    digits[positionOf(space, change)] = digitOf(change);
    return { kind: 'noise', digits };
  });
  const answers = await trials.ask(questions, options);
  const noises = changes.map((_, i) => answers[i]?.noise);
  return {
    space: withNoise(space, changes, noises),
    measured: noises.filter((noise) => noise !== undefined).length,
    count: changes.length,
  };
};

/** A space with the noise of its choices; those whose noise is not known are left out. */
const withNoise = (
  space: Space,
  changes: readonly Change[],
  noises: readonly (number | undefined)[],
): Space => {
  const { sites, groups } = space;
  const radices = varyingRadices(space);
  const all = radices.map((radix) => new Array<number | undefined>(radix).fill(0));
  changes.forEach((change, i) => (all[positionOf(space, change)]![digitOf(change)] = noises[i]));
  const keep = <T>(values: readonly T[], position: number): T[] =>
    values.filter((_, digit) => all[position]![digit] !== undefined);
  const noise = all.map((values) => values.filter((value) => value !== undefined));
  return {
    ...space,
    sites: sites.map(({ site, options }, i) => ({ site, options: keep(options, i) })),
    groups: groups.map(({ group, widths }, i) => ({ group, widths: keep(widths, sites.length + i) })),
    noise: { sites: noise.slice(0, sites.length), groups: noise.slice(sites.length) } satisfies ChoiceNoise,
  };
};
