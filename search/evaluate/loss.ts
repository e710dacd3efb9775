/** Loss of weights of which it is not known what they retain: worse than any other. */
export const UNKNOWN_LOSS = 1e6;

/** −ln of a share of retained weights, 0 to 1: what layers lose adds up. */
export const lossOf = (retained: number): number =>
  Number.isNaN(retained) ? UNKNOWN_LOSS : Math.max(0, -Math.log(Math.max(retained, 1e-300)));
