/** Batches should keep a worker busy for about this long: long enough to hide the crossing, short enough to share out. */
const TARGET_MILLISECONDS = 20;
const LARGEST = 4096;

/** Chooses batch sizes from how long batches have taken. */
export interface BatchSizer {
  readonly next: () => number;
  readonly learn: (designs: number, milliseconds: number) => void;
}

/** Starts with single designs and grows at most fourfold per batch, so that a slow model is noticed early. */
export const createBatchSizer = (target = TARGET_MILLISECONDS): BatchSizer => {
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
