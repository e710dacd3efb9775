import type { Space } from '../space/space.js';

/** One change of the unchanged network: an option at a site, or a width of a group; by their places in the space. */
export type Change =
  | { readonly kind: 'option'; readonly site: number; readonly option: number }
  | { readonly kind: 'width'; readonly group: number; readonly width: number };

/** Digits of the unchanged network on the first system: −1 where a site or group has to change. */
const unchangedDigits = ({ sites, groups }: Space): number[] => [
  ...sites.map(({ options }) => options.indexOf('standard')),
  ...groups.map(({ group, widths }) => widths.indexOf(group.channels)),
  0,
];

/** Every change that a space can make: options of sites first, in its order. */
export const changesOfSpace = (space: Space): Change[] => {
  const unchanged = unchangedDigits(space);
  const { sites, groups } = space;
  return [
    ...sites.flatMap(({ options }, site) =>
      options.flatMap((_, option): Change[] =>
        option === unchanged[site] ? [] : [{ kind: 'option', site, option }],
      ),
    ),
    ...groups.flatMap(({ widths }, group) =>
      widths.flatMap((_, width): Change[] =>
        width === unchanged[sites.length + group] ? [] : [{ kind: 'width', group, width }],
      ),
    ),
  ];
};
