import type { QueueAddress } from './address.js';
import { connect } from './connection.js';
import { Presence } from './presence.js';
import type { SearchRecord, WorkerRecord } from './records.js';
import { Store, type Depth } from './store.js';

/** A search with what is in its queue. */
export interface SearchStatus extends SearchRecord, Depth {
  /** Workers with threads at its queue. */
  readonly workers: number;
}

/** Who is at a Redis. */
export interface QueueStatus {
  readonly searches: readonly SearchStatus[];
  readonly workers: readonly WorkerRecord[];
}

const withStore = async <T>(
  address: QueueAddress,
  work: (store: Store, presence: Presence) => Promise<T>,
): Promise<T> => {
  const connection = await connect(address);
  try {
    const store = new Store(connection);
    return await work(store, new Presence(store));
  } finally {
    connection.close();
  }
};

/**
 * Looks who is at a Redis, and what is waiting.
 * @throws an input error where it cannot be reached
 */
export const queueStatus = (address: QueueAddress): Promise<QueueStatus> =>
  withStore(address, async (store, presence) => {
    const workers = (await presence.workers()).filter(({ left }) => !left);
    const searches = await Promise.all(
      (await presence.searches()).map(async (search) => ({
        ...search,
        ...(await store.depth(search.hash)),
        workers: workers.filter(({ serves }) => serves.includes(search.hash)).length,
      })),
    );
    return { searches, workers };
  });

/**
 * Removes everything of this program from a Redis, and nothing else.
 * @returns how many keys that were, and how many searches put theirs back
 * @throws an input error where it cannot be reached
 */
export const drainQueue = (
  address: QueueAddress,
): Promise<{ readonly removed: number; readonly searches: number }> =>
  withStore(address, async (store, presence) => {
    const searches = (await presence.searches()).length;
    return { removed: await store.drain(), searches };
  });
