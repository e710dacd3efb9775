import type { Redis } from './connection.js';
import { isSetupName, KEYS, SETS } from './keys.js';
import { readSearch, readWorker, type SearchRecord, type WorkerRecord } from './records.js';
import type { Store } from './store.js';

/** A search or a worker that says nothing for so many milliseconds is taken for gone. */
const SEARCH_LIFE = 30_000;
const WORKER_LIFE = 6000;

const hashOf = (name: string): string => name.split('/')[0]!;

/** Who is at a Redis: searches and workers say it again and again. */
export class Presence {
  private readonly redis: Redis;

  constructor(private readonly store: Store) {
    this.redis = store.connection.redis;
  }

  /** Says that a search is there. */
  async sayOfSearch(search: string, record: SearchRecord): Promise<void> {
    const name = `${record.hash}/${search}`;
    await Promise.all([
      this.redis.sadd(SETS.searches, name),
      this.redis.set(KEYS.search(name), JSON.stringify(record), 'PX', SEARCH_LIFE),
    ]);
  }

  /** Takes a search away, and what belongs to its setup if no other search uses that. */
  async endSearch(search: string, hash: string): Promise<void> {
    const name = `${hash}/${search}`;
    await Promise.all([this.redis.srem(SETS.searches, name), this.redis.unlink(KEYS.search(name))]);
    if (!(await this.searches()).some((other) => other.hash === hash)) await this.removeSetup(hash);
  }

  /** Searches that are there. What killed ones have left goes when its time is over. */
  async searches(): Promise<SearchRecord[]> {
    const { there, gone } = await this.records(SETS.searches, KEYS.search, (text, name) => {
      const record = readSearch(text);
      return record?.hash === hashOf(name) ? record : undefined;
    });
    for (const name of gone) {
      const hash = hashOf(name);
      const isSetup = isSetupName(hash);
      if (isSetup && (await this.store.hasSetup(hash))) continue;
      await this.redis.srem(SETS.searches, name);
      if (isSetup) await this.removeSetup(hash);
    }
    return there;
  }

  /** Says that a worker is there, or that it ends. */
  async sayOfWorker(record: WorkerRecord): Promise<void> {
    await Promise.all([
      this.redis.set(KEYS.worker(record.id), JSON.stringify(record), 'PX', WORKER_LIFE),
      this.redis.sadd(SETS.workers, record.id),
    ]);
  }

  /** Workers that are there, or have just ended by themselves. */
  async workers(): Promise<WorkerRecord[]> {
    const { there, gone } = await this.records(SETS.workers, KEYS.worker, (text, id) => {
      const record = readWorker(text);
      return record?.id === id ? record : undefined;
    });
    if (gone.length > 0) await this.redis.srem(SETS.workers, ...gone);
    return there;
  }

  /** The records of a set, and the names that have none. */
  private async records<T>(
    set: string,
    key: (name: string) => string,
    read: (text: string | null, name: string) => T | undefined,
  ): Promise<{ readonly there: T[]; readonly gone: string[] }> {
    const names = await this.redis.smembers(set);
    if (names.length === 0) return { there: [], gone: [] };
    const texts = await this.redis.mget(names.map(key));
    const records = texts.map((text, i) => read(text, names[i]!));
    return {
      there: records.filter((record) => record !== undefined),
      gone: names.filter((_, i) => records[i] === undefined),
    };
  }

  /** Removes a setup with its queue, and the searches that are said to use it. */
  private async removeSetup(hash: string): Promise<void> {
    await this.store.removeSetup(hash);
    const rest = (await this.redis.smembers(SETS.searches)).filter((name) => hashOf(name) === hash);
    if (rest.length > 0) await this.redis.srem(SETS.searches, ...rest);
  }
}
