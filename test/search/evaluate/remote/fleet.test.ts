import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openFleet, type Fleet } from '../../../../search/evaluate/remote/fleet.js';
import type { WorkerCommand } from '../../../../search/evaluate/remote/link.js';
import { openSession, type Results } from '../../../../search/evaluate/session.js';
import { walkTasks } from '../../../../search/evaluate/walk-tasks.js';
import { allDesigns, type Designs } from '../../../../search/space/space.js';
import { version } from '../../../../src/cli/version.js';
import { built, isAlive, main, remark, temporaryFolder } from '../../../program.js';
import { storySpace } from '../story-space.js';

const { at } = temporaryFolder('fleet');

const space = storySpace('ethos-u55-128');
const designs = allDesigns(space);

const evaluated = async (fleet?: Fleet, onProgress?: (finished: number) => void, of: Designs = designs) => {
  const session = openSession(space, { jobs: 1, ...(fleet && { fleet }) });
  try {
    return await session.evaluate(of, onProgress ? { onProgress } : {});
  } finally {
    await session.close();
  }
};
let expected: Results;

let count = 0;
/** A worker that writes its process id to a file. */
const worker = (): { command: WorkerCommand; pid: () => number } => {
  const file = at(`pid-${++count}`);
  const start = `echo Welcome; echo $$ > ${file}; exec "${process.execPath}" "${main}" worker --stdio --jobs 1`;
  return { command: { name: `worker ${count}`, start }, pid: () => Number(readFileSync(file, 'utf8')) };
};

const within = async (
  commands: readonly WorkerCommand[],
  use: (fleet: Fleet) => Promise<void>,
  silence = 10_000,
): Promise<string[]> => {
  const losses: string[] = [];
  const fleet = await openFleet({
    commands,
    version: version(),
    onLoss: (text) => losses.push(text),
    silence,
  });
  try {
    await use(fleet);
  } finally {
    await fleet.close();
  }
  return losses;
};

const script = (text: string): WorkerCommand => ({ name: 'script', start: [process.execPath, '-e', text] });

describe.skipIf(!built)(`workers${remark}`, () => {
  it('give what the calling thread gives', async () => {
    expected = await evaluated();
    const [a, b] = [worker(), worker()];
    const losses = await within([a.command, b.command], async (fleet) => {
      expect(await evaluated(fleet)).toEqual(expected);
      const counts = fleet.counts();
      expect(counts.reduce((sum, each) => sum + each.designs, 0)).toBe(designs.count);
      expect(counts.every((each) => each.designs > 0)).toBe(true);
    });
    expect(losses).toEqual([]);
    expect([a, b].map(({ pid }) => isAlive(pid()))).toEqual([false, false]);
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
      const few = { ...designs, count: 9, digits: designs.digits.slice(0, 9 * designs.width) };
      const rows = await session.evaluate(few, { wanted: 'segments' });
      await session.close();
      return [segments, walked, rows];
    };
    const alone = await found();
    await within([worker().command], async (fleet) => expect(await found(fleet)).toEqual(alone));
  });

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'lose nothing when one gets %s: its batches go to another',
    async (signal) => {
      const [a, b] = [worker(), worker()];
      let first = 0;
      const losses = await within(
        [a.command, b.command],
        async (fleet) => {
          const results = await evaluated(fleet, () => {
            if (first > 0) return;
            process.kill((first = a.pid()), signal);
          });
          expect(results).toEqual(expected);
        },
        1500,
      );
      const reason = signal === 'SIGKILL' ? 'it was ended by SIGKILL' : 'nothing was heard of it for 2 s';
      expect(losses).toEqual([`worker ${a.command.name}: ${reason}; it is started again`]);
      expect(isAlive(first)).toBe(false);
      expect(isAlive(b.pid())).toBe(false);
    },
  );

  it.each([
    [
      'another version',
      'console.log("paretou-worker 1 0.0.0 1")',
      /^it is version 0\.0\.0 of the program, and/,
    ],
    ['other messages', `console.log("paretou-worker 99 ${version()} 1")`, /^it is version /],
    [
      'an error',
      'console.error("error: no such thing"); process.exit(3)',
      /^it ended with exit code 3: no such thing$/,
    ],
    [
      'rubbish',
      `console.log("paretou-worker 1 ${version()} 1\\n" + "x".repeat(99))`,
      /^it is not understood: a mess/,
    ],
    [
      'too much',
      'process.stdout.write("x".repeat(1e5))',
      /^it is not understood: it does not say that it is a/,
    ],
  ])('that answer with %s are left out', async (_, text, reason) => {
    const stays = '; setTimeout(() => undefined, 1e5)';
    const losses = await within([script(text + stays), worker().command], async (fleet) => {
      expect(await evaluated(fleet)).toEqual(expected);
    });
    expect(losses).toHaveLength(1);
    expect(losses[0]!.replace(/^worker script: |; it is left out$/g, '')).toMatch(reason);
  });

  it('end the search with one sentence when none is left', async () => {
    const commands = [{ name: 'nobody', start: ['/no/such/program'] as const }];
    await expect(within(commands, () => Promise.resolve())).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringMatching(
        /^no worker is left: nobody: spawn \/no\/such\/program ENOENT$/,
      ) as unknown,
    });
    const greeted = `console.log("paretou-worker 1 ${version()} 1");`;
    const dies = script(`${greeted} process.stdin.once("data", () => process.exit(9))`);
    await within([dies], async (fleet) => {
      await expect(evaluated(fleet)).rejects.toMatchObject({
        kind: 'input',
        message: 'no worker is left: script: it ended with exit code 9',
      });
    });
  });

  it('do not hold up the end of a search by what they leave behind', async () => {
    const leaves = `
      console.log("paretou-worker 1 ${version()} 1");
      const stdio = ["ignore", "inherit", "inherit"];
      require("child_process").spawn("sleep", ["8"], { detached: true, stdio });
      process.stdin.on("end", () => process.exit()).resume();`;
    let started = 0;
    await within([script(leaves)], () => Promise.resolve(void (started = performance.now())));
    expect(performance.now() - started).toBeLessThan(6000);
  });

  it('stop at an abort, and at the end of the time', async () => {
    await within([worker().command], async (fleet) => {
      const controller = new AbortController();
      const session = openSession(space, { jobs: 1, fleet, signal: controller.signal });
      const results = await session.evaluate(designs, { onProgress: () => controller.abort() });
      expect(results.interrupted).toBe(true);
      await session.close();
      const timed = openSession(space, { jobs: 1, fleet });
      const early = await timed.evaluate(designs, { until: performance.now() + 20 });
      expect(early.known.every((k) => k === 1)).toBe(false);
      expect(await timed.evaluate(designs)).toEqual(expected);
      await timed.close();
    });
  });
});
