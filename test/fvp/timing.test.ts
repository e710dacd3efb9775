import { expect, test } from 'vitest';
import { barOf, isTie, layerBar } from '../../src/fvp/bars.js';
import { fvpEstimate } from '../../src/fvp/fvp.js';
import { parametersOf } from '../../src/fvp/parameters.js';
import { PROFILES } from '../../src/fvp/profiles.js';
import { timingOf } from '../../src/fvp/timing.js';
import type { SystemRequest } from '../../src/npu/resolve.js';
import { evaluated, figuresOf, systemOf } from './fixture.js';

/** A system with other values than the shipped one that it inherits from. */
const custom = (accelerator: string, base: string, keys: string, memoryMode = 'Dedicated_Sram_384KB') =>
  timingOf(
    systemOf(
      { accelerator, systemConfig: 'Ethos_Own', memoryMode },
      `[System_Config.Ethos_Own]\ninherit=System_Config.${base}\n${keys}\n`,
    ),
  );

test.each([
  ['ethos-u55-128', undefined, undefined, 'u55', 'measured'],
  ['ethos-u55-128', undefined, 'Sram_Only', 'u55', 'far'],
  ['ethos-u55-256', 'Ethos_U55_Deep_Embedded', undefined, 'custom', 'far'],
  ['ethos-u65-256', 'Ethos_U65_High_End', undefined, 'u65', 'measured'],
  ['ethos-u65-256', 'Ethos_U65_High_End', 'Dedicated_Sram_512KB', 'u65', 'near'],
  ['ethos-u65-256', 'Ethos_U65_High_End', 'Shared_Sram', 'u65', 'far'],
  ['ethos-u65-512', undefined, undefined, 'custom', 'far'],
  ['ethos-u85-128', undefined, undefined, 'u85-low', 'measured'],
  ['ethos-u85-256', 'Ethos_U85_SYS_DRAM_High', 'Sram_Only', 'u85-low', 'measured'],
  ['ethos-u85-512', undefined, 'Shared_Sram', 'u85-mid', 'measured'],
  ['ethos-u85-512', 'Ethos_U85_SYS_DRAM_Low', undefined, 'u85-mid', 'measured'],
  ['ethos-u85-1024', 'Ethos_U85_SYS_DRAM_Mid_1024', 'Dedicated_Sram', 'u85-mid', 'near'],
  ['ethos-u85-2048', 'Ethos_U85_SYS_Flash_High', 'Shared_Sram', 'custom', 'far'],
] as const)('%s, %s, %s: profile %s, %s', (accelerator, systemConfig, memoryMode, profile, known) => {
  const usual = {
    u55: 'Ethos_U55_High_End_Embedded',
    u65: 'Ethos_U65_Client_Server',
    u85: 'Ethos_U85_SYS_DRAM_Mid',
  };
  const family = accelerator.slice(6, 9) as keyof typeof usual;
  const mode = family === 'u55' ? 'Shared_Sram' : 'Dedicated_Sram_384KB';
  const request: SystemRequest = {
    accelerator,
    systemConfig: systemConfig ?? usual[family],
    memoryMode: memoryMode ?? mode,
  };
  const timing = timingOf(systemOf(request));
  expect(timing).toMatchObject({ profile, class: known });
  expect('why' in timing && timing.why.length > 0).toBe(known !== 'measured');
});

test('a system of the user’s own: near where its values are, else far, and what it does not state is taken as usual', () => {
  const mid = (keys: string, accelerator = 'ethos-u85-512') =>
    custom(accelerator, 'Ethos_U85_SYS_DRAM_Mid', keys);
  expect(mid('Dram_read_latency=400')).toMatchObject({
    profile: 'custom',
    class: 'near',
    memory: { readLatency: 400, bytesPerCycle: 12, reads: Infinity },
  });
  expect(mid('Dram_read_latency=200')).toMatchObject({ class: 'far', why: [/200 is far from the 500/] });
  expect(mid('Dram_max_reads=3')).toMatchObject({ class: 'far', memory: { reads: 3 } });
  expect(mid('Dram_max_reads=1')).toMatchObject({ class: 'far', memory: { reads: 1 } });
  expect(mid('Dram_max_reads=8\nDram_ports_used=2')).toMatchObject({ memory: { reads: 16 } });
  expect(mid('Sram_read_latency=65')).toMatchObject({ class: 'far' });
  expect(mid('Dram_clock_scale=0.25')).toMatchObject({ class: 'far', memory: { bytesPerCycle: 4 } });
  const bare = `[System_Config.Bare]
axi0_port=Sram
axi1_port=Dram
Sram_clock_scale=1
Sram_read_latency=32
Dram_clock_scale=0.75
Dram_read_latency=500
Dram_write_latency=250
`;
  const request = { accelerator: 'ethos-u85-512', systemConfig: 'Bare', memoryMode: 'Dedicated_Sram_384KB' };
  expect(timingOf(systemOf(request, bare))).toMatchObject({ class: 'near', memory: { reads: 24 } });
  expect(timingOf(systemOf(request, `${bare}Dram_max_reads=1\n`))).toMatchObject({ memory: { reads: 1 } });
});

test('no figure far outside of what was measured, and the reason', () => {
  const mid = (keys: string) => custom('ethos-u85-512', 'Ethos_U85_SYS_DRAM_Mid', keys);
  expect(mid('Dram_read_latency=2001')).toEqual({ refused: expect.stringMatching(/2001 cycles/) as unknown });
  expect(mid('Sram_read_latency=129')).toEqual({
    refused: expect.stringMatching(/SRAM answers after 129/) as unknown,
  });
  expect(mid('Sram_clock_scale=0.4\nSram_ports_used=1')).toEqual({
    refused: expect.stringMatching(/SRAM gives 6.4/) as unknown,
  });
  const fast = `[System_Config.Ethos_U55_Fast]
inherit=System_Config.Ethos_U55_High_End_Embedded
OffChipFlash_clock_scale=0.25
`;
  const request = { accelerator: 'ethos-u55-128', systemConfig: 'Ethos_U55_Fast', memoryMode: 'Shared_Sram' };
  expect(timingOf(systemOf(request, fast))).toEqual({
    refused: expect.stringMatching(/^the second memory gives 2/) as unknown,
  });
});

test('no figure where the reference compiler stops, or where nothing runs on the NPU', () => {
  const request = { accelerator: 'ethos-u85-256', systemConfig: 'Ethos_U85_SYS_DRAM_Low' };
  const evaluation = evaluated(
    'story_standard',
    systemOf({ ...request, memoryMode: 'Dedicated_Sram_384KB' }),
  );
  const overfull = { ...evaluation, memory: { ...evaluation.memory, staging: 400_000 } };
  expect(fvpEstimate(overfull)).toEqual({ refused: expect.stringMatching(/does not fit/) as unknown });
  const idle = { ...evaluation, program: { ...evaluation.program, ops: [] } };
  expect(fvpEstimate(idle)).toEqual({ refused: 'nothing runs on the NPU' });
});

test('a profile that the user names wins; it counts as measured only on its accelerators', () => {
  const system = (accelerator: string) =>
    systemOf({ accelerator, systemConfig: 'Ethos_U85_SYS_DRAM_Low', memoryMode: 'Dedicated_Sram_384KB' });
  expect(timingOf(system('ethos-u85-256'), 'u85-low')).toMatchObject({
    profile: 'u85-low',
    class: 'measured',
  });
  expect(timingOf(system('ethos-u85-256'), 'u85-mid')).toMatchObject({ profile: 'u85-mid', class: 'near' });
  expect(timingOf(system('ethos-u85-256'), 'u55')).toMatchObject({ profile: 'u55', class: 'far' });
});

// Origin: the model's text.
test('bytes per cycle that the reads in flight let through', () => {
  const rate = (accelerator: Parameters<typeof parametersOf>[0], profile: keyof typeof PROFILES) =>
    parametersOf(accelerator, PROFILES[profile]).readRate;
  expect(rate('ethos-u55-64', 'u55')).toBe(1);
  expect(rate('ethos-u65-512', 'u65')).toBe(3.7504);
  expect([128, 256].map((size) => rate(`ethos-u85-${size}`, 'u85-low'))).toEqual([6.144, 6.144]);
  expect([512, 1024, 2048].map((size) => rate(`ethos-u85-${size}`, 'u85-mid'))).toEqual([6.144, 9.984, 12]);
});

test('bars widen with the class, and by a step of the counter where few cycles are', () => {
  expect(barOf(100_000, 'u85', 'measured').high).toBeCloseTo(110_800, 6);
  expect(barOf(100_000, 'u85', 'near').low).toBeCloseTo(100_000 / 1.162, 6);
  expect(barOf(100_000, 'u55', 'far').high).toBeCloseTo(113_500, 6);
  expect(barOf(10_000, 'u65', 'measured').high).toBeCloseTo(12_470, 6);
  expect(barOf(500, 'u65', 'measured').low).toBe(0);
  expect([128, 256, 512].map((size) => layerBar(`ethos-u85-${size}`, 'u85'))).toEqual([0.15, 0.15, 0.25]);
  expect(layerBar('ethos-u55-128', 'u55')).toBeUndefined();
});

test('totals within 15 % are tied', () => {
  expect([isTie(100, 114.9), isTie(114.9, 100), isTie(100, 115), isTie(7, 7)]).toEqual([
    true,
    true,
    false,
    true,
  ]);
});

test('a total that is mostly extrapolated is far from what was measured', () => {
  const request = { systemConfig: 'Ethos_U65_High_End', memoryMode: 'Dedicated_Sram_384KB' };
  const figures = figuresOf('story_separable_linear', systemOf({ accelerator: 'ethos-u65-512', ...request }));
  expect(figures.class).toBe('far');
  expect(figures.why).toEqual(['71% of the cycles are in layers unlike any that was measured']);
  expect(figures.layers.map((layer) => layer?.extrapolated !== undefined)).toEqual([
    false,
    false,
    false,
    true,
  ]);
  expect(figures.layers[3]!.boundBy).toBe('external_writes');
  expect(figures.high - figures.cycles).toBeCloseTo(figures.cycles * 0.147 * 2.5, -2);
});
