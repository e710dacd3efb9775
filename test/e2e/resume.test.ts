import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededRandom, below } from '../../search/space/random.js';
import { built, main, remark, temporaryFolder } from '../program.js';

const { at } = temporaryFolder('resume');

interface Ended {
  readonly status: number | null;
  readonly err: string;
  readonly took: number;
}

/** Runs the built program; with a delay, kills it so many milliseconds after it has its log. */
const ended = (argv: readonly string[], log = '', delay = Infinity): Promise<Ended> =>
  new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(process.execPath, [main, ...argv], { stdio: ['ignore', 'ignore', 'pipe'] });
    let err = '';
    child.stderr.on('data', (text) => (err += String(text)));
    const look = setInterval(() => {
      if (delay === Infinity || !existsSync(log)) return;
      clearInterval(look);
      setTimeout(() => child.kill('SIGKILL'), delay);
    }, 5);
    child.on('close', (status) => {
      clearInterval(look);
      resolve({ status, err, took: performance.now() - started });
    });
  });

const SPACE = 'widths: {multiple_of: 4, from: 0.25, to: 2}\n';

describe.skipIf(!built)(`a search that is killed${remark}`, () => {
  writeFileSync(at('space.yaml'), SPACE);
  const random = seededRandom(5);
  const COMMON = [
    ...['example:story_standard', '--space', at('space.yaml')],
    ...['--accelerator-config', 'ethos-u55-128', '--jobs', '2'],
  ];

  /** Kills a command several times at random moments, and then lets it end. */
  const killedOften = async (argv: readonly string[], name: string, kills: number): Promise<void> => {
    const [whole, often] = [at(`${name}-whole`), at(`${name}-often`)];
    const { status, took } = await ended([...argv, '--output-dir', whole]);
    expect(status).toBe(0);
    const log = join(often, `${argv[0]!}.partial`);
    const again = [...argv, '--output-dir', often];
    let left = 0;
    for (let kill = 0; kill < kills; kill++) {
      const one = await ended(again, log, below(random, Math.ceil(took / 2)));
      if (one.status !== null) continue;
      left++;
      expect(readdirSync(often)).toEqual(['paretou.lock', `${argv[0]!}.partial`]);
    }
    expect(left).toBeGreaterThan(0);
    const last = await ended(again);
    expect(last.status).toBe(0);
    const names = readdirSync(whole);
    expect(readdirSync(often)).toEqual(names);
    for (const file of names.filter((each) => !each.endsWith('.json')))
      expect(readFileSync(join(often, file)).equals(readFileSync(join(whole, file)))).toBe(true);
  };

  test.each([
    ['exact', ['--limit', '20000'], 2],
    ['evolve', ['--limit', '2000'], 2],
    ['exhaustive', ['--limit', '20000'], 2],
    ['exhaustive', ['--limit', '100'], 2],
  ] as const)('ends as if it had not been: sweep with %s %j', (method, more, kills) =>
    killedOften(['sweep', ...COMMON, '--method', method, ...more], `${method}-${more[1]}`, kills),
  );

  test('ends as if it had not been: pick', () =>
    killedOften(['pick', ...COMMON, '--accept-retrain', '--method', 'evolve'], 'pick', 2));

  test('leaves its folder to no other process', async () => {
    const argv = ['sweep', ...COMMON, '--output-dir', at('shared')];
    const first = ended(argv);
    while (!existsSync(at('shared', 'paretou.lock'))) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await ended(argv);
    expect(second.status).toBe(3);
    expect(second.err).toMatch(/^error: \S+ is in use by another search \(process \d+ on .*\n$/m);
    expect((await first).status).toBe(0);
    expect(readdirSync(at('shared'))).toEqual(['front.csv', 'ranking.csv', 'report.json', 'run.json']);
  });
});
