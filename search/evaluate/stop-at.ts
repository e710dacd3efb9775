/** Longest wait that a timer can do. */
const LONGEST_WAIT = 2 ** 31 - 1;

/**
 * Calls back at a time of `performance.now()`, at once if it is past; never for times beyond what a timer can wait for.
 *
 * @returns what keeps it from being called
 */
export const stopAt = (time: number, stop: () => void): (() => void) => {
  const wait = time - performance.now();
  const timer = wait > LONGEST_WAIT ? undefined : setTimeout(stop, Math.max(0, wait));
  return () => clearTimeout(timer);
};
