/** For how many milliseconds a batch should keep a worker busy: long enough to hide the crossing, short enough to share out. */
export interface BatchTimes {
  readonly target: number;
  /** The last batches of a table are smaller, so that the workers end about together: down to this. */
  readonly least: number;
}

/** Times of batches for threads. */
export const THREAD_BATCHES: BatchTimes = { target: 20, least: 2.5 };
/** The same for other processes, here or on other machines: a batch costs them up to 5 ms beside its designs. */
export const PROCESS_BATCHES: BatchTimes = { target: 100, least: 50 };

const LARGEST = 4096;

/** Chooses batch sizes from how long batches have taken. */
export interface BatchSizer {
  readonly next: () => number;
  readonly learn: (designs: number, milliseconds: number) => void;
}

/** Starts with single designs and grows at most fourfold per batch, so that a slow model is noticed early. */
export const createBatchSizer = ({ target }: BatchTimes): BatchSizer => {
  let size = 1;
  return {
    next: () => size,
    learn: (designs, milliseconds) => {
      const perDesign = Math.max(milliseconds, 0.01) / designs;
      const wanted = Math.round(target / perDesign);
      size = Math.max(1, Math.min(wanted, 4 * size, LARGEST));
    },
  };
};
