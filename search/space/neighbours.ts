/**
 * Visits every row of digits that differs from one in a single digit.
 *
 * @param radices of the digits that may differ; those after them stay
 * @param visit hears the row, which is used again, and the position that differs
 */
export const forEachNeighbour = (
  radices: readonly number[],
  row: ArrayLike<number>,
  visit: (neighbour: Uint16Array, position: number) => void,
): void => {
  const next = Uint16Array.from(row);
  radices.forEach((radix, position) => {
    for (let digit = 0; digit < radix; digit++) {
      if (digit === row[position]) continue;
      next[position] = digit;
      visit(next, position);
    }
    next[position] = row[position]!;
  });
};
