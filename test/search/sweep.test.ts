import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { describe, expect, it, vi } from 'vitest';
import { run } from '../../src/cli/run.js';
import { temporaryFolder } from '../program.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const built = existsSync(main);
const remark = built ? '' : ' (skipped: dist/ is missing, run npm run build)';

const { folder } = temporaryFolder('sweep');

const at = (name: string): string => join(folder, name);
const spaceFile = (name: string, yaml: string): string => {
  writeFileSync(at(name), yaml);
  return at(name);
};
const rowsOf = (directory: string): Record<string, string>[] =>
  parse(readFileSync(join(at(directory), 'ranking.csv'), 'utf8'), { columns: true }) as unknown as Record<
    string,
    string
  >[];
const recordOf = (directory: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(at(directory), 'run.json'), 'utf8')) as Record<string, unknown>;

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process; without workers, which only the built program has. */
const paretou = async (...args: string[]): Promise<Outcome> => {
  const captured = { stdout: '', stderr: '' };
  const capture = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      captured[name] += String(chunk);
      return true;
    });
  const spies = [capture('stdout'), capture('stderr')];
  try {
    const code = await run(['sweep', ...args, '--jobs', '1']);
    return { status: code === 0 ? Number(process.exitCode ?? 0) : code, ...captured };
  } finally {
    process.exitCode = undefined;
    spies.forEach((spy) => spy.mockRestore());
  }
};

describe('paretou sweep', () => {
  it('ranks the variants of an example and says where it wrote them', async () => {
    const { status, stdout, stderr } = await paretou(
      'example:story_standard',
      '--accelerator-config',
      'ethos-u55-128',
      '--output-dir',
      at('plain'),
    );
    expect(stderr).toMatch(/^story_standard: 8 designs in the space \(3 sites with a choice, 0 width groups/);
    expect(stdout).toContain(`wrote ${at('plain')}/ranking.csv`);
    expect(status).toBe(0);
    const rows = rowsOf('plain');
    expect(rows).toHaveLength(8);
    const find = (substitutions: string) => rows.find((r) => r['substitutions'] === substitutions)!;
    expect(find('')).toMatchObject({ nn_macs: '99532800', retained_energy: '1', encoded_sizes: 'exact' });
    // 1/3.8 of the MACs, and slower: the linear depthwise costs more output cycles than it saves.
    expect(find('1:separable')).toMatchObject({ nn_macs: '26419200', encoded_sizes: 'exact' });
    expect(Number(find('1:separable')['cycles_vs_baseline'])).toBeGreaterThan(1);
    expect(recordOf('plain')).toMatchObject({
      schema: 'paretou/sweep@1',
      designs_in_space: 8,
      designs_evaluated: 8,
      objectives: ['cycles_total', 'sram_total_bytes', 'retained_energy:max'],
      interrupted: false,
      failures: [],
    });
  });

  it('puts one object on stdout with --json', async () => {
    const { stdout, stderr } = await paretou(
      'example:story_standard',
      '--json',
      '--quiet',
      '--output-dir',
      at('json'),
    );
    const printed = JSON.parse(stdout) as { schema: string; front: unknown[]; front_size: number };
    expect(printed.schema).toBe('paretou/sweep@1');
    expect(printed.front).toHaveLength(printed.front_size);
    expect(stderr).toBe('');
  });

  it('shows the space and stops with --dry-run', async () => {
    const { status, stdout } = await paretou(
      'example:story_standard',
      '--dry-run',
      '--output-dir',
      at('dry'),
    );
    expect(status).toBe(0);
    expect(stdout).toContain('site 1: 3x3, 16 -> 16 channels: standard, separable');
    expect(stdout).toContain('would evaluate all designs of the space');
    expect(existsSync(at('dry'))).toBe(false);
  });

  it('ends with 4 and names the nearest design when nothing meets the constraints', async () => {
    const { status, stderr } = await paretou(
      'example:story_standard',
      '--max-cycles',
      '1000',
      '--output-dir',
      at('unmet'),
    );
    expect(status).toBe(4);
    expect(stderr).toMatch(
      /error: no design has at most 1,000 cycles; the nearest is \S+@u55-256 of story_standard, with [\d,]+ cycles \(at most 1,000\) \(--max-cycles\)\n$/,
    );
    expect(rowsOf('unmet')).toEqual([]);
  });

  it.each([
    [['--space', 'absent.yaml'], 3, 'absent.yaml: there is no such file'],
    [['--objectives', 'cycle_total'], 2, 'did you mean cycles_total?'],
    [['--options', 'seperable'], 2, 'did you mean separable?'],
    [['--jobs', '0'], 2, '--jobs is "0", expected a whole number from 1 to 512'],
    [['--seconds', '0'], 2, '--seconds is "0", expected a number of seconds from 0.001, such as 60'],
    [['--method', 'exactly'], 2, 'method "exactly" is not known; did you mean exact? (--method)'],
    [
      ['--method', 'exact', '--objectives', 'sram_memory_used_bytes:max'],
      2,
      'sram_memory_used_bytes:max does not; use evolve (--method)',
    ],
    [['--accelerator-config', 'u99'], 2, 'accelerator "u99" is not known'],
  ])('refuses %j', async (args, code, message) => {
    const { status, stdout, stderr } = await paretou('example:story_standard', ...args);
    expect([status, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(stderr).toContain(message);
  });

  it('names file, line and column of an unknown system in a space file', async () => {
    const space = spaceFile('systems.yaml', 'systems:\n  - {accelerator: ethos-u55-127}\n');
    const { status, stderr } = await paretou('example:story_standard', '--space', space);
    expect(status).toBe(3);
    expect(stderr).toMatch(
      /^error: \S+systems\.yaml:2:5: accelerator "ethos-u55-127" is not known; did you mean ethos-u55-128\?\n$/,
    );
  });
});

describe.skipIf(!built)(`the built program's sweep${remark}`, () => {
  const widths = (): string =>
    spaceFile('widths.yaml', 'options: [standard, separable, "separable:relu"]\nwidths: [0.5, 1]\n');

  /** Runs a sweep of story_standard (432 designs) and returns its files. */
  const runSweep = (directory: string, ...more: readonly string[]) => {
    const args = ['--space', widths(), '--accelerator-config', 'u55', '--output-dir', at(directory), ...more];
    const { status, stdout, stderr } = spawnSync(process.execPath, [
      main,
      'sweep',
      'example:story_standard',
      ...args,
    ]);
    expect([status, String(stderr).includes('error')]).toEqual([0, false]);
    return {
      ranking: readFileSync(join(at(directory), 'ranking.csv'), 'utf8'),
      front: readFileSync(join(at(directory), 'front.csv'), 'utf8'),
      record: recordOf(directory),
      stdout: String(stdout),
    };
  };
  const evaluatedOf = (record: Record<string, unknown>): Record<string, unknown> =>
    (record['models'] as { evaluated: Record<string, unknown> }[])[0]!.evaluated;

  it.each(['sample', 'evolve', 'exact'])(
    'writes the same ranking with one worker and with four: %s',
    (method) => {
      const run = (jobs: string) =>
        runSweep(`${method}${jobs}`, '--method', method, '--limit', '150', '--jobs', jobs);
      const [alone, together] = [run('1'), run('4')];
      expect(together.ranking).toBe(alone.ranking);
      const { record } = alone;
      expect(record['objectives']).toEqual(['inference_ms_fvp', 'sram_total_bytes', 'parameters:max']);
      expect(record['designs_in_space']).toBe(27 * 4 * 4);
      expect(record['designs_evaluated']).toBeLessThanOrEqual(150);
      expect(record).toMatchObject({ method, limit: 150, time_budget_seconds: null, interrupted: false });
      expect(evaluatedOf(record)).toMatchObject({
        method,
        why: 'it was asked for',
        planned: record['designs_evaluated'],
        finished: record['designs_evaluated'],
        failed: 0,
      });
      expect(record['hypervolume']).toBeGreaterThan(0);
      expect(record['reference_point']).toHaveLength(3);
      expect(String((record['notes'] as string[])[0])).toMatch(/crude stand-in/);
    },
  );

  it('finds the same front with every method, where the limit allows it', () => {
    const fronts = ['exhaustive', 'sample', 'evolve', 'auto', 'exact'].map((method) => {
      const { front, record } = runSweep(`all-${method}`, '--method', method, '--jobs', '1');
      const history = evaluatedOf(record)['history'] as { hypervolume: number }[] | undefined;
      if (history !== undefined) {
        expect(history.at(-1)!.hypervolume).toBeCloseTo(Number(record['hypervolume']), 12);
      }
      return front;
    });
    // The exact front may leave out designs with the same figures as others.
    expect(fronts.slice(1, 4)).toEqual([fronts[0], fronts[0], fronts[0]]);
    const points = (front: string): string[] =>
      (parse(front, { columns: true }) as unknown as Record<string, string>[]).map((row) =>
        [row['cycles_total'], row['sram_total_bytes'], row['parameters']].join(),
      );
    expect(new Set(points(fronts[4]!))).toEqual(new Set(points(fronts[0]!)));
  });

  it('prints what the evolutionary search did, and ends it when the time is up', () => {
    const large = spaceFile('timed.yaml', 'widths: {multiple_of: 1, from: 0.1, to: 8}\n');
    const { stdout, record } = runSweep(
      'timed',
      ...['--space', large, '--method', 'evolve', '--seconds', '3', '--jobs', '1', '--limit', '1000000'],
    );
    expect(stdout).toMatch(/evolutionary search: [\d,]+ designs in \d+ generations; the time was up/);
    expect(evaluatedOf(record)).toMatchObject({ stopped: 'time', reproducible: false, algorithm: 'NSGA-II' });
    expect(record['time_budget_seconds']).toBe(3);
  });

  it.each(['evolve', 'sample', 'exact'])('keeps what was finished on Ctrl-C: %s', async (method) => {
    const space = spaceFile('large.yaml', 'widths: {multiple_of: 1, from: 0.1, to: 8}\n');
    const directory = `stopped-${method}`;
    const args = ['--space', space, '--accelerator-config', 'u55,u65', '--limit', '1000000', '--jobs', '1'];
    const argv = [main, 'sweep', 'example:story_standard', ...args, '--method', method];
    const child = spawn(process.execPath, [...argv, '--output-dir', at(directory)]);
    child.stderr.once('data', () => setTimeout(() => child.kill('SIGINT'), 3000));
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(status).toBe(130);
    // The log stays, to go on from.
    const names = readdirSync(at(directory)).filter((name) => name !== 'sweep.partial');
    expect(names.sort()).toEqual(['front.csv', 'ranking.csv', 'report.json', 'run.json']);
    const record = recordOf(directory);
    expect(record['interrupted']).toBe(true);
    expect(rowsOf(directory)).toHaveLength(Number(record['designs_evaluated']));
    // The exact search has its table of costs to make first.
    if (method !== 'exact') expect(Number(record['designs_evaluated'])).toBeGreaterThan(0);
  });
});
