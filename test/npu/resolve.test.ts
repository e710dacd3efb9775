import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfiguration } from '../../src/npu/configuration.js';
import { resolveSystem, type SystemRequest } from '../../src/npu/resolve.js';
import type { System } from '../../src/npu/system.js';

const SYSTEM = `[System_Config.Board]
core_clock=100e6
axi0_port=Sram
axi1_port=OffChipFlash
Sram_clock_scale=1.0
OffChipFlash_clock_scale=0.25
`;
const MODES = `[Memory_Mode.Shared]
const_mem_area=Axi1
arena_mem_area=Axi0
cache_mem_area=Axi0
[Memory_Mode.Only]
const_mem_area=Axi0
arena_mem_area=Axi0
cache_mem_area=Axi0
[Memory_Mode.Dedicated]
const_mem_area=Axi1
arena_mem_area=Axi1
cache_mem_area=Axi0
`;

function resolveText(text: string, request: Partial<SystemRequest> = {}): System {
  return resolveSystem({
    accelerator: 'ethos-u55-128',
    systemConfig: 'Board',
    memoryMode: 'Shared',
    configuration: parseConfiguration([{ file: 'board.ini', text }]),
    ...request,
  });
}

/** What resolving says, and its exit code. */
function refusal(text: string, request: Partial<SystemRequest> = {}): string {
  try {
    resolveText(text, request);
  } catch (error) {
    return `${String((error as { exitCode: number }).exitCode)} ${(error as Error).message}`;
  }
  throw new Error('resolved without an error');
}

test.each([
  // Origin: docs/model/systems.md#defaults and docs/model/systems.md#memory-modes.
  ['ethos-u55-256', 'Ethos_U55_High_End_Embedded', 'Shared_Sram', 2 ** 32],
  ['ethos-u65-512', 'Ethos_U65_Client_Server', 'Dedicated_Sram_384KB', 393216],
  ['ethos-u85-256', 'Ethos_U85_SYS_DRAM_Mid', 'Dedicated_Sram_384KB', 393216],
])('%s defaults to %s with %s', (accelerator, systemConfig, memoryMode, arenaCacheSize) => {
  expect(resolveSystem({ accelerator })).toMatchObject({
    accelerator,
    systemConfig,
    memoryMode,
    arenaCacheSize,
  });
});

test('Shared_Sram keeps constants in the second memory and the rest in SRAM', () => {
  const system = resolveSystem({ accelerator: 'ethos-u55-128' });
  expect(system.constants).toEqual({
    name: 'OffChipFlash',
    bytesPerCycle: 1,
    readLatency: 64,
    writeLatency: 0,
    burstLength: 128,
    portsUsed: 1,
    maxReads: 2,
    maxWrites: 1,
  });
  expect(system.featureMaps).toMatchObject({
    name: 'Sram',
    bytesPerCycle: 8,
    readLatency: 32,
    burstLength: 32,
  });
  expect(system.staging).toEqual(system.featureMaps);
  expect(system).toMatchObject({ spilling: false, constantsShownAs: 'OffChipFlash', coreClock: 500e6 });
});

test('Sram_Only keeps constants in SRAM and shows them as on-chip flash', () => {
  const system = resolveSystem({
    accelerator: 'ethos-u55-64',
    systemConfig: 'Ethos_U55_Deep_Embedded',
    memoryMode: 'Sram_Only',
  });
  expect(system).toMatchObject({
    constants: { name: 'Sram' },
    constantsShownAs: 'OnChipFlash',
    spilling: false,
  });
  // Origin: goldens of this system, e.g. ad01_int8.
  expect(system.bandwidths).toEqual({
    Sram: 1.4901161193847656,
    Dram: 1.4901161193847656,
    OnChipFlash: 1.4901161193847656,
    OffChipFlash: 0.09313225746154785,
  });
});

test('Dedicated_Sram stages from DRAM to SRAM', () => {
  const system = resolveSystem({
    accelerator: 'ethos-u65-256',
    systemConfig: 'Ethos_U65_High_End',
    memoryMode: 'Dedicated_Sram',
  });
  expect(system).toMatchObject({
    spilling: true,
    constants: { name: 'Dram', bytesPerCycle: 3.75 },
    featureMaps: { name: 'Dram' },
    staging: { name: 'Sram', bytesPerCycle: 16 },
    arenaCacheSize: 2 ** 40,
  });
  expect(system.bandwidths.Dram).toBe(3.4924596548080444); // origin: goldens of this system
});

test('the width of a port follows the name of the system in estimates, the accelerator in reports', () => {
  const text = SYSTEM.replaceAll('Board', 'Ethos_U55_Board') + MODES;
  const named = resolveText(text, { systemConfig: 'Ethos_U55_Board', accelerator: 'ethos-u65-256' });
  expect(named.featureMaps.bytesPerCycle).toBe(8);
  expect(named.bandwidths.Sram).toBe((16 * 100e6) / 2 ** 30);
  expect(resolveText(SYSTEM + MODES).featureMaps.bytesPerCycle).toBe(16);
});

test('keys that are absent have the defaults of the core', () => {
  expect(resolveText(SYSTEM + MODES).constants).toEqual({
    name: 'OffChipFlash',
    bytesPerCycle: 4,
    readLatency: 1,
    writeLatency: 1,
    burstLength: 64,
    portsUsed: 1,
    maxReads: 1,
    maxWrites: 1,
  });
});

test('the command line overrides the arena size of the file, within the address range', () => {
  const text = `${SYSTEM}${MODES}[Memory_Mode.Small]\ninherit=Memory_Mode.Shared\narena_cache_size=4096\n`;
  expect(resolveText(text, { memoryMode: 'Small' }).arenaCacheSize).toBe(4096);
  expect(resolveText(text, { memoryMode: 'Small', arenaCacheSize: 8192 }).arenaCacheSize).toBe(8192);
  expect(refusal(text, { arenaCacheSize: 2 ** 33 })).toMatch(/^2 .*from 0 to 4294967296 for ethos-u55-128/);
  expect(refusal(text, { arenaCacheSize: -1 })).toMatch(/^2 the arena cache size is -1/);
  expect(refusal(text.replace('4096', '5000000000'), { memoryMode: 'Small' })).toMatch(
    /^3 board.ini:\d+: arena_cache_size/,
  );
});

test('an inherited section may stand in another file; a later file overrides, key by key', () => {
  const configuration = parseConfiguration([
    { file: 'board.ini', text: SYSTEM + MODES },
    {
      file: 'more.ini',
      text: '[System_Config.Fast]\ninherit=System_Config.Board\ncore_clock=400e6\n[System_Config.Board]\nSram_clock_scale=0.5\n',
    },
  ]);
  const request = { accelerator: 'ethos-u55-128', memoryMode: 'Shared', configuration };
  expect(resolveSystem({ ...request, systemConfig: 'Fast' })).toMatchObject({
    coreClock: 400e6,
    featureMaps: { bytesPerCycle: 16 },
  });
  expect(resolveSystem({ ...request, systemConfig: 'Board' })).toMatchObject({
    coreClock: 100e6,
    featureMaps: { bytesPerCycle: 8 },
    constants: { bytesPerCycle: 4 },
  });
});

test('own keys above an inherit line count for the clock, but not for estimates', () => {
  const warnings: string[] = [];
  const system = resolveText(
    `${SYSTEM}${MODES}[System_Config.Fast]\ncore_clock=400e6\nSram_clock_scale=0.5\ninherit=System_Config.Board\n`,
    { systemConfig: 'Fast', onWarning: (message) => warnings.push(message) },
  );
  expect(system).toMatchObject({ coreClock: 400e6, featureMaps: { bytesPerCycle: 16 } });
  expect(system.bandwidths.Sram).toBe((8 * 0.5 * 400e6) / 2 ** 30);
  expect(warnings).toEqual([
    expect.stringMatching(/^board\.ini:\d+: the keys of \[System_Config\.Fast\] above/),
  ]);
});

test.each([
  [
    'an unknown system',
    SYSTEM + MODES,
    { systemConfig: 'Bord' },
    /^3 board\.ini: there is no section \[System_Config\.Bord\].*did you mean Board\?$/,
  ],
  [
    'an unknown mode',
    SYSTEM + MODES,
    { memoryMode: 'Shard' },
    /^3 .*\[Memory_Mode\.Shard\].*did you mean Shared\?$/,
  ],
  [
    'a system that must be named',
    SYSTEM + MODES,
    { systemConfig: undefined },
    /^2 with a configuration file, a system configuration is needed/,
  ],
  [
    'a mode that must be named',
    SYSTEM + MODES,
    { memoryMode: undefined },
    /^2 with a configuration file, a memory mode is needed/,
  ],
  [
    'feature maps in flash',
    SYSTEM + MODES,
    { memoryMode: 'Dedicated' },
    /^3 board\.ini: \[Memory_Mode\.Dedicated\] puts feature maps on Axi1 .*OffChipFlash.*Sram or Dram/,
  ],
  [
    'constants in an SRAM of their own',
    SYSTEM.replace('axi1_port=OffChipFlash', 'axi1_port=Sram') + MODES,
    {},
    /^3 .*puts constants on Axi1 .*which is Sram/,
  ],
  [
    'staging outside of SRAM',
    SYSTEM.replace('axi0_port=Sram', 'axi0_port=Dram') + MODES,
    {},
    /^3 .*puts staging buffers on Axi0 .*which is Dram/,
  ],
  [
    'an unknown memory',
    SYSTEM.replace('axi1_port=OffChipFlash', 'axi1_port=OffChpFlash') + MODES,
    {},
    /^3 board\.ini:4: axi1_port .*"OffChpFlash".*did you mean OffChipFlash\?/,
  ],
  [
    'an unknown port',
    SYSTEM + MODES.replace('Axi1', 'Axi2'),
    {},
    /^3 board\.ini:8: const_mem_area .*"Axi2".*Axi0, Axi1/,
  ],
  [
    'a number that is none',
    SYSTEM.replace('0.25', 'fast') + MODES,
    {},
    /^3 board\.ini:6: OffChipFlash_clock_scale .*"fast", expected a number/,
  ],
  [
    'a comment behind a value',
    SYSTEM.replace('100e6', '100e6 ; slow') + MODES,
    {},
    /^3 board\.ini:2: core_clock .*separate line/,
  ],
  [
    'a fraction of bytes',
    SYSTEM + 'Sram_burst_length=1.5\n' + MODES,
    {},
    /^3 board\.ini:7: Sram_burst_length .*whole number/,
  ],
  ['a clock of zero', SYSTEM.replace('100e6', '0') + MODES, {}, /^3 board\.ini:2: core_clock .*above 0/],
  [
    'a memory that no key describes',
    SYSTEM.replace('Sram_clock', 'sram_clock') + MODES,
    {},
    /^3 board\.ini:3: axi0_port .*write Sram_clock_scale instead of sram_clock_scale/,
  ],
  [
    'a section that inherits from itself',
    SYSTEM + MODES + '[Memory_Mode.Me]\ninherit=Memory_Mode.Me\n',
    { memoryMode: 'Me' },
    /^3 board\.ini:\d+: \[Memory_Mode\.Me\] inherits from itself/,
  ],
  [
    'a circle',
    SYSTEM + MODES + '[Memory_Mode.A]\ninherit=Memory_Mode.B\n[Memory_Mode.B]\ninherit=Memory_Mode.A\n',
    { memoryMode: 'A' },
    /^3 board\.ini:\d+: \[Memory_Mode\.B\] inherits from \[Memory_Mode\.A\], which/,
  ],
  [
    'a parent that is absent',
    SYSTEM + MODES + '[Memory_Mode.A]\ninherit=Memory_Mode.Shred\n',
    { memoryMode: 'A' },
    /^3 .*\[Memory_Mode\.Shred\], which is in none.*did you mean Memory_Mode\.Shared\?/,
  ],
  [
    'a parent that stands below',
    SYSTEM + '[Memory_Mode.A]\ninherit=Memory_Mode.Shared\n' + MODES,
    { memoryMode: 'A' },
    /^3 \[Memory_Mode\.A\] has no const_mem_area/,
  ],
] as const)('%s gets one sentence', (_, text, request, sentence) => {
  expect(refusal(text, request)).toMatch(sentence);
  expect(refusal(text, request)).not.toContain('\n');
});

test.each([
  ['a line before any section', 'core_clock=1\n', /^board\.ini:1: "core_clock=1" stands before any section/],
  ['a line that is no entry', '[A]\nnonsense\n', /^board\.ini:2: "nonsense" in \[A\]/],
  ['a repeated section', '[A]\n[A]\n', /^board\.ini:2: section \[A\] already stands in line 1/],
  ['a repeated key', '[A]\nx=1\nX=2\n', /^board\.ini:3: key X of \[A\] already stands in line 2/],
  ['a continued value', '[A]\nx=1\n  2\n', /^board\.ini:3: .*indented deeper/],
])('%s is refused with its line', (_, text, sentence) => {
  expect(() => parseConfiguration([{ file: 'board.ini', text }])).toThrow(sentence);
});

test('misspelt keys are pointed out', () => {
  const { warnings } = parseConfiguration([{ file: 'board.ini', text: `${SYSTEM}Sram_clock_scal=1\n` }]);
  expect(warnings).toEqual([
    'board.ini:7: key Sram_clock_scal of [System_Config.Board] is not known; did you mean Sram_clock_scale?',
  ]);
});

test('files are named .ini, exist and are text; the name of the reference file means the shipped ones', () => {
  const request = {
    accelerator: 'ethos-u55-64',
    systemConfig: 'Ethos_U55_Deep_Embedded',
    memoryMode: 'Sram_Only',
  };
  expect(() => resolveSystem({ ...request, configFiles: ['board.txt'] })).toThrow(
    /"board\.txt" must .* end.* in \.ini/,
  );
  expect(() => resolveSystem({ ...request, configFiles: ['./absent.ini'] })).toThrow(
    /^\.\/absent\.ini: .* does not exist/,
  );
  expect(resolveSystem({ ...request, configFiles: ['Arm/vela.ini'] })).toEqual(resolveSystem(request));
});

test('any text is either read or refused with an input error', () => {
  const line = fc.constantFrom(
    ...(SYSTEM + MODES).split('\n'),
    '[x',
    'inherit=Memory_Mode.Shared',
    'inherit=System_Config.Board',
    '=',
    '%',
    '  a',
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      try {
        resolveText(lines.join('\n'));
      } catch (error) {
        expect(error).toMatchObject({ name: 'ParetouError', exitCode: 3 });
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});
