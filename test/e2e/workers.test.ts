import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { built, isAlive, main, remark, temporaryFolder } from '../program.js';

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

describe.skipIf(!built)(`workers in other processes${remark}`, () => {
  writeFileSync(at('space.yaml'), 'widths: {multiple_of: 4, from: 0.25, to: 2}\n');
  const SEARCH = ['example:story_standard', '--space', at('space.yaml'), '--accelerator-config', 'u55'];

  test('find what threads find, also after their search was killed, and leave no process behind', async () => {
    const sweep = ['sweep', ...SEARCH, '--method', 'exact'];
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
      ['--jobs', '1'],
      ['--jobs', '2'],
      ['--jobs', '2', '--workers', 'local:2'],
    ]) {
      const argv = ['sweep', ...SEARCH.slice(0, 3), '--accelerator-config', 'ethos-u55-128', ...method];
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
    expect(done).toEqual([done[0], done[0], done[0]]);
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
