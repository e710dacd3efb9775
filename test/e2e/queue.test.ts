import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { built, main, remark, temporaryFolder } from '../program.js';
import { hasRedis, redisRemark, startRedis, type TestRedis } from '../redis.js';

const { at } = temporaryFolder('queue');
const PASSWORD = 'p@ss/w0rd';

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}
interface Running {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<Ended>;
}
const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

/** Starts the built program, or another. */
const start = (
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  program?: string,
): Running => {
  const [command, ...first] = program === undefined ? [process.execPath, main] : [program];
  const child = spawn(command, [...first, ...argv], { env: { ...process.env, ...environment } });
  children.push(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += String(text)));
  child.stderr.on('data', (text) => (err += String(text)));
  const ended = new Promise<Ended>((resolve) => child.on('close', (status) => resolve({ status, out, err })));
  return { child, said: () => out + err, ended };
};
const run = (...argv: Parameters<typeof start>): Promise<Ended> => start(...argv).ended;

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  for (let turn = 0; turn < 600; turn++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not happen');
};

interface Status {
  readonly searches: readonly { readonly model: string; readonly done: number; readonly workers: number }[];
  readonly workers: readonly { readonly threads: number }[];
}

describe.skipIf(!built || !hasRedis)(`queues in a Redis${remark}${redisRemark}`, async () => {
  const redis = hasRedis ? await startRedis(PASSWORD) : (undefined as unknown as TestRedis);
  writeFileSync(at('space.yaml'), 'widths: {multiple_of: 4, from: 0.25, to: 2}\n');
  const SWEEP = ['sweep', 'example:story_standard', 'example:story_separable_linear'];
  const SPACE = ['--space', at('space.yaml'), '--accelerator-config', 'ethos-u55-128,ethos-u55-64', '--html'];
  const LONG = [
    'sweep',
    'example:story_standard',
    '--space',
    at('space.yaml'),
    '--accelerator-config',
    'u55',
  ];
  LONG.push('--method', 'exhaustive', '--min-retained', '0.9');
  let whole: Promise<Ended> | undefined;
  const undisturbed = (): Promise<Ended> =>
    (whole ??= run([...LONG, '--jobs', '1', '--output-dir', at('whole')]));
  const sameResults = (one: string, other: string): void => {
    for (const file of ['ranking.csv', 'front.csv'])
      expect(readFileSync(at(one, file)).equals(readFileSync(at(other, file)))).toBe(true);
  };
  const NAMED = { PARETOU_QUEUE: hasRedis ? redis.url : '' };

  test('searches find with workers there what threads find, and the password is nowhere', async () => {
    const alone = run([...SWEEP, ...SPACE, '--jobs', '1', '--output-dir', at('threads')]);
    // One worker is told on the command line, and the search by the environment.
    const worker = start(['worker', '--queue', redis.url, '--jobs', '2']);
    await until(() => worker.said().includes('waits for searches'));
    const title = `/proc/${worker.child.pid}/cmdline`;
    if (existsSync(title)) expect(readFileSync(title, 'latin1').replaceAll('\0', ' ').trim()).toBe('paretou');
    const log = ['--log', at('events')];
    const { status, out, err } = await run([...SWEEP, ...SPACE, ...log, '--output-dir', at('queue')], NAMED);
    expect([status, (await alone).status]).toEqual([0, 0]);
    sameResults('queue', 'threads');
    const record = JSON.parse(readFileSync(at('queue', 'run.json'), 'utf8')) as { workers: unknown[] };
    expect(record.workers).toEqual([expect.objectContaining({ threads: 2, losses: 0 })]);

    const pick = [
      'pick',
      'example:story_standard',
      '--accept-retrain',
      '--options',
      'separable:shifted-relu',
      '--queue',
      redis.url,
    ];
    const picked = await run([...pick, '--html', '--output-dir', at('pick')]);
    expect(picked.status).toBe(0);
    worker.child.kill('SIGTERM');
    const ended = await worker.ended;
    expect(ended.status).toBe(0);

    const texts = [
      out,
      err,
      picked.out,
      picked.err,
      ended.out,
      ended.err,
      readFileSync(at('events'), 'utf8'),
    ];
    for (const folder of ['queue', 'pick'])
      for (const file of readdirSync(at(folder))) texts.push(readFileSync(at(folder, file), 'latin1'));
    for (const text of texts)
      for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) expect(text).not.toContain(secret);
  });

  test('searches wait where no worker is, and end when they are told to', async () => {
    const search = ['sweep', 'example:story_standard', '--output-dir', at('waiting')];
    const waiting = start(search, NAMED);
    await until(() => waiting.said().includes('the search waits until one is started'));
    const shown = await run(['queue', 'status', '--json'], NAMED);
    const status = JSON.parse(shown.out) as Status;
    expect(status).toMatchObject({ schema: 'paretou/queue@1', queue: redis.address.shown, workers: [] });
    expect(status.searches).toMatchObject([{ model: 'story_standard', workers: 0 }]);
    const table = await run(['queue', 'status', '--queue', redis.url]);
    expect(table.out).toMatch(/^search +by +version +queue +waiting +active +done +workers\nstory_standard /);

    const { redis: raw } = await redis.look();
    await raw.set('somebody:else', 'stays', 'PX', 60_000);
    const drained = await run(['queue', 'drain'], NAMED);
    expect(drained.out).toMatch(/^removed \d+ keys from redis:\S+; 1 search may put some back\n$/);
    expect(await raw.get('somebody:else')).toBe('stays');

    const asked = performance.now();
    waiting.child.kill('SIGINT');
    expect((await waiting.ended).status).toBe(130);
    expect(performance.now() - asked).toBeLessThan(3000);

    // What workers answer to a search that was killed serves the one that goes on.
    const killed = start(search, NAMED);
    await until(async () => (await redis.keys()).some((key) => key.endsWith(':wait')));
    killed.child.kill('SIGKILL');
    await killed.ended;
    const worker = start(['worker', '--jobs', '1'], NAMED);
    await until(async () => (await redis.keys()).some((key) => key.endsWith(':answers')));
    worker.child.kill('SIGTERM');
    await worker.ended;
    const next = start(search, NAMED);
    const answered = async (): Promise<boolean> => {
      const { out } = await run(['queue', 'status', '--json'], NAMED);
      return (JSON.parse(out) as Status).searches.some(({ done }) => done > 0);
    };
    await until(answered);
    next.child.kill('SIGINT');
    expect((await next.ended).status).toBe(130);

    await run(['queue', 'drain'], NAMED);
    expect(await redis.keys()).toEqual(['somebody:else']);

    const begun = performance.now();
    const timed = await run([...search, '--seconds', '1'], NAMED);
    expect(timed.status).not.toBe(1);
    expect(performance.now() - begun).toBeLessThan(8000);
  });

  test('a search ends when its Redis is gone for good, and goes on from its log with threads', async () => {
    const mortal = await startRedis(undefined);
    const worker = start(['worker', '--queue', mortal.url, '--jobs', '1']);
    const search = [...LONG, '--output-dir', at('gone')];
    const log = at('gone', 'sweep.partial');
    const searching = start([...search, '--queue', mortal.url], { PARETOU_QUEUE_PATIENCE: '2' });
    await until(() => existsSync(log) && readFileSync(log).length > 5000);
    await mortal.kill();
    const { status, err } = await searching.ended;
    const errors = err.split('\n').filter((line) => line.startsWith('error'));
    expect([status, errors]).toEqual([
      3,
      [expect.stringMatching(/^error: the queue redis:\S+ could not be used for 2 s: \S.*$/)],
    ]);
    worker.child.kill('SIGTERM');
    const [alone, resumed] = await Promise.all([undisturbed(), run([...search, '--jobs', '1', '--resume'])]);
    expect([alone.status, resumed.status, (await worker.ended).status]).toEqual([0, 0, 0]);
    sameResults('gone', 'whole');

    const wrong = await run(search, { PARETOU_QUEUE: mortal.url, PARETOU_QUEUE_PATIENCE: 'long' });
    expect([wrong.status, wrong.err]).toEqual([
      2,
      expect.stringMatching(/^error: PARETOU_QUEUE_PATIENCE is "long", expected seconds .*$/m),
    ]);
  });

  test('a worker ends when it is told to, though its Redis freezes or is lost meanwhile', async () => {
    const lose: readonly ((mortal: TestRedis) => void)[] = [
      (mortal) => mortal.freeze(),
      (mortal) => void mortal.kill(),
    ];
    await Promise.all(
      lose.map(async (goes, i) => {
        const mortal = await startRedis(undefined);
        const worker = start(['worker', '--queue', mortal.url, '--jobs', '1']);
        const searching = start([...LONG, '--output-dir', at(`lost-${i}`), '--queue', mortal.url]);
        await until(async () => (await mortal.keys()).some((key) => key.endsWith(':answers')));
        if (i === 0) goes(mortal);
        worker.child.kill('SIGTERM');
        if (i === 1) goes(mortal);
        const asked = performance.now();
        const { status } = await worker.ended;
        expect(status).toBe(0);
        expect(performance.now() - asked).toBeLessThan(15_000);
        searching.child.kill('SIGINT');
        expect((await searching.ended).status).toBe(130);
      }),
    );
  });

  test('a search finds all where the disk has no room for its log', async () => {
    const worker = start(['worker', '--jobs', '1'], NAMED);
    // No file of the search may be larger than 128 KiB.
    const limited = `ulimit -f 256; exec "${process.execPath}" "${main}" "$@"`;
    const argv = ['-c', limited, 'sh', ...LONG, '--output-dir', at('full')];
    const { status, err } = await start(argv, NAMED, 'sh').ended;
    const warned = err.split('\n').filter((line) => /^(warning|error)/.test(line));
    expect([status, warned]).toEqual([
      0,
      [expect.stringMatching(/^warning: \S+sweep\.partial cannot be written, .*; the search goes on, and /)],
    ]);
    worker.child.kill('SIGTERM');
    await Promise.all([worker.ended, undisturbed()]);
    sameResults('full', 'whole');
  });

  test('what cannot be used is said in one sentence', async () => {
    const away = 'redis://me:secret@127.0.0.1:1';
    const cases: readonly (readonly [number, RegExp, readonly string[]])[] = [
      [
        3,
        /^error: the queue redis:\/\/127\.0\.0\.1:1 cannot be reached: [^\n]+\n$/,
        ['worker', '--queue', away],
      ],
      [
        3,
        /cannot be reached: WRONGPASS [^\n]+\n$/,
        ['queue', 'drain', '--queue', redis.url.replace('%40', 'x')],
      ],
      [2, /^error: --queue is no address of a Redis, [^\n]+\n$/, ['worker', '--queue', 'me:secret@host']],
      [
        2,
        /^error: unknown option '--queue=redis:\/\/\*\*\*@host'[^\n]+\n$/,
        ['estimate', '--queue=redis://me:secret@host'],
      ],
      [2, /^error: --queue is missing; [^\n]+\n$/, ['queue', 'status']],
      [2, /^error: --stdio and --queue both [^\n]+\n$/, ['worker', '--stdio', '--queue', away]],
      [
        2,
        /^error: --queue and --workers both [^\n]+\n$/,
        [
          'sweep',
          'example:story_standard',
          '--quiet',
          '--output-dir',
          at('x'),
          '--queue',
          away,
          '--workers',
          'local',
        ],
      ],
    ];
    await Promise.all(
      cases.map(async ([status, text, argv]) => {
        const ended = await run(argv);
        expect([ended.status, ended.err]).toEqual([status, expect.stringMatching(text)]);
        expect(ended.err).not.toContain('secret');
      }),
    );
    expect(existsSync(at('x'))).toBe(false);
  });
});
