/**
 * What a search has finished, by keys that say all that a result depends on. A search that is started again asks it first,
 * and so repeats what it did without doing the work.
 */
export interface RunLog {
  /** What was finished under a key, in the order in which it was added. Nobody vouches for its shape. */
  readonly all: (key: string) => Iterable<unknown>;
  /** Adds something that is finished: plain data that can be cloned. */
  readonly add: (key: string, value: unknown) => void;
}
