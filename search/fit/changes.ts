import { targetAt } from '../space/sites.js';
import type { Space } from '../space/space.js';
import { findSubstitution, STANDARD } from '../substitute/index.js';

/** One change of the unchanged network: an option at a site, or a width of a group; by their places in the space. */
export type Change =
  | { readonly kind: 'option'; readonly site: number; readonly option: number }
  | { readonly kind: 'width'; readonly group: number; readonly width: number };

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
  if (change?.kind === 'option') digits[change.site] = change.option;
  if (change?.kind === 'width') digits[sites.length + change.group] = change.width;
  return digits;
};

/**
 * What an option comes to once its weights are fitted: forms that differ only in a ReLU come to the same, because the
 * fitted bias shifts what is below zero above it.
 */
const functionOf = ({ network, sites }: Space, site: number, option: string): string => {
  const target = targetAt(network, sites[site]!.site);
  const { unfolding, terms, activation } = findSubstitution(option)!.factors(target);
  const shifted = target.bias === undefined ? activation : 'none';
  return `${unfolding.kind} ${terms} ${shifted}`;
};

/**
 * Every change that a space can make, in lists of those that come to the same: options of sites first, in the space's
 * order.
 */
export const changesOfSpace = (space: Space): readonly (readonly Change[])[] => {
  const lists: Change[][] = [];
  space.sites.forEach(({ options }, site) => {
    const same = new Map<string, Change[]>();
    options.forEach((name, option) => {
      if (name === STANDARD) return;
      const key = functionOf(space, site, name);
      const list = same.get(key) ?? [];
      if (list.length === 0) lists.push(list);
      list.push({ kind: 'option', site, option });
      same.set(key, list);
    });
  });
  space.groups.forEach(({ group, widths }, index) => {
    widths.forEach((channels, width) => {
      if (channels !== group.channels) lists.push([{ kind: 'width', group: index, width }]);
    });
  });
  return lists;
};
