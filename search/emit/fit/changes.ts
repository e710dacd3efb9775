import type { Network } from '../../../src/graph/network.js';
import { groupBy } from '../../../src/groups.js';
import { targetAt, type Site } from '../../space/sites.js';
import type { Space } from '../../space/space.js';
import { findSubstitution, STANDARD } from '../../substitute/index.js';

/** One change of a design: another digit at a position of its row of digits. */
export interface Change {
  readonly position: number;
  readonly digit: number;
}

/** The space with the unchanged choice at every site and group, last where it was missing: others keep their places. */
export const withUnchanged = (space: Space): Space => ({
  ...space,
  sites: space.sites.map((choice) =>
    choice.options.includes(STANDARD) ? choice : { ...choice, options: [...choice.options, STANDARD] },
  ),
  groups: space.groups.map((choice) => {
    const { group, widths } = choice;
    return widths.includes(group.channels) ? choice : { ...choice, widths: [...widths, group.channels] };
  }),
});

/** Digits of a design with one change, or none. */
export const digitsOfChange = (space: Space, change?: Change): Uint16Array => {
  const { sites, groups } = space;
  const digits = Uint16Array.from([
    ...sites.map(({ options }) => options.indexOf(STANDARD)),
    ...groups.map(({ group, widths }) => widths.indexOf(group.channels)),
    0,
  ]);
  return change === undefined ? digits : digits.with(change.position, change.digit);
};

/**
 * What an option comes to once its weights are fitted: forms that differ only in a ReLU come to the same, because the
 * fitted bias shifts what is below zero above it.
 */
const functionOf = (network: Network, site: Site, option: string): string => {
  const target = targetAt(network, site);
  const { unfolding, terms, activation } = findSubstitution(option)!.factors(target);
  const shifted = target.bias === undefined ? activation : 'none';
  return `${unfolding.kind} ${terms} ${shifted}`;
};

/**
 * Every change that a space can make, in lists of those that come to the same: options of sites first, in the space's
 * order.
 */
export const changesOfSpace = ({ network, sites, groups }: Space): readonly (readonly Change[])[] => [
  ...sites.flatMap(({ site, options }, position) => {
    const changed = [...options.keys()].filter((digit) => options[digit] !== STANDARD);
    const same = groupBy(changed, (digit) => functionOf(network, site, options[digit]!));
    return [...same.values()].map((digits) => digits.map((digit): Change => ({ position, digit })));
  }),
  ...groups.flatMap(({ group, widths }, g) =>
    [...widths.keys()]
      .filter((digit) => widths[digit] !== group.channels)
      .map((digit): Change[] => [{ position: sites.length + g, digit }]),
  ),
];
