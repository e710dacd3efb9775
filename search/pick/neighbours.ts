import { radicesOf, type Designs, type Digits, type Space } from '../space/space.js';

/** All designs that differ from one in a single choice, on the same system. */
export const neighboursOf = (space: Space, digits: Digits): Designs => {
  const radices = radicesOf(space);
  const width = radices.length;
  const rows: number[] = [];
  for (let position = 0; position < width - 1; position++) {
    for (let digit = 0; digit < radices[position]!; digit++) {
      if (digit !== digits[position]) rows.push(...Array.from(digits).with(position, digit));
    }
  }
  return { count: rows.length / width, width, digits: Uint16Array.from(rows) };
};

/**
 * The unchanged network and all designs with a single change, on every system; where a choice has no unchanged value,
 * its first.
 */
export const singleChanges = (space: Space): Designs => {
  const width = radicesOf(space).length;
  const rows = space.systems.flatMap((_, system) => {
    const base = new Uint16Array(width);
    base[width - 1] = system;
    return [...base, ...neighboursOf(space, base).digits];
  });
  return { count: rows.length / width, width, digits: Uint16Array.from(rows) };
};

/** The choice in which two designs differ: its position and the second one's digit; undefined if they are equal. */
export const differenceOf = (
  a: Digits,
  b: Digits,
): { readonly position: number; readonly digit: number } | undefined => {
  for (let position = 0; position < a.length; position++) {
    if (a[position] !== b[position]) return { position, digit: b[position]! };
  }
  return undefined;
};
