import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../program.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const built = existsSync(main);
const remark = built ? '' : ' (skipped: dist/ is missing, run npm run build)';

const { folder } = temporaryFolder('endings');
const at = (name: string): string => join(folder, name);

/** Two seconds, and as much again for machines that are busy with other tests. */
const SOON = 4000;

const WIDE = 'widths: {multiple_of: 1, from: 0.1, to: 8}\n';

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  /** Milliseconds from the signal, or from the start without one. */
  readonly took: number;
}

/** Runs the built program, and sends it a signal so many milliseconds after it has begun to search. */
const ended = (argv: readonly string[], signal?: NodeJS.Signals, delay = 0): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...argv]);
    let [out, err, since] = ['', '', performance.now()];
    child.stdout.on('data', (text) => (out += String(text)));
    child.stderr.on('data', (text) => (err += String(text)));
    const kill = (): void => {
      since = performance.now();
      child.kill(signal);
    };
    if (signal !== undefined) child.stderr.once('data', () => setTimeout(kill, delay));
    child.on('close', (status) => resolve({ status, out, err, took: performance.now() - since }));
  });

const recordOf = (directory: string, file = 'run.json'): Record<string, unknown> =>
  JSON.parse(readFileSync(join(at(directory), file), 'utf8')) as Record<string, unknown>;
const rowsOf = (directory: string): { readonly design: string; readonly model: string }[] =>
  parse(readFileSync(join(at(directory), 'ranking.csv'), 'utf8'), { columns: true });
const designsOf = (directory: string): string[] => rowsOf(directory).map(({ design }) => design);

describe.skipIf(!built)(`the built program${remark}`, () => {
  writeFileSync(at('wide.yaml'), WIDE);
  const sweep = (directory: string, ...more: string[]): string[] => [
    ...['sweep', 'example:story_standard', '--space', at('wide.yaml'), '--limit', '1000000'],
    ...['--accelerator-config', 'u55,u65', '--output-dir', at(directory), ...more],
  ];

  test.each([
    ['SIGINT', 50, 'exact', '1'],
    ['SIGTERM', 1500, 'exact', '2'],
    ['SIGINT', 4000, 'exact', '2'],
    ['SIGTERM', 50, 'evolve', '1'],
    ['SIGTERM', 1500, 'evolve', ''],
    ['SIGINT', 3000, 'sample', ''],
    ['SIGINT', 1500, 'sample', '2'],
  ] as const)('ends a sweep soon on %s after %i ms: %s, jobs "%s"', async (signal, delay, method, jobs) => {
    const directory = `${signal}-${delay}-${method}`;
    const { status, err, took } = await ended(
      sweep(directory, '--method', method, ...(jobs === '' ? [] : ['--jobs', jobs])),
      signal,
      delay,
    );
    expect([status, took < SOON]).toEqual([130, true]);
    expect(err).toMatch(
      /interrupted: [\d,]+ designs? finished and written\n(kept \S+; --resume goes on from it\n)?$/,
    );
    const record = recordOf(directory);
    expect(record).toMatchObject({ stopped: 'interrupted', interrupted: true });
    const designs = designsOf(directory);
    expect(designs).toHaveLength(Number(record['designs_evaluated']));
    if (designs.length > 0) expect(designs.some((design) => design.startsWith('base@'))).toBe(true);
  });

  test.each([
    ['exact', 1],
    ['exact', 4],
    ['evolve', 2],
  ] as const)('keeps to a time budget and says so: %s, %i s', async (method, seconds) => {
    const directory = `timed-${method}-${seconds}`;
    const { status, out, took } = await ended(
      sweep(directory, '--method', method, '--seconds', String(seconds), '--jobs', '2'),
    );
    expect(took).toBeLessThan(1000 * seconds + SOON);
    expect([0, 4]).toContain(status);
    expect(recordOf(directory)).toMatchObject({ stopped: 'time', time_budget_seconds: seconds });
    if (status === 0) {
      expect(out).toMatch(/^Best of [\d,]+ of [\d,]+ designs, when the time was up, by/);
      expect(designsOf(directory)).toContain('base@u55-32');
    }
  });

  test('ends a pick soon, with the record of what was found', async () => {
    const argv = ['pick', 'example:story_standard', '--space', at('wide.yaml'), '--output-dir', at('pick')];
    const { status, took } = await ended([...argv, '--jobs', '2'], 'SIGTERM', 2500);
    expect([status, took < SOON]).toEqual([130, true]);
    expect(recordOf('pick', 'pick.json')).toMatchObject({ search: { stopped: 'interrupted' } });
  });

  test('does not search for what cannot be written', async () => {
    writeFileSync(at('file'), '');
    for (const command of ['sweep', 'pick']) {
      const { status, err } = await ended([
        command,
        'example:story_standard',
        '--output-dir',
        join(at('file'), 'below'),
      ]);
      expect(status).toBe(3);
      expect(err).toMatch(/^error: \S+: cannot be written to, a file has the name of a folder;[^\n]*\n$/);
    }
    expect(readdirSync(folder)).toContain('file');
  });

  test('ranks the designs of each model on their own', async () => {
    const models = ['example:story_standard', 'example:story_separable_relu'];
    const args = ['--accelerator-config', 'ethos-u55-128', '--output-dir', at('two'), '--jobs', '1'];
    const { status, out } = await ended(['sweep', ...models, ...args]);
    expect(status).toBe(0);
    expect(
      out.match(/^Best of \d+ designs? of story_\w+ by [^:]*:max; \d+\s+on\s+the\s+front:$/gm),
    ).toHaveLength(2);
    const rows = rowsOf('two');
    const order = rows.map(({ model }) => model);
    expect(order).toEqual(
      [...order].sort((a, b) => models.indexOf(`example:${a}`) - models.indexOf(`example:${b}`)),
    );
    for (const name of models) {
      const own = rows.filter(({ model }) => `example:${model}` === name);
      expect(own[0]).toMatchObject({ rank: '1', pareto_rank: '1' });
    }
    const { models: records } = recordOf('two') as { models: { front_size: number }[] };
    expect(records.every(({ front_size: size }) => size > 0)).toBe(true);
  });
});
