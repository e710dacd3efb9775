import { expect, test } from 'vitest';
import { retainedFront, spreadRows, type FrontRow } from '../../bench/retained-front.js';
import { retainedReport } from '../../bench/retained-table.js';
import { change, markdownTable } from '../../bench/markdown.js';
import { retainedCell } from '../../search/report/amounts.js';
import { methodsReport } from '../../bench/methods-table.js';
import { reachedShare, type MethodRun } from '../../bench/methods.js';
import type { MetricRow } from '../../search/metrics.js';
import { exampleModel } from '../../src/graph/examples.js';

test('Markdown tables line up, numbers to the right', () => {
  const columns = [
    { title: 'a', align: 'left' },
    { title: 'cycles', align: 'right' },
  ] as const;
  expect(markdownTable(columns, [['x', '1,234,567']])).toBe(
    ['| a   |    cycles |', '| --- | --------: |', '| x   | 1,234,567 |'].join('\n'),
  );
});

test('shares never seem to be more than they are', () => {
  expect([0.79999, 0.95, 1, 1e-6, 0, NaN].map((share) => retainedCell(share))).toEqual([
    '0.7999',
    '0.9500',
    '1.0000',
    '<0.0001',
    '0.0000',
    'unknown',
  ]);
  expect([0.5, 1.0004, 0.99951, 1.25].map(change)).toEqual(['-50.0%', '=', '=', '+25.0%']);
});

const row = (cycles: number, retained: number): FrontRow => ({
  design: String(cycles),
  numbers: { cycles_total: cycles, retained_energy: retained } as MetricRow,
});

test('the rows shown are spread over the front, and hold the fastest for each word', () => {
  const front = Array.from({ length: 101 }, (_, i) => row(1000 + i, i / 100));
  const shown = spreadRows(front, 8).map(({ design }) => Number(design) - 1000);
  expect(shown).toHaveLength(8);
  for (const i of [0, 80, 95, 100]) expect(shown).toContain(i);
  expect(Math.max(...shown.slice(1).map((at, i) => at - shown[i]!))).toBeLessThan(30);
  expect(spreadRows(front.slice(0, 5), 8)).toHaveLength(5);
});

test('the table of the example: the unchanged network last, a cell per legal option', async () => {
  const front = await retainedFront(exampleModel('story_standard').network, 'ethos-u55-128', 1);
  expect(front.front.at(-1)!.design).toBe('base');
  expect(front.sites.map(({ operator }) => operator)).toEqual([0, 1, 2]);
  // 153,936 cycles less, as `paretou compare` says of a ReLU on this depthwise.
  const of = (option: string): number =>
    front.singles.find((s) => s.operator === 1 && s.option === option)!.cyclesRatio * 1_847_267;
  expect(of('separable') - of('separable:shifted-relu')).toBeCloseTo(153_936, 6);
  const text = retainedReport(front, true);
  expect(text).toContain('a proxy, not accuracy');
  expect(text).toContain('weights are random');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(125);
});

test('methods side by side, the exact one as the measure', () => {
  const run = (method: string, hypervolume: number, front: MethodRun['front']): MethodRun => ({
    method,
    designs: 12,
    evaluated: 3,
    front,
    hypervolume,
    seconds: 1.25,
    peakBytes: 1e8,
    facts: { epsilon: 0.25, epsilon_by_retained: [{ least_retained: 0.05, epsilon: 0 }] },
  });
  const exact = run('exact', 0.5, [
    [10, 10, 1],
    [20, 5, 1],
  ]);
  const evolve = run('evolve', 0.4, [
    [10, 10, 1],
    [15, 15, 1],
    [30, 4, 1],
  ]);
  expect(reachedShare(exact.front, evolve.front)).toBe(0.5);
  expect(reachedShare(evolve.front, exact.front)).toBeCloseTo(2 / 3, 12);
  const machine = { cores: 2, processor: 'CPU', memoryBytes: 1, node: '20', platform: 'linux' };
  const text = methodsReport(machine, { jobs: 2 }, [{ model: 'm', runs: [exact, evolve] }]);
  expect(text).toMatch(
    /\| evolve \| +3 \| +3 \| +0\.400000 \| -20\.000% \| +50\.0% \| +33\.3% \| +1\.3 \| +100 \|/,
  );
  expect(text).toContain('epsilon 0.2500, 0 from retained 0.05');
});
