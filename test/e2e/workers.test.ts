import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FrameReader } from '../../search/evaluate/remote/frames.js';
import { findGreeting, type FromWorker, type ToWorker } from '../../search/evaluate/remote/messages.js';
import { below, seededRandom } from '../../search/space/random.js';
import { built, isAlive, main, remark, temporaryFolder } from '../program.js';
import { checkRunFiles } from '../run-files.js';

const { folder, at } = temporaryFolder('workers');

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built program with an input; kills it when `isTime`. */
const ended = (argv: readonly string[], input = '', isTime = (): boolean => false): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...argv]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => (out += String(text)));
    child.stderr.on('data', (text) => (err += String(text)));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const look = setInterval(() => {
      if (isTime()) child.kill('SIGKILL');
    }, 5);
    child.on('close', (status) => {
      clearInterval(look);
      resolve({ status, out, err });
    });
  });

/** What was written to a pipe, as far as it is whole. */
const messagesIn = (path: string): unknown[] => {
  const bytes = readFileSync(path);
  const greeting = findGreeting(bytes.toString('latin1'));
  return [...new FrameReader().push(bytes.subarray(greeting?.end ?? 0))];
};

/** The batches that a worker finished, each as the texts of its designs, from what went through its pipes. */
const batchesIn = (done: string): string[][] => {
  const ids = new Set(
    (messagesIn(done) as FromWorker[]).flatMap((message) => (message.kind === 'done' ? [message.id] : [])),
  );
  return (messagesIn(done.replace(/done$/, 'sent')) as ToWorker[]).flatMap((message) => {
    if (message.kind !== 'job' || message.job !== 'batch' || !ids.has(message.id)) return [];
    const { digits, width } = message.task;
    return [
      Array.from({ length: digits.length / width }, (_, i) =>
        digits.slice(i * width, (i + 1) * width).join(),
      ),
    ];
  });
};

describe.skipIf(!built)(`workers in other processes${remark}`, () => {
  writeFileSync(at('space.yaml'), 'widths: {multiple_of: 4, from: 0.25, to: 2}\n');
  const SEARCH = ['example:story_standard', '--space', at('space.yaml'), '--accelerator-config', 'u55'];

  test('find what threads find, also after their search was killed, and leave no process behind', async () => {
    const sweep = ['sweep', ...SEARCH.slice(0, -1), 'ethos-u55-128,ethos-u55-64', '--method', 'exact'];
    const alone = await ended([...sweep, '--jobs', '2', '--output-dir', at('threads')]);
    expect(alone.status).toBe(0);
    const shell = `echo $$ > ${at('pid')}; exec "${process.execPath}" "${main}" worker --stdio --jobs 1`;
    const own = [...sweep, '--workers', 'local:1', '--workers', shell, '--output-dir', at('workers')];
    own.push('--log', at('events'));
    const log = at('workers', 'sweep.partial');
    const hasBatches = (): boolean => existsSync(log) && readFileSync(log).length > 5000;
    const killed = await ended(own, '', hasBatches);
    expect(killed.status).toBeNull();
    const worker = Number(readFileSync(at('pid'), 'utf8'));
    for (let turn = 0; isAlive(worker) && turn < 100; turn++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isAlive(worker)).toBe(false);

    const { status, err } = await ended(own);
    expect([status, err]).toEqual([0, expect.stringMatching(/^going on from /m)]);
    for (const file of ['ranking.csv', 'front.csv'])
      expect(readFileSync(at('workers', file)).equals(readFileSync(at('threads', file)))).toBe(true);
    const events = readFileSync(at('events'), 'utf8').trim().split('\n');
    const parsed = events.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(parsed.filter(({ event }) => event === 'started')).toHaveLength(2);
    expect(parsed.every(({ time }) => !Number.isNaN(Date.parse(String(time))))).toBe(true);
    expect(parsed.at(-1)).toMatchObject({ event: 'ended', stopped: null, workers: [{ losses: 0 }, {}] });
    const seen = parsed.filter(({ event }) => event === 'progress');
    for (const { total, seconds_left, retries, workers } of seen) {
      // An exact search does not know how many designs it will look at.
      expect([total, seconds_left, retries]).toEqual([null, null, 0]);
      for (const worker of workers as Record<string, unknown>[])
        expect(Object.keys(worker).join()).toBe('name,threads,jobs,designs,losses,retries,per_second');
    }
    const record = JSON.parse(readFileSync(at('workers', 'run.json'), 'utf8')) as {
      workers: { name: string; threads: number; losses: number }[];
    };
    expect(record.workers).toMatchObject([
      { name: 'local 1', threads: 1, losses: 0 },
      { name: `"${shell}"`, threads: 1, losses: 0 },
    ]);
  });

  test.each([
    ['a table of all designs', ['--method', 'exhaustive']],
    ['a walk', ['--method', 'exhaustive', '--limit', '20']],
    ['tables of costs', ['--method', 'exact']],
  ])('are listed with what they did: %s', async (_, method) => {
    const done: Record<string, unknown>[] = [];
    for (const workers of [
      ['--jobs', '2'],
      ['--jobs', '2', '--workers', 'local:2'],
    ]) {
      const argv = ['sweep', 'example:story_standard', '--accelerator-config', 'ethos-u55-128', ...method];
      expect((await ended([...argv, ...workers, '--output-dir', at('listed')])).status).toBe(0);
      const record = JSON.parse(readFileSync(at('listed', 'run.json'), 'utf8')) as {
        designs_in_space: number;
        workers: { name: string; threads: number; jobs: number; designs: number; losses: number }[];
      };
      const sum = (of: 'threads' | 'designs' | 'losses'): number =>
        record.workers.reduce((total, worker) => total + worker[of], 0);
      done.push({ designs: sum('designs'), losses: sum('losses') });
      expect([record.workers.map(({ name }) => name), sum('threads')]).toEqual(
        workers.length > 2 ? [['local 1', 'local 2'], 2] : [['this process'], Number(workers[1])],
      );
      if (method.includes('exhaustive'))
        expect(sum('designs')).toBeGreaterThanOrEqual(record.designs_in_space);
    }
    expect(done[1]).toEqual(done[0]);
    checkRunFiles(at('listed'));
  });

  test('evaluate at most about one batch each again when their search is killed', async () => {
    const frames = at('frames');
    mkdirSync(frames);
    const worker = `"${process.execPath}" "${main}" worker --stdio --jobs 1`;
    const shell = `tee ${frames}/$$.sent | ${worker} | tee ${frames}/$$.done`;
    const argv = ['sweep', ...SEARCH, '--method', 'exhaustive', '--workers', shell, '--workers', shell];
    argv.push('--output-dir', at('again'), '--quiet');
    const log = at('again', 'sweep.partial');
    const sizeOf = (): number => (existsSync(log) ? readFileSync(log).length : 0);
    const random = seededRandom(7);
    const runs: string[][] = [];
    const run = async (isTime?: () => boolean): Promise<Ended> => {
      const before = readdirSync(frames);
      const outcome = await ended(argv, '', isTime);
      runs.push(readdirSync(frames).filter((name) => name.endsWith('.done') && !before.includes(name)));
      return outcome;
    };
    for (let kill = 0; kill < 4; kill++) {
      // Soon after another batch was logged.
      const before = sizeOf();
      let soon = Infinity;
      const { status } = await run(() => {
        if (soon === Infinity && sizeOf() > before + 1000) soon = performance.now() + below(random, 300);
        return performance.now() >= soon;
      });
      expect(status).toBeNull();
    }
    expect((await run()).status).toBe(0);

    // The designs of every batch that was finished, run by run.
    const finished = runs
      .map((names) => names.map((name) => batchesIn(join(frames, name))))
      .map((of) => of.flat());
    const all = finished.flat().flat();
    expect(new Set(all).size).toBe(2048);
    finished.slice(0, -1).forEach((batches, i) => {
      const later = new Set(
        finished
          .slice(i + 1)
          .flat()
          .flat(),
      );
      const again = batches.filter((designs) => designs.some((design) => later.has(design)));
      // One that is on its way when the search is killed, and at most the one after it.
      expect(again.length).toBeLessThanOrEqual(4);
    });
    const twice = all.length - new Set(all).size;
    const largest = Math.max(...finished.flat().map((designs) => designs.length));
    expect(twice).toBeLessThanOrEqual(2 * 4 * largest);
  });

  test('find all where the disk has no room for the log', async () => {
    const sweep = [
      'sweep',
      ...SEARCH,
      '--method',
      'exhaustive',
      '--min-retained',
      '0.9',
      '--workers',
      'local:2',
    ];
    const whole = await ended([...sweep, '--output-dir', at('room')]);
    expect(whole.status).toBe(0);
    // No file may be larger than 128 KiB.
    const limited = `ulimit -f 256; exec "${process.execPath}" "${main}" "$@"`;
    const { status, stderr } = spawnSync('sh', ['-c', limited, 'sh', ...sweep, '--output-dir', at('full')], {
      encoding: 'utf8',
    });
    const warned = stderr.split('\n').filter((line) => /^(warning|error)/.test(line));
    expect([status, warned]).toEqual([
      0,
      [expect.stringMatching(/^warning: \S+sweep\.partial cannot be written, .*; the search goes on, and /)],
    ]);
    for (const file of ['ranking.csv', 'front.csv'])
      expect(readFileSync(at('full', file)).equals(readFileSync(at('room', file)))).toBe(true);
  });

  test('that cannot be used end a search with one sentence, and leave nothing', async () => {
    const argv = ['sweep', ...SEARCH, '--quiet', '--output-dir', at('none')];
    const { status, err } = await ended([...argv, '--workers', 'echo no such host >&2; exit 255']);
    expect(status).toBe(3);
    expect(err).toBe(
      'error: no worker is left: "echo no such host >&2; exit 255": it ended with exit code 255: no such host\n',
    );
    expect(readdirSync(folder)).not.toContain('none');
    for (const value of ['local:0', 'local:1000', ' '])
      expect((await ended([...argv, '--workers', value])).status).toBe(2);
  });

  test('end quietly with their input, and say what they do not understand', async () => {
    expect(await ended(['worker', '--stdio'])).toMatchObject({
      ...{ status: 0, err: '' },
      out: expect.stringMatching(/^paretou-worker \d+ \S+ \d+\n$/) as unknown,
    });
    const garbage = await ended(['worker', '--stdio'], 'GET / HTTP/1.1\r\n\r\n');
    expect(garbage.status).toBe(3);
    expect(garbage.err).toMatch(/^error: the worker ends, since a message [^\n]+\n$/);
    const bare = await ended(['worker']);
    expect(bare.status).toBe(2);
    expect(bare.err).toMatch(/^error: a worker needs to know [^\n]+\n$/);
  });
});
