import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/cli/run.js';
import { capturePrinted } from './printed.js';

const STAND_IN = fileURLToPath(new URL('vela-stand-in.js', import.meta.url));
const U55 = 'ethos-u55-256';
const U85 = 'ethos-u85-256';
const MODEL = 'example:story_standard';

let folder = '';
const printed = capturePrinted();
afterEach(() => {
  vi.unstubAllEnvs();
});

const codeOfProcess = (): number => Number(process.exitCode ?? 0);

/** Runs a command line; the exit code as the process would have it. */
const paretou = async (...words: string[]): Promise<number> => {
  [printed.out, printed.err, process.exitCode] = ['', '', undefined];
  const code = await run(words);
  return code === 0 ? codeOfProcess() : code;
};

const calls = (): string => join(folder, 'calls');

const verifying = async (mode: string, ...words: string[]): Promise<number> => {
  writeFileSync(calls(), '');
  vi.stubEnv('VELA_STAND_IN', JSON.stringify({ mode, reports: join(folder, 'reports'), calls: calls() }));
  return paretou('verify', ...words, '--vela', STAND_IN);
};

interface Verified {
  readonly schema: string;
  readonly vela: { readonly version: string | null };
  readonly equal: boolean;
  readonly runs: readonly {
    readonly design: string;
    readonly accelerator: string;
    readonly equal: boolean;
    readonly failed?: string;
    readonly figures: readonly { readonly name: string; readonly equal: boolean }[];
    readonly differing_layers: number;
    readonly first_differing_layer: {
      readonly index: number;
      readonly only: string | null;
      readonly figures: readonly object[];
    } | null;
  }[];
}

const json = (): Verified => JSON.parse(printed.out) as Verified;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verify-'));
  chmodSync(STAND_IN, 0o755);
  const write = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'));
  write.forEach((spy) => spy.mockReturnValue(true));
  const design = join(folder, 'story_standard-1s.tflite');
  await run(['apply', MODEL, '--design', '1s@u55-256', '--output', design]);
  for (const accelerator of [U55, U85]) {
    for (const model of [MODEL, design]) {
      const to = join(folder, 'reports', accelerator);
      await run(['estimate', model, '--accelerator-config', accelerator, '--output-dir', to]);
    }
  }
  vi.restoreAllMocks();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('verify', () => {
  it('finds equal figures, on every system that is named', async () => {
    expect(await verifying('right', MODEL, '--accelerator-config', `${U55},${U85}`)).toBe(0);
    expect(printed.out).toMatch(/^Vela 5\.1\.0 \(/);
    expect(printed.out).toMatch(/cycles_total +(\d+) +\1 +equal/);
    expect(printed.out).toMatch(/2 of 2 runs equal in all figures\n$/);
    expect(readFileSync(calls(), 'utf8').split('\n')).toEqual([
      `story_standard ${U55} Performance`,
      `story_standard ${U85} Performance`,
      '',
    ]);
  });

  it('reads reports with further columns and other ends of lines', async () => {
    expect(await verifying('richer', MODEL)).toBe(0);
  });

  it('verifies designs as apply writes them, on the systems in their ids', async () => {
    expect(await verifying('right', MODEL, '--designs', '1s@u55-256, 1s@u85-256', '--json')).toBe(0);
    expect(json()).toMatchObject({ schema: 'paretou/verify@1', vela: { version: '5.1.0' }, equal: true });
    expect(json().runs.map(({ design, accelerator }) => [design, accelerator])).toEqual([
      ['1s@u55-256', U55],
      ['1s@u85-256', U85],
    ]);
    expect(readFileSync(calls(), 'utf8')).toMatch(/^story_standard-1s /);
  });

  it('shows what differs, and the first layer that does', async () => {
    expect(await verifying('differing', MODEL)).toBe(4);
    expect(printed.out).toMatch(/cycles_total +\d+ +\d+ +different/);
    expect(printed.out).toMatch(
      /first layer that differs: 2, \S+ \S+: Op Cycles (\d+) here, (\d+) by Vela\n/,
    );
    expect(await verifying('differing', MODEL, '--json')).toBe(4);
    const [only] = json().runs;
    expect(only!.figures.filter(({ equal }) => !equal).map(({ name }) => name)).toEqual(['cycles_total']);
    expect(only).toMatchObject({
      differing_layers: 1,
      first_differing_layer: { index: 2, only: null, figures: [{ name: 'Op Cycles', equal: false }] },
    });
  });

  it('shows a layer that only one of the two has', async () => {
    expect(await verifying('shorter', MODEL, '--json')).toBe(4);
    expect(json().runs[0]!.first_differing_layer).toMatchObject({ only: 'ours', figures: [] });
  });

  it.each([
    ['garbage', /not compared, since Vela wrote what cannot be read: its table of layers has none of/],
    ['silent', /not compared, since Vela wrote no summary/],
    ['failing', /not compared, since Vela ended with exit code 1: Error: Invalid tflite file/],
  ])('says in a sentence what is wrong: %s', async (mode, expected) => {
    expect(await verifying(mode, MODEL)).toBe(4);
    expect(printed.out).toMatch(expected);
    expect(printed.out).toMatch(/0 of 1 run equal in all figures/);
    expect(printed.out).not.toContain('\u001b');
  });

  it('ends a run at its time limit', async () => {
    const started = performance.now();
    expect(await verifying('hanging', MODEL, '--seconds', '1.5')).toBe(4);
    expect(printed.out).toMatch(/not compared, since Vela did not end within 1\.5 s/);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('names another version, and one that is not known', async () => {
    expect(await verifying('old', MODEL)).toBe(0);
    expect(printed.out).toMatch(/^Vela 3\.12\.0 \(.*\); the figures here are those of 5\.1\.0\n/);
    expect(await verifying('nameless', MODEL)).toBe(0);
    expect(printed.out).toMatch(/^Vela of an unknown version/);
  });

  it('says how to install it where there is none', async () => {
    expect(await paretou('verify', MODEL, '--vela', join(folder, 'absent'))).toBe(3);
    expect(printed.err).toMatch(
      /^error: Vela was not found as ".*absent"; install it with: pip install ethos-u-vela/,
    );
    expect(await paretou('verify', MODEL, '--vela', calls())).toBe(3);
  });

  it('refuses ids that are none before it runs anything', async () => {
    expect(await verifying('right', MODEL, '--designs', '1s@u55-256,,')).toBe(2);
    expect(await verifying('right', MODEL, '--designs', '99s')).toBe(2);
    expect(readFileSync(calls(), 'utf8')).toBe('');
  });
});
