/** Work in the calling thread goes on for about so many milliseconds before signals and timers get their turn. */
const BREATH = 50;

/**
 * Lets signals and timers in now and then: to be awaited between the steps of work that may take long.
 */
export const createBreath = (): (() => Promise<void>) => {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < BREATH) return;
    await new Promise((resolve) => setImmediate(resolve));
    last = performance.now();
  };
};
