import { describe, expect, test } from 'vitest';
import { durations, median, rates } from '../../bench/measure.js';
import { benchJson, benchTable, shown, type Machine } from '../../bench/report.js';

const MACHINE: Machine = {
  cores: 2,
  processor: 'CPU',
  memoryBytes: 8 * 2 ** 30,
  node: '20.0.0',
  platform: 'linux x64',
};
const SAMPLES = [
  { wallMs: 2000, cpuMs: 1000, peakBytes: 50e6 },
  { wallMs: 1000, cpuMs: 500, peakBytes: 70e6 },
  { wallMs: 4000, cpuMs: 800, peakBytes: 60e6 },
];

describe('figures', () => {
  test('median is the middle value, or the mean of the two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  test('are durations per call or amounts per second', () => {
    expect(durations('a', 's', SAMPLES).wall).toEqual([2, 1, 4]);
    expect(durations('a', 'µs', SAMPLES, 1000).cpu).toEqual([1000, 500, 800]);
    expect(rates('a', 'designs', SAMPLES, 100).wall).toEqual([50, 100, 25]);
  });

  test('are shown with three digits', () => {
    expect([0.91834, 12.345, 123.45, 1234.5, 352716.2, 0].map(shown)).toEqual([
      '0.918',
      '12.3',
      '123',
      '1,235',
      '352,716',
      '0.000',
    ]);
  });
});

describe('the report', () => {
  const results = [
    {
      benchmark: 'sweep',
      figures: [durations('sweep', 's', SAMPLES), rates('as a rate', 'd', SAMPLES, 100)],
    },
  ];

  test('is one aligned table; the best rate is the highest', () => {
    expect(benchTable(MACHINE, results).split('\n')).toEqual([
      '2 cores (CPU), 8 GiB, Node 20.0.0, linux x64',
      '',
      '             unit  median  best  by CPU time  peak MB  runs',
      'sweep        s       2.00  1.00        0.800     70.0     3',
      '  as a rate  d/s     50.0   100          125     70.0     3',
    ]);
  });

  test('has a form for programs', () => {
    expect(benchJson(MACHINE, results)).toMatchObject({
      schema: 'paretou/bench@1',
      machine: { cores: 2, memory_bytes: 8 * 2 ** 30 },
      figures: [
        { benchmark: 'sweep', unit: 's', median: 2, best: 1, by_cpu_time: 0.8, peak_bytes: 70e6 },
        { benchmark: 'sweep', unit: 'd/s', median: 50, best: 100, wall: [50, 100, 25] },
      ],
    });
  });
});
