import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  addCommonOptions,
  addSystemOptions,
  optimiseOf,
  systemsOf,
  type SystemOptions,
} from '../../src/cli/options.js';

const parse = (...argv: string[]): SystemOptions =>
  addSystemOptions(new Command()).exitOverride().parse(argv, { from: 'user' }).opts();

const systems = (...argv: string[]) => systemsOf(parse(...argv), () => undefined);

test('omitted options mean the defaults of the reference compiler', () => {
  expect(optimiseOf(parse())).toBe('Performance');
  expect(systems()).toMatchObject([
    { accelerator: 'ethos-u55-256', systemConfig: 'Ethos_U55_High_End_Embedded', memoryMode: 'Shared_Sram' },
  ]);
});

test('each accelerator of a list has a system', () => {
  expect(
    systems('--accelerator-config', 'ethos-u55-32,u65').map((s) => [s.accelerator, s.memoryMode]),
  ).toEqual([
    ['ethos-u55-32', 'Shared_Sram'],
    ['ethos-u65-256', 'Dedicated_Sram_384KB'],
    ['ethos-u65-512', 'Dedicated_Sram_384KB'],
  ]);
});

test('both spellings of the goal are known', () => {
  expect(optimiseOf(parse('--optimise', 'Size'))).toBe('Size');
  expect(optimiseOf(parse('--optimize', 'Size'))).toBe('Size');
});

test('the arena size is in bytes', () => {
  expect(systems('--arena-cache-size', '65536')).toMatchObject([{ arenaCacheSize: 65536 }]);
});

test('configuration files ask for both names', () => {
  expect(() => systems('--config', 'Arm/vela.ini')).toThrow(/system configuration is needed/);
  expect(
    systems(
      '--config',
      'Arm/vela.ini',
      '--system-config',
      'Ethos_U55_Deep_Embedded',
      '--memory-mode',
      'Sram_Only',
    ),
  ).toMatchObject([{ coreClock: 200e6, constantsShownAs: 'OnChipFlash' }]);
});

test('system configurations and memory modes may be lists', () => {
  const names = (...argv: string[]): string[] =>
    systems(...argv).map((s) => `${s.accelerator} ${s.systemConfig} ${s.memoryMode}`);
  expect(
    names('--accelerator-config', 'ethos-u55-32,ethos-u55-64', '--memory-mode', 'Sram_Only,Shared_Sram'),
  ).toEqual([
    'ethos-u55-32 Ethos_U55_High_End_Embedded Sram_Only',
    'ethos-u55-32 Ethos_U55_High_End_Embedded Shared_Sram',
    'ethos-u55-64 Ethos_U55_High_End_Embedded Sram_Only',
    'ethos-u55-64 Ethos_U55_High_End_Embedded Shared_Sram',
  ]);
  const all = names(
    '--accelerator-config',
    'ethos-u65-256',
    '--system-config',
    'all',
    '--memory-mode',
    'all',
  );
  expect(all).toHaveLength(20);
  expect(all.every((name) => name.includes(' Ethos_U65_'))).toBe(true);
  expect(() => names('--memory-mode', 'Shared_Sram,Shared_Sran')).toThrow(/Shared_Sran/);
  expect(() => names('--memory-mode', 'Shared_Sram,,')).toThrow(/expected names separated by commas/);
});

describe('options of the reference compiler', () => {
  let err = '';
  const given = (...argv: string[]): Promise<Command> => {
    err = '';
    const command = addSystemOptions(new Command()).option('--verbose-performance').exitOverride();
    addCommonOptions(command).action(() => undefined);
    return command.parseAsync(argv, { from: 'user' });
  };
  beforeEach(() => {
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  });
  afterEach(() => void vi.restoreAllMocks());

  test('that change no figure are ignored with a note', async () => {
    await given(
      '--timing',
      '--recursion-limit',
      '2000',
      '--tensor-allocator',
      'Greedy',
      '--verbose-schedule',
    );
    expect(err).toMatch(/^note: .*--timing.*: no figure depends on them; ignored\n$/);
    await given('--timing', '--quiet');
    expect(err).toBe('');
    await given();
    expect(err).toBe('');
  });

  test.each([
    ['--tensor-allocator', 'LinearAlloc'],
    ['--cpu-tensor-alignment', '64'],
    ['--output-format', 'raw'],
    ['--separate-io-regions'],
    ['--disable-cascading'],
    ['--disable-buffering'],
    ['--disable-ifm-reuse'],
    ['--disable-chaining'],
    ['--ignore-ops', 'CONV_2D'],
    ['--debug-force-legacy-core'],
  ])('that change figures are refused: %s %s', async (...argv) => {
    await expect(given(...argv)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(new RegExp(`^${argv[0]} .*reproduced here; leave it out$`)) as string,
    });
  });
});
