import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addSystemOptions, optimiseOf, systemsOf, type SystemOptions } from '../../src/cli/options.js';

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
  expect(() => systems('--config', 'Arm/vela.ini')).toThrow(/--system-config is needed/);
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
