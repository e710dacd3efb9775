import type { Queue } from 'bullmq';
import type { Connection, Redis } from './connection.js';
import { KEYS, PREFIX } from './keys.js';

/** What a search leaves behind when it is killed stays for so many milliseconds, for the search that goes on. */
const REST_LIFE = 3_600_000;

/** A job may be lost with so many workers. */
export const MOST_STALLED = 10;

/** Jobs of a queue. */
export interface Depth {
  readonly waiting: number;
  readonly active: number;
}

/** A job that waits or is being done. */
export interface JobState {
  /** Id of the worker that last took it. */
  readonly worker: string;
  /** Workers that were lost with it. */
  readonly stalled: number;
}

/** Keeps an answer if its job is still wanted. */
const KEEP_ANSWER = `
if redis.call('exists', KEYS[1]) == 0 then return 0 end
redis.call('xadd', KEYS[2], '*', ARGV[1], ARGV[2])
return redis.call('pexpire', KEYS[2], ARGV[3])`;

/** Setups in a Redis, their jobs, and the answers of workers. */
export class Store {
  private readonly redis: Redis;

  constructor(readonly connection: Connection) {
    this.redis = connection.redis;
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
      ['wait', 'active'].map((list) => this.redis.llen(KEYS.job(hash, list))),
    );
    return { waiting: waiting!, active: active! };
  }

  /** Puts a setup where workers find it, or keeps it there for longer. */
  async putSetup(hash: string, bytes: () => Buffer): Promise<void> {
    const key = KEYS.setup(hash);
    if ((await this.redis.pexpire(key, REST_LIFE)) === 0) await this.redis.set(key, bytes(), 'PX', REST_LIFE);
  }

  async hasSetup(hash: string): Promise<boolean> {
    return (await this.redis.exists(KEYS.setup(hash))) === 1;
  }

  async setup(hash: string): Promise<Buffer | null> {
    return this.redis.getBuffer(KEYS.setup(hash));
  }

  /** Removes a setup with its queue and all jobs. */
  async removeSetup(hash: string): Promise<void> {
    await this.redis.unlink(KEYS.setup(hash));
    await this.remove(KEYS.job(hash, '*'));
  }

  /** Removes what a job that was ended late has left of a queue that is gone. */
  async removeRest(hash: string): Promise<void> {
    if (!(await this.hasSetup(hash))) await this.remove(KEYS.job(hash, '*'));
  }

  /** What becomes of a job; undefined if it is done or was lost. */
  async job(hash: string, id: string): Promise<JobState | undefined> {
    const [put, worker, stalled] = await this.redis.hmget(KEYS.job(hash, id), 'timestamp', 'pb', 'stc');
    return put === null ? undefined : { worker: worker ?? '', stalled: Number(stalled ?? 0) };
  }

  async keepAnswer(hash: string, id: string, bytes: Buffer): Promise<void> {
    const keys = [KEYS.job(hash, id), KEYS.answers(hash)];
    await this.redis.eval(KEEP_ANSWER, keys.length, ...keys, id, bytes, REST_LIFE);
  }

  /** Removes everything of this program, and nothing else; returns how many keys that were. */
  drain(): Promise<number> {
    return this.remove(`${PREFIX}:*`);
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
