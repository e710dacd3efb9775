import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../src/npu/configuration.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import { sharedDir } from '../shared.js';

const MODES = [
  'Sram_Only',
  'Shared_Sram',
  'Dedicated_Sram',
  'Dedicated_Sram_256KB',
  'Dedicated_Sram_384KB',
  'Dedicated_Sram_512KB',
];
const SYSTEMS = [
  'Ethos_U55_Deep_Embedded',
  'Ethos_U55_High_End_Embedded',
  'Ethos_U65_Embedded',
  'Ethos_U65_Mid_End',
  'Ethos_U65_High_End',
  'Ethos_U65_Client_Server',
  'Ethos_U85_SYS_Flash_Low',
  'Ethos_U85_SYS_Flash_High',
  'Ethos_U85_SYS_DRAM_Low',
  'Ethos_U85_SYS_DRAM_Mid',
  'Ethos_U85_SYS_DRAM_High',
];

test('the shipped files hold the standard systems and modes and give no warning', () => {
  const { frontEnd, warnings } = loadConfiguration();
  expect(warnings).toEqual([]);
  expect([...frontEnd.keys()]).toEqual([
    ...SYSTEMS.map((name) => `System_Config.${name}`),
    ...MODES.map((name) => `Memory_Mode.${name}`),
  ]);
});

test.skipIf(sharedDir === undefined)('the shipped files say the same as the reference file', () => {
  const configFiles = [join(sharedDir!, 'reference', 'vela.ini')];
  const outcome = (
    files: readonly string[] | undefined,
    systemConfig: string,
    memoryMode: string,
  ): unknown => {
    try {
      const accelerator = `ethos-${systemConfig.slice(6, 9).toLowerCase()}-256`;
      return resolveSystem({ accelerator, configFiles: files, systemConfig, memoryMode });
    } catch (error) {
      return (error as Error).message.replace(/^.*?: /, '');
    }
  };
  for (const system of SYSTEMS) {
    for (const mode of MODES) {
      expect(outcome(undefined, system, mode)).toEqual(outcome(configFiles, system, mode));
    }
  }
});
