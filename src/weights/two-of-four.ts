const LARGEST = 127;

/**
 * Whether weights can take the 2:4-sparse format (docs/model/weights.md#sparsity): all are in −127…127, and of each
 * aligned group of four IFM channels at least two are zero. The orders of the format keep such groups together and
 * whole, so that neither the order nor the cuts matter.
 *
 * @param depth IFM channels, the last axis of `values`
 */
export const isTwoOfFourSparse = (values: Int16Array, depth: number): boolean => {
  for (let row = 0; row < values.length; row += depth) {
    for (let group = row; group < row + depth; group += 4) {
      const end = Math.min(group + 4, row + depth);
      let weights = 0;
      for (let at = group; at < end; at++) {
        const value = values[at]!;
        if (value === 0) continue;
        if (Math.abs(value) > LARGEST || ++weights > 2) return false;
      }
    }
  }
  return true;
};

/** Whether weights that are not known certainly can: no group of four has more IFM channels than that. */
export const mustBeTwoOfFourSparse = (depth: number): boolean => depth <= 2;
