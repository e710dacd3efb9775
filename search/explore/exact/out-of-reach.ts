/** The sums cannot be computed, or not in time: another method has to take over. */
export class OutOfReach extends Error {
  /** @param stopped the time budget is the reason */
  constructor(
    why: string,
    readonly stopped?: 'time',
  ) {
    super(why);
  }
}
