import type { Change } from '../emit/fit/changes.js';
import { forEachNeighbour } from '../space/neighbours.js';
import {
  designsOf,
  onSystem,
  rowsOf,
  varyingRadices,
  type Designs,
  type Digits,
  type Space,
} from '../space/space.js';

/** All designs that differ from one in a single choice, on the same system. */
export const neighboursOf = (space: Space, digits: Digits): Designs => {
  const rows: Uint16Array[] = [];
  forEachNeighbour(varyingRadices(space), digits, (row) => rows.push(row.slice()));
  return designsOf(rows, digits.length);
};

/**
 * The unchanged network and all designs with a single change, on every system; where a choice has no unchanged value,
 * its first.
 */
export const singleChanges = (space: Space): Designs => {
  const unchanged = new Uint16Array(varyingRadices(space).length);
  const rows = space.systems.flatMap((_, system) => {
    const base = onSystem(unchanged, system);
    return [base, ...rowsOf(neighboursOf(space, base))];
  });
  return designsOf(rows, unchanged.length + 1);
};

/** The choice in which two designs differ: its position and the second one's digit; undefined if they are equal. */
export const differenceOf = (a: Digits, b: Digits): Change | undefined => {
  for (let position = 0; position < a.length; position++) {
    if (a[position] !== b[position]) return { position, digit: b[position]! };
  }
  return undefined;
};
