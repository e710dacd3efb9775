/** Values whose maximum is kept per block, so that long ranges need not be read in full. */
const BLOCK = 64;

/** Answers for the largest value from `from` to `to`, inclusive; 0 where all are smaller or there are none. */
export function rangeMaximum(values: Float64Array): (from: number, to: number) => number {
  const blocks = new Float64Array(Math.ceil(values.length / BLOCK));
  for (let i = 0; i < values.length; i++) {
    const block = Math.floor(i / BLOCK);
    if (values[i]! > blocks[block]!) blocks[block] = values[i]!;
  }
  return (from, to) => {
    let most = 0;
    for (let i = from; i <= to; i++) {
      while (i % BLOCK === 0 && i + BLOCK - 1 <= to) {
        if (blocks[i / BLOCK]! > most) most = blocks[i / BLOCK]!;
        i += BLOCK;
      }
      if (i <= to && values[i]! > most) most = values[i]!;
    }
    return most;
  };
}
