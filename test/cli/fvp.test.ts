import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../src/cli/run.js';
import { capturePrinted } from './printed.js';
import { checkRunFiles } from '../run-files.js';

const printed = capturePrinted();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fvp-'));
});
afterEach(() => {
  checkRunFiles(folder);
  rmSync(folder, { recursive: true, force: true });
});

const paretou = async (...words: string[]): Promise<number> => {
  printed.out = '';
  printed.err = '';
  return run(words);
};

interface Fvp {
  readonly cycles: number;
  readonly cycles_low: number;
  readonly cycles_high: number;
  readonly inference_ms_fvp: number;
  readonly layers: readonly { readonly name: string; readonly cycles: number; readonly bound_by: string }[];
}

test('estimate: a block of its own, an object in --json, nothing in the CSV files', async () => {
  const words = [
    'estimate',
    'example:story_standard',
    '--accelerator-config',
    'ethos-u55-128',
    '--output-dir',
    folder,
  ];
  expect(await paretou(...words)).toBe(0);
  expect(printed.out).toMatch(/^FVP-like cycles +1845684 cycles\/batch$/m);
  expect(printed.out).toMatch(/^80% bar, low +1751122 cycles\/batch\n80% bar, high +1945351 cycles\/batch$/m);
  expect(printed.out).toMatch(/^Memory profile u55, measured\.$/m);
  for (const file of readdirSync(folder))
    expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(/fvp/i);

  expect(await paretou(...words, '--json')).toBe(0);
  const { fvp } = JSON.parse(printed.out) as { readonly fvp: Fvp };
  expect(fvp).toMatchObject({ cycles: 1845684, profile: 'u55', class: 'measured', why: [] });
  expect(fvp.layers.map(({ name, bound_by }) => [name, bound_by])).toEqual([
    ['conv_0', 'mac'],
    ['conv_1', 'mac'],
    ['conv_2', 'mac'],
  ]);
  expect(fvp.cycles_low).toBeLessThan(fvp.cycles);
  expect(fvp.cycles_high).toBeGreaterThan(fvp.cycles);
  expect(fvp.inference_ms_fvp).toBeCloseTo(fvp.cycles / 500e3, 4);
  expect(fvp.layers.reduce((sum, { cycles }) => sum + cycles, 0)).toBeCloseTo(fvp.cycles, -1);
});

const SLOW = `[System_Config.Slow]
axi0_port=Sram
axi1_port=Dram
Sram_clock_scale=1
Sram_read_latency=32
Dram_clock_scale=0.75
Dram_read_latency=3000
Dram_write_latency=250
[Memory_Mode.Own]
const_mem_area=Axi1
arena_mem_area=Axi1
cache_mem_area=Axi0
arena_cache_size=393216
`;

test('a figure is refused with its reason, unless the user names a profile', async () => {
  const ini = join(folder, 'slow.ini');
  writeFileSync(ini, SLOW);
  const words = ['example:story_standard', '--accelerator-config', 'ethos-u85-512'];
  const own = [...words, '--config', ini, '--system-config', 'Slow', '--memory-mode', 'Own'];
  expect(await paretou('estimate', ...own, '--output-dir', folder, '--json')).toBe(0);
  const refused = 'the second memory answers after 3000 cycles, and the model knows none above 2000';
  expect(JSON.parse(printed.out)).toMatchObject({ fvp: { refused } });
  expect(await paretou('explain', ...own)).toBe(0);
  expect(printed.out.replace(/\s+/g, ' ')).toContain(`No FVP-like cycles: ${refused}.`);
  expect(printed.out).not.toMatch(/^ {2}FVP-like/m);
  expect(
    await paretou('estimate', ...own, '--output-dir', folder, '--json', '--fvp-profile', 'u85-mid'),
  ).toBe(0);
  expect(JSON.parse(printed.out)).toMatchObject({ fvp: { profile: 'u85-mid' } });
  expect(await paretou('estimate', ...own, '--fvp-profile', 'u85-mit')).toBe(2);
  expect(printed.err).toMatch(
    /--fvp-profile is "u85-mit", expected one of u55, u65, u85-low, u85-mid.*did you mean u85-mid/,
  );
});

test('explain says what sets each layer, and where the compiler has it otherwise', async () => {
  expect(await paretou('explain', 'example:story_standard', '--accelerator-config', 'ethos-u85-512')).toBe(0);
  expect(printed.out).toMatch(
    /FVP-like: 640,620 cycles, bound by 38,400 transactions of 16 bytes to DRAM, 15 in flight, 250 cycles each/,
  );
});

test('compare: faster, slower or too close to call', async () => {
  const pair = ['example:story_standard', 'example:story_separable_linear'];
  expect(await paretou('compare', ...pair, '--accelerator-config', 'ethos-u55-128', '--json')).toBe(0);
  expect(JSON.parse(printed.out)).toMatchObject({ fvp: { verdict: 'too close to call' } });
  expect(await paretou('compare', ...pair, '--accelerator-config', 'ethos-u55-256', '--json')).toBe(0);
  expect(JSON.parse(printed.out)).toMatchObject({ fvp: { verdict: 'slower' } });
  expect(await paretou('compare', ...pair.reverse(), '--accelerator-config', 'ethos-u55-256')).toBe(0);
  expect(printed.out.replace(/\s+/g, ' ')).toMatch(/By FVP-like cycles B is faster than A: 1,232,650 \(/);
});

test('calibrate: a log of twice the latency changes the figures of its memory, and says so', async () => {
  const on = ['--accelerator-config', 'ethos-u85-512'];
  const file = join(folder, 'calibration.json');
  const log = join(folder, 'run.log');
  writeFileSync(log, 'INFO - NPU ACTIVE cycles: 1542949\n');
  const pair = `example:story_standard=${log}`;
  expect(await paretou('calibrate', pair, ...on, '--output', file)).toBe(0);
  expect(printed.out).toMatch(/Fitted to 1 log: latency of the second memory x 1\.99\./);
  expect(printed.err).toBe(`wrote ${file}\n`);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    schema: 'paretou/calibration@1',
    memories: [{ readLatency: 500, reads: null }],
    logs: [{ log, cycles: 1542949, profile: 'u85-mid', before: 902021 }],
  });

  const estimate = ['estimate', 'example:story_standard', '--output-dir', folder, '--calibration', file];
  expect(await paretou(...estimate, ...on, '--json')).toBe(0);
  const { fvp } = JSON.parse(printed.out) as { readonly fvp: Fvp };
  expect(Math.abs(fvp.cycles / 1542949 - 1)).toBeLessThan(0.01);
  expect(await paretou(...estimate, '--accelerator-config', 'ethos-u55-128')).toBe(0);
  expect(printed.out.replace(/\s+/g, ' ')).toContain('the calibration is of another memory timing');
});

test('calibrate refuses what is no log of the model on one system', async () => {
  const log = join(folder, 'run.csv');
  writeFileSync(log, 'model,accelerator,cycles\nother,ethos-u55-128,50000\n');
  const on = ['--accelerator-config', 'ethos-u55-128'];
  const cases = [
    [3, [`example:story_standard=${log}`, ...on], /it has no row of the model story_standard/],
    [3, [`example:story_standard=${log}x`, ...on], /there is no such file/],
    [3, ['example:story_standard=1000', ...on], /1000 cycles are too few/],
    [3, ['example:story_standard=1900000', 'example:story_standard=1700000', ...on], /contradict each other/],
    [2, ['example:story_standard', ...on], /write MODEL=LOG/],
    [2, ['example:story_standard=50000', '--accelerator-config', 'u55'], /a log is of one system/],
  ] as const;
  for (const [code, words, message] of cases) {
    expect(await paretou('calibrate', ...words, '--output', join(folder, 'c.json')), String(message)).toBe(
      code,
    );
    expect(printed.err).toMatch(message);
    expect(printed.err.trimEnd().split('\n')).toHaveLength(1);
  }
  expect(readdirSync(folder)).toEqual(['run.csv']);
  writeFileSync(log, '{}');
  expect(
    await paretou('estimate', 'example:story_standard', '--output-dir', folder, '--calibration', log),
  ).toBe(3);
  expect(printed.err).toMatch(/run\.csv: schema is not as in a file that paretou calibrate wrote/);
});

test('sweep and pick: profile, calibration and objectives', async () => {
  const on = ['--accelerator-config', 'ethos-u85-256', '--output-dir', folder];
  const figures = (): Record<string, number | string> => {
    const { front } = JSON.parse(printed.out) as {
      readonly front: readonly Record<string, number | string>[];
    };
    return front.find(({ design }) => String(design).startsWith('base@'))!;
  };
  const own = async (...words: string[]): Promise<Fvp> => {
    expect(await paretou('estimate', 'example:story_standard', ...on, ...words, '--json')).toBe(0);
    return (JSON.parse(printed.out) as { readonly fvp: Fvp }).fvp;
  };
  const log = join(folder, 'run.log');
  writeFileSync(log, `NPU ACTIVE cycles: ${Math.round(1.3 * (await own()).cycles)}\n`);
  const file = join(folder, 'calibration.json');
  const calibrate = ['calibrate', `example:story_standard=${log}`, '--accelerator-config', 'ethos-u85-256'];
  expect(await paretou(...calibrate, '--output', file)).toBe(0);
  const seen = new Set<number>();
  for (const words of [[], ['--fvp-profile', 'u85-mid'], ['--calibration', file]]) {
    const expected = await own(...words);
    seen.add(expected.cycles);
    const sweep = ['sweep', 'example:story_standard', ...on, ...words, '--jobs', '1', '--quiet', '--json'];
    expect(await paretou(...sweep)).toBe(0);
    expect(figures()).toMatchObject({
      cycles_fvp: expected.cycles,
      cycles_fvp_low: expected.cycles_low,
      cycles_fvp_high: expected.cycles_high,
      inference_ms_fvp: expected.inference_ms_fvp,
    });
  }
  expect(seen.size).toBe(3);
});

test('several systems are ranked by FVP-like time, where it is known on all of them', async () => {
  const sweep = ['sweep', 'example:story_standard', '--output-dir', folder, '--jobs', '1'];
  const several = ['--accelerator-config', 'ethos-u55-128,ethos-u85-256'];
  expect(await paretou(...sweep, ...several)).toBe(0);
  expect(printed.out).toMatch(
    /^Best of 16 designs by inference_ms_fvp, sram_total_bytes, retained_energy:max;/,
  );
  expect(printed.err).toMatch(
    /note: designs are ranked by inference_ms_fvp, because compiler cycles of different systems/,
  );
  expect(await paretou(...sweep, ...several, '--objectives', 'cycles_total', '--json')).toBe(0);
  expect(printed.err).not.toMatch(/note: designs/);
  expect(JSON.parse(printed.out)).toMatchObject({ objectives: ['cycles_total'] });

  const refused = [...several, '--fvp-profile', 'u65'];
  expect(await paretou(...sweep, ...refused, '--json')).toBe(0);
  expect(printed.err).toMatch(
    /note: designs are ranked by cycles_total, though .* no FVP-like cycles on ethos-u55-128/,
  );
  const { notes, front } = JSON.parse(printed.out) as { notes: string[]; front: Record<string, unknown>[] };
  expect(notes.join()).toContain('there are no FVP-like cycles on ethos-u55-128');
  expect(front.find((row) => row['accelerator'] === 'ethos-u55-128') ?? { cycles_fvp: null }).toMatchObject({
    cycles_fvp: null,
  });
  expect(await paretou(...sweep, ...refused, '--objectives', 'inference_ms_fvp')).toBe(2);
  expect(printed.err).toMatch(
    /error: inference_ms_fvp cannot be an objective: there are no FVP-like cycles on ethos-u55-128, /,
  );

  const pick = [
    'pick',
    'example:glyphs',
    '--accept-retrain',
    ...several,
    '--output-dir',
    folder,
    '--jobs',
    '1',
  ];
  expect(await paretou(...pick)).toBe(0);
  expect(printed.out).toMatch(/least FVP-like time; of designs within 15 %/);
  expect(printed.out).toMatch(/undone alone, the network would take [\d.,]+ FVP-like µs more/);
  expect(printed.out).toMatch(
    /\nthe pick is by FVP-like time; cycles of single operators, [^\n]*\n\nWhat changes:/,
  );
});
