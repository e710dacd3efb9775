import { groupBy } from '../../../src/groups.js';
import type { Space, WidthChoice } from '../../space/space.js';
import type { CurveKind } from './curve.js';

/** A set of width groups that vary together, by their positions in the space. */
export interface Family {
  readonly kind: CurveKind;
  readonly groups: readonly number[];
}

/** Every group alone, after every number of channels that several groups have. */
export const familiesOf = (groups: readonly WidthChoice[]): Family[] => {
  const byWidth = groupBy(groups.keys(), (g) => groups[g]!.group.channels);
  return [
    ...[...byWidth.values()].flatMap((same): Family[] =>
      same.length > 1 ? [{ kind: 'width', groups: same }] : [],
    ),
    ...groups.map((_, g): Family => ({ kind: 'group', groups: [g] })),
  ];
};

/** A design of a family. */
export interface FamilyRow {
  readonly family: number;
  readonly row: Uint16Array;
}

/** A row per system, family and width: the network as it is but for these groups. */
export const rowsOf = (space: Space, families: readonly Family[]): FamilyRow[] =>
  space.systems.flatMap((_, system) =>
    families.flatMap(({ groups }, family) =>
      space.groups[groups[0]!]!.widths.map((_, digit) => {
        const row = new Uint16Array(space.groups.length + 1);
        for (const g of groups) row[g] = digit;
        row[space.groups.length] = system;
        return { family, row };
      }),
    ),
  );
