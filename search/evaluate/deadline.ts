/** Longest wait that a timer can do. */
const LONGEST_WAIT = 2 ** 31 - 1;

/**
 * A timer that calls back at a time of `performance.now()`, at once where that is over; undefined where it is too far off
 * for a timer.
 */
export const timerAt = (time: number, onTime: () => void): NodeJS.Timeout | undefined => {
  const wait = time - performance.now();
  return wait > LONGEST_WAIT ? undefined : setTimeout(onTime, Math.max(0, wait));
};
