import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { drainQueue, queueStatus } from '../../../../search/evaluate/queue/manage-queue.js';
import { openQueueFleet } from '../../../../search/evaluate/queue/queue-fleet.js';
import { answerBytes, questionId, setupHash } from '../../../../search/evaluate/queue/payloads.js';
import { Presence } from '../../../../search/evaluate/queue/presence.js';
import { Store } from '../../../../search/evaluate/queue/store.js';
import type { Fleet } from '../../../../search/evaluate/remote/fleet.js';
import { openSession, type Results } from '../../../../search/evaluate/session.js';
import { walkTasks } from '../../../../search/evaluate/walk-tasks.js';
import { allDesigns } from '../../../../search/space/space.js';
import { version } from '../../../../src/cli/version.js';
import { built, remark } from '../../../program.js';
import { hasRedis, redisRemark, startRedis, type TestRedis } from '../../../redis.js';
import { storySpace } from '../story-space.js';

const space = storySpace('ethos-u55-128');
const another = storySpace('ethos-u55-64');
const designs = allDesigns(space);

const evaluated = async (fleet?: Fleet, onProgress?: () => void, of = space): Promise<Results> => {
  const session = openSession(of, { jobs: 1, ...(fleet && { fleet }) });
  try {
    return await session.evaluate(allDesigns(of), onProgress ? { onProgress } : {});
  } finally {
    await session.close();
  }
};

const SERVE = fileURLToPath(
  new URL('../../../../dist/search/evaluate/queue/serve-queue.js', import.meta.url),
);
const ADDRESS = fileURLToPath(new URL('../../../../dist/search/evaluate/queue/address.js', import.meta.url));

/** A worker in a process of its own, which notices lost jobs sooner than others do. */
interface TestWorker {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<number | null>;
}
const workers: ChildProcess[] = [];
const startWorker = (url: string, ownVersion = version()): TestWorker => {
  const program = `
    const { serveQueue } = await import(${JSON.stringify(SERVE)});
    const { parseAddress } = await import(${JSON.stringify(ADDRESS)});
    const controller = new AbortController();
    process.on('SIGTERM', () => controller.abort());
    await serveQueue({
      address: parseAddress(${JSON.stringify(url)}), threads: 1, version: ${JSON.stringify(ownVersion)},
      signal: controller.signal, onNote: (text) => console.log(text), times: { lock: 1000, stalledCheck: 300 },
    });
    process.exit();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  workers.push(child);
  let said = '';
  child.stdout.on('data', (text) => (said += String(text)));
  child.stderr.on('data', (text) => (said += String(text)));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, said: () => said, ended };
};
afterEach(() => workers.splice(0).forEach((child) => child.kill('SIGKILL')));

interface Heard {
  readonly notes: string[];
  readonly losses: string[];
}
const within = async (
  redis: TestRedis,
  use: (fleet: Fleet) => Promise<void>,
  patience?: number,
): Promise<Heard> => {
  const heard: Heard = { notes: [], losses: [] };
  const fleet = await openQueueFleet({
    address: redis.address,
    version: version(),
    onNote: (text) => heard.notes.push(text),
    onLoss: (text) => heard.losses.push(text),
    ...(patience !== undefined && { patience }),
  });
  try {
    await use(fleet);
  } finally {
    await fleet.close();
  }
  return heard;
};

/** Waits for something, for at most half a minute. */
const until = async (isSo: () => Promise<boolean> | boolean): Promise<void> => {
  for (let turn = 0; turn < 300; turn++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not happen');
};

describe.skipIf(!built || !hasRedis)(`workers at a queue${remark}${redisRemark}`, async () => {
  const redis = hasRedis ? await startRedis('s3cret') : (undefined as unknown as TestRedis);
  const expected = built ? await evaluated() : (undefined as unknown as Results);
  // What a test leaves behind is none of the next one's business.
  afterEach(() => drainQueue(redis.address));
  const there = async (): Promise<number> => (await queueStatus(redis.address)).workers.length;

  it('give what the calling thread gives, whether they come before the search or after, and leave nothing', async () => {
    const notes: string[] = [];
    const heard = await within(redis, async (fleet) => {
      const results = evaluated(fleet);
      // It hears of that.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const late = startWorker(redis.url);
      expect(await results).toEqual(expected);
      const [count] = fleet.counts();
      expect(count).toMatchObject({ threads: 1, designs: designs.count, losses: 0 });

      // Several searches at a time, of the same space and of another.
      const second = await within(redis, async (other) => {
        const all = await Promise.all([
          evaluated(fleet),
          evaluated(other),
          evaluated(other, undefined, another),
          evaluated(undefined, undefined, another),
        ]);
        expect(all[0]).toEqual(expected);
        expect(all[1]).toEqual(expected);
        expect(all[2]).toEqual(all[3]);
      });
      notes.push(...second.notes);
      late.child.kill('SIGTERM');
      expect(await late.ended).toBe(0);
    });
    const [waiting, ...rest] = [...heard.notes, ...notes];
    expect(waiting).toBe(`no worker is at ${redis.address.shown}; the search waits until one is started`);
    expect([rest, heard.losses]).toEqual([[], []]);
    // What the worker says of itself goes by itself.
    const left = async (): Promise<string[]> =>
      (await redis.keys()).filter((key) => !key.startsWith('paretou:worker'));
    await expect.poll(left, { timeout: 15_000 }).toEqual([]);
  });

  it('give segments and walks as the calling thread does', async () => {
    const costs = [{ metric: 'cycles_total', sign: 1, most: Infinity, objective: true }] as const;
    const found = async (fleet?: Fleet): Promise<unknown> => {
      const session = openSession(space, { jobs: 1, ...(fleet && { fleet }) });
      const segments = (await session.segments())!;
      const walked = new Map<string, unknown>();
      await session.walk(walkTasks(space, segments[0]!, 0, costs), Infinity, (task, result) => {
        walked.set(task.prefix.join(), result);
      });
      await session.close();
      return [segments, walked];
    };
    const own = startWorker(redis.url);
    const alone = await found();
    await within(redis, async (fleet) => expect(await found(fleet)).toEqual(alone));
    own.child.kill('SIGTERM');
    expect(await own.ended).toBe(0);
  });

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'lose nothing when one gets %s: its jobs go to another',
    async (signal) => {
      const pair = [startWorker(redis.url), startWorker(redis.url)];
      await until(async () => (await there()) === 2);
      let isFirst = true;
      const heard = await within(redis, async (fleet) => {
        const results = await evaluated(fleet, () => {
          if (isFirst) pair[0]!.child.kill(signal);
          isFirst = false;
        });
        expect(results).toEqual(expected);
        if (signal === 'SIGSTOP') {
          // Its answer is late, and nobody minds.
          pair[0]!.child.kill('SIGCONT');
          expect(await evaluated(fleet)).toEqual(expected);
        } else {
          await until(() => fleet.counts().some(({ losses }) => losses === 1));
          // It did one job, and had another that waited, or none.
          const counts = fleet.counts();
          expect(counts.filter(({ losses }) => losses === 0)).toMatchObject([{ retries: 0 }]);
          expect(counts.find(({ losses }) => losses === 1)!.retries).toBeLessThanOrEqual(2);
        }
      });
      if (signal === 'SIGKILL')
        expect(heard.losses).toEqual([expect.stringMatching(/^worker \S+: nothing was heard of it/)]);
      for (const { child } of pair) child.kill('SIGTERM');
      await Promise.all(pair.map(({ ended }) => ended));
      expect(pair[1]!.child.exitCode).toBe(0);
    },
  );

  it('lose nothing when Redis is killed and started again, also if it has forgotten everything', async () => {
    const own = startWorker(redis.url);
    let turn = 0;
    const heard = await within(redis, async (fleet) => {
      const results = await evaluated(fleet, () => {
        if (++turn === 2) void redis.kill().then(redis.start);
        if (turn === 5) void drainQueue(redis.address);
      });
      expect(results).toEqual(expected);
    });
    expect(turn).toBeGreaterThan(5);
    expect(heard.losses).toEqual([]);
    own.child.kill('SIGTERM');
    expect(await own.ended).toBe(0);
  });

  it('refuse what is foreign or was changed, and go on', async () => {
    const own = startWorker(redis.url);
    const store = new Store(await redis.look());
    const presence = new Presence(store);
    const hash = setupHash(version(), { space, values: 'known' });
    await within(redis, async (fleet) => {
      const session = openSession(space, { jobs: 1, fleet });
      await session.evaluate({ ...designs, count: 1, digits: designs.digits.slice(0, designs.width) });
      const queue = store.openQueue(hash);
      for (const [kind, data] of [
        ['exec', 'rm -rf /'],
        ['batch', 'AAAA'],
        ['batch', { digits: [1] }],
        ['walk', null],
      ] as const)
        await queue.add(kind, data, { removeOnFail: true, jobId: `q${'0'.repeat(32)}${kind}` });
      expect(await session.evaluate(designs)).toEqual(expected);
      // A space under the name of another is refused as well.
      const record = { version: version(), model: 'foreign', by: 'somebody', done: 0, hash: 'f'.repeat(32) };
      await store.putSetup(record.hash, () => Buffer.from('nonsense'));
      await presence.sayOfSearch('x', record);
      const foreign = store.openQueue(record.hash);
      await foreign.add('batch', 'AAAA');
      await until(() => own.said().includes('a search is refused, since it is damaged'));
      await foreign.close();
      expect(await session.evaluate(designs)).toEqual(expected);
      await presence.endSearch('x', record.hash);
      await queue.close();
      await session.close();
    });
    expect(own.said()).toMatch(/a job is refused, since it is of no known kind/);
    expect(own.child.exitCode).toBeNull();
    own.child.kill('SIGTERM');
    expect(await own.ended).toBe(0);
  });

  it('are told of failures, and ask no more than three times for what no worker looks at', async () => {
    const store = new Store(await redis.look());
    const hash = setupHash(version(), { space, values: 'known' });
    const { width } = designs;
    const heard = await within(redis, async (fleet) => {
      const pool = fleet
        .source({ space, values: 'known', evaluator: undefined })
        .open(() => expect.unreachable());
      /** What becomes of a design, where workers answer this so often. */
      const asked = async (design: number, answer: Buffer, times: number): Promise<unknown> => {
        const digits = designs.digits.slice(design * width, (design + 1) * width);
        const task = { digits: Uint16Array.from(digits), width, wanted: 'figures' } as const;
        const id = questionId({ kind: 'batch', task });
        const outcome = pool.run('batch', task).catch((error: unknown) => error);
        await until(async () => (await store.job(hash, id)) !== undefined);
        for (let i = 0; i < times; i++) await store.keepAnswer(hash, id, answer);
        return outcome;
      };
      const refusal = answerBytes({ worker: 'a', kind: 'refused', reason: 'it is foreign' });
      expect(await asked(0, answerBytes({ worker: 'a', kind: 'failed', reason: 'gone' }), 1)).toEqual(
        new Error('gone'),
      );
      for (const [design, answer, reason] of [
        [1, refusal, 'it is foreign'],
        [2, Buffer.from('nonsense'), 'it is damaged'],
        [3, answerBytes({ worker: 'a', kind: 'done', result: 1 }), 'it does not fit its question'],
      ] as const)
        expect(await asked(design, answer, 3)).toMatchObject({
          kind: 'input',
          message: `work does not get through the queue ${redis.address.shown}: ${reason}`,
        });
      await pool.destroy();
    });
    expect(heard.notes.filter((note) => note.startsWith('an answer is left out'))).toEqual([
      ...Array<string>(3).fill('an answer is left out, since it is damaged'),
      ...Array<string>(3).fill('an answer is left out, since it does not fit its question'),
    ]);
  });

  it('of another version are left out', async () => {
    const old = startWorker(redis.url, '0.0.1');
    await until(async () => (await there()) === 1);
    const heard = await within(redis, async (fleet) => {
      const session = openSession(space, { jobs: 1, fleet });
      expect((await session.evaluate(designs, { until: performance.now() + 2000 })).known).not.toContain(1);
      await session.close();
    });
    expect(heard.notes).toEqual([
      expect.stringMatching(
        /^worker \S+ is version 0\.0\.1 of the program, and this is version .*; it is left out$/,
      ),
      expect.stringMatching(/^no worker is at /),
    ]);
    old.child.kill('SIGTERM');
    await old.ended;
  });

  it('stop at an abort, and serve the next search', async () => {
    const own = startWorker(redis.url);
    await within(redis, async (fleet) => {
      const controller = new AbortController();
      const session = openSession(space, { jobs: 1, fleet, signal: controller.signal });
      const results = await session.evaluate(designs, { onProgress: () => controller.abort() });
      expect(results.interrupted).toBe(true);
      await session.close();
      expect(await evaluated(fleet)).toEqual(expected);
    });
    own.child.kill('SIGTERM');
    await own.ended;
  });

  it('warn of settings under which work can be lost', async () => {
    const careless = await startRedis(undefined, ['--appendonly', 'no', '--maxmemory-policy', 'allkeys-lru']);
    const { notes } = await within(careless, () => Promise.resolve());
    expect(notes).toEqual([
      expect.stringMatching(/ has appendonly no: .*set it to yes$/),
      expect.stringMatching(/ has maxmemory-policy allkeys-lru: .*set it to noeviction$/),
    ]);
    const strict = await startRedis(undefined, ['--rename-command', 'CONFIG', '']);
    const { notes: unknown } = await within(strict, () => Promise.resolve());
    expect(unknown[0]).toMatch(/^the settings of redis:\S+ cannot be checked; /);
  });

  it('end a search with one sentence when Redis is gone for good', async () => {
    const short = await startRedis(undefined);
    const own = startWorker(short.url);
    const heard = await within(
      short,
      async (fleet) => {
        await expect(evaluated(fleet, () => void short.kill())).rejects.toMatchObject({
          kind: 'input',
          message: expect.stringMatching(
            /^the queue redis:\S+ could not be used for 2 s: [^\n]+$/,
          ) as unknown,
        });
      },
      2000,
    );
    expect(heard.losses).toEqual([]);
    own.child.kill('SIGTERM');
    await own.ended;
    await expect(within(short, () => Promise.resolve())).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringMatching(
        /^the queue redis:\S+ cannot be reached: connect ECONNREFUSED [^\n]+$/,
      ) as unknown,
    });
  });
});
