import type { Queue } from 'bullmq';
import { isRecord } from '../shapes.js';
import type { Connection } from './connection.js';

/** What all keys begin with. */
export const PREFIX = 'paretou';

/** A search or a worker that says nothing for so many milliseconds is taken for gone. */
const SEARCH_LIFE = 30_000;
const WORKER_LIFE = 6000;
/** What a search leaves behind when it is killed stays so long, for the search that goes on. */
const REST_LIFE = 3_600_000;

/** What a search says of itself, for one setup. */
export interface SearchRecord {
  /** Name of the setup, and of its queue. */
  readonly hash: string;
  readonly version: string;
  readonly model: string;
  /** Host and process. */
  readonly by: string;
  /** Jobs that were answered. */
  readonly done: number;
}

/** What a worker says of itself. */
export interface WorkerRecord {
  readonly id: string;
  readonly version: string;
  /** Host and process. */
  readonly name: string;
  readonly threads: number;
  /** Setups that its threads are at. */
  readonly serves: readonly string[];
  /** It ended by itself. */
  readonly left: boolean;
}

/** Jobs of a queue. */
export interface Depth {
  readonly waiting: number;
  readonly active: number;
}

const HASH = /^[0-9a-f]{32}$/;

const SETS = { searches: `${PREFIX}:searches`, workers: `${PREFIX}:workers` } as const;
const searchKey = (member: string): string => `${PREFIX}:search:${member}`;
const workerKey = (id: string): string => `${PREFIX}:worker:${id}`;
const setupKey = (hash: string): string => `${PREFIX}:setup:${hash}`;
const jobKey = (hash: string, id: string): string => `${PREFIX}:${hash}:${id}`;
const answerKey = (hash: string, id: string): string => `${PREFIX}:${hash}:answer:${id}`;
const hashOf = (member: string): string => member.split('/')[0]!;

/** Keeps an answer if its job is still wanted and has none: the first one counts. */
const KEEP_ANSWER = `
if redis.call('exists', KEYS[1]) == 0 then return 0 end
redis.call('set', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2])
return 1`;

const parsed = (text: string | null): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
};

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 1000;

const isSearch = (value: Readonly<Record<string, unknown>>): value is typeof value & SearchRecord =>
  [value['version'], value['model'], value['by']].every(isText) &&
  isText(value['hash']) &&
  HASH.test(value['hash']) &&
  Number.isSafeInteger(value['done']);

const isWorker = (value: Readonly<Record<string, unknown>>): value is typeof value & WorkerRecord =>
  [value['id'], value['version'], value['name']].every(isText) &&
  Number.isSafeInteger(value['threads']) &&
  (value['threads'] as number) > 0 &&
  Array.isArray(value['serves']) &&
  value['serves'].every(isText) &&
  typeof value['left'] === 'boolean';

/** What lies in a Redis, by its meaning: the one place that knows the keys. */
export class Store {
  constructor(readonly connection: Connection) {}

  private get redis(): Connection['redis'] {
    return this.connection.redis;
  }

  /** Options of everything that the package makes for a queue. */
  get options(): { readonly connection: Connection['shared']; readonly prefix: string } {
    return { connection: this.connection.shared, prefix: PREFIX };
  }

  /** The jobs of a setup. */
  openQueue(hash: string): Queue {
    const queue = new this.connection.bullmq.Queue(hash, { ...this.options, skipMetasUpdate: true });
    queue.on('error', () => undefined);
    return queue;
  }

  async depth(hash: string): Promise<Depth> {
    const [waiting, active] = await Promise.all(
      ['wait', 'active'].map((list) => this.redis.llen(jobKey(hash, list))),
    );
    return { waiting: waiting!, active: active! };
  }

  async putSetup(hash: string, bytes: Buffer): Promise<void> {
    await this.redis.set(setupKey(hash), bytes, 'PX', REST_LIFE);
  }

  /** Keeps a setup for longer; false if it is not there. */
  async keepSetup(hash: string): Promise<boolean> {
    return (await this.redis.pexpire(setupKey(hash), REST_LIFE)) === 1;
  }

  async setup(hash: string): Promise<Buffer | null> {
    return this.redis.getBuffer(setupKey(hash));
  }

  /** Says that a search is there. */
  async sayOfSearch(search: string, record: SearchRecord): Promise<void> {
    const member = `${record.hash}/${search}`;
    await Promise.all([
      this.redis.sadd(SETS.searches, member),
      this.redis.set(searchKey(member), JSON.stringify(record), 'PX', SEARCH_LIFE),
    ]);
  }

  /** Takes a search away, and what belongs to its setup if no other search uses that. */
  async endSearch(search: string, hash: string): Promise<void> {
    const member = `${hash}/${search}`;
    await this.redis.srem(SETS.searches, member);
    await this.redis.unlink(searchKey(member));
    if ((await this.searches()).some((other) => other.hash === hash)) return;
    await this.removeSetup(hash);
  }

  /** Searches that are there. What killed ones have left goes when its time is over. */
  async searches(): Promise<SearchRecord[]> {
    const members = await this.redis.smembers(SETS.searches);
    if (members.length === 0) return [];
    const records = (await this.redis.mget(members.map(searchKey))).map(parsed);
    const isThere = (record: (typeof records)[number], i: number): boolean =>
      isSearch(record) && record.hash === hashOf(members[i]!);
    for (const member of members.filter((_, i) => !isThere(records[i]!, i))) {
      const hash = hashOf(member);
      if (HASH.test(hash) && (await this.redis.exists(setupKey(hash))) === 1) continue;
      await this.redis.srem(SETS.searches, member);
      if (HASH.test(hash)) await this.removeSetup(hash);
    }
    return records.filter(isThere) as unknown as SearchRecord[];
  }

  /** Removes a setup with its queue and all jobs. */
  private async removeSetup(hash: string): Promise<void> {
    await this.redis.unlink(setupKey(hash));
    await this.remove(`${PREFIX}:${hash}:*`);
    const rest = (await this.redis.smembers(SETS.searches)).filter((member) => hashOf(member) === hash);
    if (rest.length > 0) await this.redis.srem(SETS.searches, ...rest);
  }

  /** Removes what a job that was ended late has left of a queue that is gone. */
  async removeRest(hash: string): Promise<void> {
    if ((await this.redis.exists(setupKey(hash))) === 0) await this.remove(`${PREFIX}:${hash}:*`);
  }

  async answer(hash: string, id: string): Promise<Buffer | null> {
    return this.redis.getBuffer(answerKey(hash, id));
  }

  async forgetAnswer(hash: string, id: string): Promise<void> {
    await this.redis.unlink(answerKey(hash, id));
  }

  async keepAnswer(hash: string, id: string, bytes: Buffer): Promise<void> {
    const keys = [jobKey(hash, id), answerKey(hash, id)];
    await this.redis.eval(KEEP_ANSWER, keys.length, ...keys, bytes, REST_LIFE);
  }

  /** A job is waiting or being done. */
  async hasJob(hash: string, id: string): Promise<boolean> {
    return (await this.redis.exists(jobKey(hash, id))) === 1;
  }

  /** The worker that last took a job. */
  async workerOf(hash: string, id: string): Promise<string | null> {
    return this.redis.hget(jobKey(hash, id), 'pb');
  }

  /** Says that a worker is there, or that it ends. */
  async sayOfWorker(record: WorkerRecord): Promise<void> {
    await Promise.all([
      this.redis.set(workerKey(record.id), JSON.stringify(record), 'PX', WORKER_LIFE),
      this.redis.sadd(SETS.workers, record.id),
    ]);
  }

  /** Workers that are there, or have just ended by themselves. */
  async workers(): Promise<WorkerRecord[]> {
    const ids = await this.redis.smembers(SETS.workers);
    if (ids.length === 0) return [];
    const records = (await this.redis.mget(ids.map(workerKey))).map(parsed);
    const isThere = (record: (typeof records)[number], i: number): boolean =>
      isWorker(record) && record.id === ids[i];
    const gone = ids.filter((_, i) => !isThere(records[i]!, i));
    if (gone.length > 0) await this.redis.srem(SETS.workers, ...gone);
    return records.filter(isThere) as unknown as WorkerRecord[];
  }

  /** Removes everything of this program, and nothing else; returns how many keys that were. */
  drain(): Promise<number> {
    return this.remove(`${PREFIX}:*`);
  }

  /** What of the settings of the Redis is not as it should be, in sentences. */
  async warnings(): Promise<string[]> {
    const { shown } = this.connection.address;
    const setting = async (name: string): Promise<string | undefined> =>
      (await this.redis.config('GET', name))[1];
    try {
      const [appendOnly, policy] = [await setting('appendonly'), await setting('maxmemory-policy')];
      return [
        ...(appendOnly === 'yes'
          ? []
          : [
              `${shown} has appendonly ${appendOnly}: if it is restarted, waiting work is lost and done again; set it to yes`,
            ]),
        ...(policy === 'noeviction'
          ? []
          : [
              `${shown} has maxmemory-policy ${policy}: if its memory is full, it drops work; set it to noeviction`,
            ]),
      ];
    } catch {
      return [
        `the settings of ${shown} cannot be checked; it should have appendonly yes and maxmemory-policy noeviction`,
      ];
    }
  }

  private async remove(pattern: string): Promise<number> {
    let [cursor, count] = ['0', 0];
    do {
      const [next, keys] = await this.redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1000);
      if (keys.length > 0) count += await this.redis.unlink(...keys);
      cursor = next;
    } while (cursor !== '0');
    return count;
  }
}
