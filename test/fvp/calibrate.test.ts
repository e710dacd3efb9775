import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ParetouError } from '../../src/errors.js';
import { readCalibration } from '../../src/fvp/calibrate/calibration.js';
import { NO_FACTORS, type Factors } from '../../src/fvp/calibrate/factors.js';
import { fit, networkFactor, predicted, type Measured } from '../../src/fvp/calibrate/fit.js';
import { readLog } from '../../src/fvp/calibrate/logs.js';
import { isTable, readTable } from '../../src/fvp/calibrate/table.js';
import { measurable } from '../../src/fvp/fvp.js';
import type { AcceleratorName } from '../../src/npu/accelerator-names.js';
import { evaluated, systemOf } from './fixture.js';

/** A log that the model itself made with those factors. */
function logOf(name: string, accelerator: AcceleratorName, factors: Factors): Measured {
  const u55 = accelerator.includes('u55');
  const system = systemOf({
    accelerator,
    systemConfig: u55 ? 'Ethos_U55_High_End_Embedded' : 'Ethos_U85_SYS_DRAM_Mid',
    memoryMode: u55 ? 'Shared_Sram' : 'Dedicated_Sram_384KB',
  });
  const parts = measurable(evaluated(name, system));
  if ('refused' in parts) throw new Error(parts.refused);
  const log = { accelerator, memory: parts.timing.memory, layers: parts.layers, cycles: 1 };
  return { ...log, cycles: Math.round(predicted(log, factors)) };
}

const latency = (factor: number): Factors => ({ ...NO_FACTORS, latency: factor });

test.each([2, 0.5, 3])('one log of a memory with %d times the latency gives it back', (factor) => {
  const found = fit([logOf('story_standard', 'ethos-u85-512', latency(factor))]);
  expect(found.kept).toBeUndefined();
  expect(Math.abs(found.factors.latency / factor - 1)).toBeLessThan(0.05);
  expect(found.factors).toMatchObject({ cyclesPerBrick: 1, layerLatencies: 1 });
});

test('three logs agree with one, and the cycles of SRAM stay where nothing speaks against them', () => {
  const logs = ['story_standard', 'story_separable_linear', 'story_separable_relu'].map((name) =>
    logOf(name, 'ethos-u85-256', latency(2)),
  );
  const { factors } = fit(logs);
  expect(Math.abs(factors.latency / 2 - 1)).toBeLessThan(0.05);
  expect(Math.abs(factors.cyclesPerBrick - 1)).toBeLessThan(0.05);
});

test('nothing is fitted where nothing is to be explained', () => {
  expect(fit([logOf('story_standard', 'ethos-u85-512', latency(1.05))]).kept).toBe('nothing to explain');
  const bound = logOf('story_standard', 'ethos-u55-128', NO_FACTORS);
  expect(fit([{ ...bound, cycles: bound.cycles * 2 }]).kept).toBe('nothing to explain');
  // Two logs that pull apart: no latency halves the errors of both.
  const log = logOf('story_standard', 'ethos-u85-512', NO_FACTORS);
  expect(
    fit([
      { ...log, cycles: log.cycles * 2 },
      { ...log, cycles: log.cycles / 2 },
    ]).kept,
  ).toBe('no better');
});

test('the factor of a network is the root of what its logs are off', () => {
  const log = logOf('story_standard', 'ethos-u55-128', NO_FACTORS);
  expect(networkFactor([{ ...log, cycles: log.cycles * 1.21 }], NO_FACTORS)).toBeCloseTo(1.1, 4);
});

const KIT = `INFO - Profile for Inference:
INFO - NPU AXI0_RD_DATA_BEAT_RECEIVED beats: 40210
INFO - NPU ACTIVE cycles: 98304
INFO - NPU IDLE cycles: 812
INFO - NPU TOTAL cycles: 99116
`;
const OLDER = 'npu total: 1,234,567 cycles\r\n';
const PMU = `I [runner.cpp:77] Ethos-U PMU report:
I [runner.cpp:78] ethosu_pmu_cycle_cntr : 412345 (206172.50 per inference)
I [runner.cpp:80] ethosu_pmu_cntr0 : 5120
`;
const SEVERAL =
  'Number of inferences : 4\nethosu_pmu_cycle_cntr : % 400000 cycles\nethos-u : cycle_cnt : 9 cycles\n';
const TABLE = 'Model,accelerator,cycles,memory_mode,own\n"a, b",ethos-u55-128,12345,Shared_Sram,x\n';

// Origin: the formats of the model's text, with invented figures.
test('logs of the kit, of the performance monitor, and bare numbers', () => {
  const cycles = (text: string): number => readLog(text, { file: 'x.log' }).cycles;
  expect(cycles(KIT)).toBe(98304);
  expect(cycles(KIT + KIT.replaceAll('98304', '90000').replaceAll('99116', '90812'))).toBe(90000);
  expect(cycles(OLDER)).toBe(1234567);
  expect(cycles(PMU)).toBe(206172.5);
  expect(cycles(SEVERAL)).toBe(100000);
  expect(cycles(' 123456\n')).toBe(123456);
  expect(readLog(KIT.replace('99116', '120000'), { file: 'x.log' }).warnings).toEqual([
    'x.log:3: NPU TOTAL is not the sum of ACTIVE and IDLE',
  ]);
  expect(isTable(TABLE)).toBe(true);
  expect(readTable(TABLE, 'x.csv')).toEqual([
    {
      line: 2,
      model: 'a, b',
      accelerator: 'ethos-u55-128',
      cycles: 12345,
      systemConfig: undefined,
      memoryMode: 'Shared_Sram',
    },
  ]);
});

test.each([
  ['hello\n', /^x\.log: no count of NPU cycles found, expected/],
  ['ethos-u : cycle_cnt : 91234 cycles\n', /cycles of the CPU, expected those of the NPU/],
  ['NPU TOTAL cycles: 0\n', /^x\.log:1: the count of cycles is not a whole number above 0/],
  ['NPU TOTAL cycles: 1.5.2\n', /^x\.log:1: the count of NPU TOTAL is not a whole number/],
  ['\nNPU TOTAL cycles: 2999\n', /^x\.log:2: 2999 cycles are too few/],
  [
    'num_macs=512\nNPU TOTAL cycles: 29990\n',
    /^x\.log:1: the log is of an accelerator with 512 MACs per cycle, expected 256/,
  ],
  [KIT + PMU, /counters of two kinds/],
])('%j is refused', (text, message) => {
  expect(() => readLog(text, { file: 'x.log', macs: 256 })).toThrow(message);
});

const CALIBRATION = JSON.stringify({
  schema: 'paretou/calibration@1',
  tool_version: '1',
  date: '2026-01-01',
  memories: [{ sramLatency: 32, readLatency: 500, writeLatency: 250, bytesPerCycle: 12, reads: null }],
  factors: { latency: 2, cyclesPerBrick: 1, layerLatencies: 1 },
  networks: [{ network: 'n', sha256: 'a'.repeat(64), family: 'u85', factor: 1.1 }],
  logs: [
    {
      log: 'x.log',
      sha256: 'b'.repeat(64),
      model_sha256: 'a'.repeat(64),
      accelerator: 'ethos-u85-512',
      system_config: 's',
      memory_mode: 'm',
      profile: 'u85-mid',
      cycles: 50000,
      before: 40000,
      after: 49000,
    },
  ],
  bar: null,
});

test('1,000 mutated logs, tables and calibrations: a result, or one sentence that names the file', () => {
  const READERS = [
    ...[KIT, OLDER, PMU, SEVERAL].map(
      (text) => [text, (mutated: string) => readLog(mutated, { file: 'x.log', macs: 256 }).cycles] as const,
    ),
    [TABLE, (mutated: string) => readTable(mutated, 'x.log').length] as const,
    [CALIBRATION, (mutated: string) => readCalibration(mutated, 'x.log').factors.latency] as const,
  ];
  expect(readCalibration(CALIBRATION, 'x.log').factors.latency).toBe(2);
  let refused = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...READERS),
      fc.array(fc.tuple(fc.nat({ max: 2000 }), fc.nat({ max: 12 }), fc.string({ maxLength: 6 })), {
        minLength: 1,
        maxLength: 6,
      }),
      ([text, read], edits) => {
        let mutated = text;
        for (const [at, length, by] of edits) {
          const from = at % (mutated.length + 1);
          mutated = mutated.slice(0, from) + by + mutated.slice(from + length);
        }
        try {
          expect(read(mutated)).toBeGreaterThanOrEqual(0);
        } catch (error) {
          if (!(error instanceof ParetouError)) throw error;
          expect(error.kind).toBe('input');
          expect(error.message).toMatch(/^x\.log[^\n]*$/);
          refused++;
        }
      },
    ),
    { seed: 13, numRuns: 1000 },
  );
  expect(refused).toBeGreaterThan(100);
  expect(refused).toBeLessThan(990);
});
