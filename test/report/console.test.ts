import { expect, test } from 'vitest';
import { consoleReport } from '../../src/report/console.js';
import { estimateJson } from '../../src/report/json.js';
import { estimateWith, layer } from './fixture.js';

test('the report names system, memories, traffic and MACs', () => {
  const report = consoleReport(estimateWith());
  expect(report).toMatch(/^Network summary for tiny\nAccelerator configuration +Ethos_U55_128\n/);
  for (const line of [
    /^Accelerator clock +500 MHz$/m,
    /^Design peak Off-chip Flash bandwidth +0\.47 GB\/s$/m,
    /^Total SRAM used +2\.00 KiB$/m,
    /^CPU operators +0 \(0\.0%\)$/m,
    /^NPU operators +2 \(100\.0%\)$/m,
    /^Neural network macs +64000 MACs\/batch$/m,
    /^Total cycles +4000 cycles\/batch$/m,
    /^Inference time +0\.008 ms$/m,
  ]) {
    expect(report).toMatch(line);
  }
  expect(report).not.toMatch(/DRAM|Weights Size|Tops|Note|Warning/);
});

test('more is shown on request', () => {
  const report = consoleReport(estimateWith(), { performance: true, weights: true, cycles: true });
  expect(report).toMatch(/^Original Operator +NNG Operator/);
  expect(report).toMatch(/^Original Weights Size +0\.56 KiB$/m);
  expect(report).toMatch(/^Total cycles +4000 cycles\/batch$/m);
  expect(report).toMatch(/^Batch Inference time {2}0\.01 ms, 125000\.00 inferences\/s \(batch size 1\)$/m);
});

const onCpu = (tfliteOperator: string, reason: string) =>
  layer({ tfliteOperator, operator: 'Passthrough' as never, target: 'CPU', reason, cycles: 0, macs: 0 });

test('CPU operators are counted by reason, with what to do about them', () => {
  const report = consoleReport(
    estimateWith({
      cpuOperators: 5,
      layers: [
        layer(),
        onCpu('RESIZE_BILINEAR', 'a resize factor of 4 is not a power of two up to 2'),
        onCpu('SignalRfft', 'not supported on any Ethos-U'),
        onCpu('ADD', 'an axis without a fixed size (tensor "a")'),
        onCpu('ADD', 'an axis without a fixed size (tensor "b")'),
        onCpu('FLOOR_MOD', 'not supported on any Ethos-U'),
      ],
    }),
  );
  expect(report).toContain(
    [
      'On the CPU: 5 operators; their time is not in the cycles:',
      '  2 x ADD: an axis without a fixed size',
      '    fix: convert with a fixed batch and fixed sizes instead of dynamic ones',
      '  1 x RESIZE_BILINEAR: a resize factor of 4 is not a power of two up to 2',
      '    fix: half_pixel_centers off, and a factor of 2, 4 or 8; with it only a factor of 2 runs on the NPU',
      '  1 x SignalRfft, 1 x FLOOR_MOD: not supported on any Ethos-U',
    ].join('\n'),
  );
});

test('a float network is told to be one, once, and has no rates', () => {
  const report = consoleReport(
    estimateWith({
      traits: { kind: 'float', integerWeights: false, dynamicBatch: true },
      layers: [onCpu('CONV_2D', 'float32 is not supported (tensor "a")')],
      cycles: 0,
      npuOperators: 0,
      cpuOperators: 1,
    }),
    { cycles: true },
  );
  expect(report.match(/quantise/g)).toHaveLength(1);
  expect(report).toMatch(/\nNote: float32 network; quantise it to int8\.\nNote: the batch is dynamic/);
  expect(report).toMatch(
    /\nOn the CPU: 1 operator; nothing runs on the NPU:\n {2}1 x CONV_2D: float32 is not supp/,
  );
  expect(report).not.toMatch(/NaN|Infinity/);
});

test('what fills the memory is told, with what would lower it', () => {
  const map = { shape: [1, 10, 10, 17], format: 'NHCWB16', paddingBytes: 1500 } as const;
  const peak = {
    bytes: 4000,
    layer: 1,
    contents: [
      { name: 'relu;bn', bytes: 3200, map },
      { name: 'weight buffer', bytes: 800 },
    ],
  };
  const report = consoleReport(estimateWith({ peak }));
  expect(report.replaceAll('\n', ' ')).toContain(
    'SRAM is fullest, 3.91 KiB, at operator 1, ADD add: it holds relu 10x10x17 (3.13 KiB), weight buffer (0.78 KiB).',
  );
  expect(report).toMatch(
    /relu has 17 channels and\stakes the place of 32; 16 channels would take 1\.56 KiB less\./,
  );
  expect(report).toMatch(/\nWhat may lower it: a lower resolution: .* optimising for size/);
  expect(consoleReport(estimateWith({ peak, optimise: 'Size' }))).not.toMatch(/optimising/);
});

test('predictions and a network that does not fit are said', () => {
  const estimate = estimateWith({ predictedWeights: true, arenaCacheSize: 2000 });
  const report = consoleReport(estimate);
  expect(report).toMatch(/Note: sizes of encoded weights.* are predictions/);
  expect(report).toMatch(
    /does not fit: it needs 2048 bytes of SRAM, 48 more than the arena limit of 2000 bytes/,
  );
  expect(estimateJson(estimate)).toMatchObject({ predicted_weights: true, arena_excess_bytes: 48 });
});

test('JSON holds the columns of both files as numbers', () => {
  const json = estimateJson(estimateWith({ cycles: 0 }));
  expect(json).toMatchObject({
    schema: 'paretou/estimate@1',
    accelerator: 'ethos-u55-128',
    summary: { core_clock: 500e6, inferences_per_second: null, nn_macs: 64000 },
    layers: [
      { 'Op Cycles': 1000, 'Network% (MAC)': 100, Name: 'conv', origin: 0, fused: false },
      { Name: 'add' },
    ],
  });
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
});
