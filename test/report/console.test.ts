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
  ]) {
    expect(report).toMatch(line);
  }
  expect(report).not.toMatch(/DRAM|Weights Size|Total cycles|Note|Warning/);
});

test('more is shown on request', () => {
  const report = consoleReport(estimateWith(), { performance: true, weights: true, cycles: true });
  expect(report).toMatch(/^Original Operator +NNG Operator/);
  expect(report).toMatch(/^Original Weights Size +0\.56 KiB$/m);
  expect(report).toMatch(/^Total cycles +4000 cycles\/batch$/m);
  expect(report).toMatch(/^Batch Inference time {2}0\.01 ms, 125000\.00 inferences\/s \(batch size 1\)$/m);
});

const onCpu = (originalOperator: string, reason: string) =>
  layer({ originalOperator, operator: 'Passthrough' as never, target: 'CPU', reason, cycles: 0, macs: 0 });

test('CPU operators are counted by reason, unsupported ones apart', () => {
  const report = consoleReport(
    estimateWith({
      cpuOperators: 3,
      layers: [
        layer(),
        onCpu('Cast', 'not supported by paretou yet'),
        onCpu('Gather', 'the NPU has no such operation'),
        onCpu('Gather', 'the NPU has no such operation'),
      ],
    }),
  );
  expect(report).toContain(
    '  2 x Gather: the NPU has no such operation\n  1 x Cast: not supported by paretou yet\n',
  );
  expect(report).toMatch(/Note: 1 of them is not supported by paretou yet/);
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
