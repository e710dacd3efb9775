import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { baselineText, readBaseline } from '../../src/budget/baseline.js';
import { parseBudget } from '../../src/budget/budget-file.js';
import { check } from '../../src/budget/check.js';
import type { BudgetFigures, OperatorFigures } from '../../src/budget/figures.js';
import { grewMost, growthOf, leftTheNpu, pairOperators } from '../../src/budget/growth.js';
import { checkJson, checkMarkdown, checkText } from '../../src/report/check.js';
import { bytesIn } from '../../src/sizes.js';

const operator = (index: number, name: string, cycles: number, onCpu = false): OperatorFigures => ({
  operator: index,
  name,
  kind: 'CONV_2D',
  onCpu,
  cycles,
});

const figures = (
  operators: readonly OperatorFigures[],
  values: Partial<BudgetFigures['values']> = {},
): BudgetFigures => ({
  accelerator: 'ethos-u55-128',
  systemConfig: 'System',
  memoryMode: 'Mode',
  optimise: 'Performance',
  values: {
    cycles: operators.reduce((sum, { cycles }) => sum + cycles, 0),
    ms: 1,
    fvp_ms: undefined,
    sram: 1000,
    flash: 2000,
    cpu_operators: 0,
    ...values,
  },
  fvpRefused: 'its memory timing is not known',
  operators,
  peak: undefined,
  layers: [],
});

const baselineOf = (before: BudgetFigures) =>
  readBaseline(baselineText('net', [before]), 'base.json')(before);

describe('budget files', () => {
  test('state sizes and percentages in words', () => {
    const { most, baseline } = parseBudget(
      'most: { cycles: 5, ms: 2.5, sram: 1.5 MiB, flash: 10 }\nbaseline: { file: base.json, most_over: { sram: 2% } }',
      'ci/budget.yaml',
    );
    expect([...most]).toEqual([
      ['cycles', 5],
      ['ms', 2.5],
      ['sram', 1.5 * 2 ** 20],
      ['flash', 10],
    ]);
    expect(baseline).toEqual({
      file: 'ci/base.json',
      mostOver: new Map([['sram', 0.02]]),
      noOperatorLeaves: false,
    });
  });

  test.for([
    ['most:\n  cylces: 3', /^b\.yaml:2:3: "cylces" is not known here; did you mean cycles\?$/],
    ['most:\n  sram: 3 KB', /^b\.yaml:2:9: most\.sram must be a number of bytes, or a size such as 256 KiB/],
    ['most: { ms: fast }', /^b\.yaml:1:13: most\.ms must be a number of milliseconds/],
    [
      'baseline: { file: a, most_over: { cycles: 2 } }',
      /^b\.yaml:1:43: baseline\.most_over\.cycles must be a percentage/,
    ],
    ['baseline: { most_over: {} }', /^b\.yaml:1:11: baseline\.file must be the path of a file/],
    ['- 1', /^b\.yaml:1:1: the file must be a map with any of most and baseline$/],
  ] as const)('say where %j is wrong', ([text, message]) => {
    expect(() => parseBudget(text, 'b.yaml')).toThrow(message);
  });

  test.for([
    ['256 KiB', 262144],
    ['1.5 MiB', 1572864],
    ['2MB', 2000000],
    [7, 7],
  ] as const)('%s are %i bytes', ([size, bytes]) => expect(bytesIn(size)).toBe(bytes));
});

describe('operators against a baseline', () => {
  test('are matched by index and name, then by name', () => {
    const before = [operator(0, 'a', 10), operator(1, 'b', 20), operator(2, 'c', 30)];
    const now = [operator(0, 'new', 5), operator(1, 'a', 11), operator(2, 'c', 40)];
    expect(
      pairOperators(now, before).map((pair) => [pair.now?.name, pair.before?.name, growthOf(pair)]),
    ).toEqual([
      ['new', undefined, 5],
      ['a', 'a', 1],
      ['c', 'c', 10],
      [undefined, 'b', -20],
    ]);
    expect(grewMost(pairOperators(now, before))?.now?.name).toBe('c');
  });

  test('every operator is in exactly one pair, whatever the names', () => {
    const some = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c'), cycles: fc.nat(9) }), {
      maxLength: 6,
    });
    const listOf = (rows: readonly { name: string; cycles: number }[]): OperatorFigures[] =>
      rows.map(({ name, cycles }, i) => operator(i, name, cycles));
    fc.assert(
      fc.property(some, some, (a, b) => {
        const [now, before] = [listOf(a), listOf(b)];
        const pairs = pairOperators(now, before);
        expect(pairs.flatMap((pair) => pair.now ?? [])).toEqual(now);
        expect(new Set(pairs.flatMap((pair) => pair.before ?? []))).toEqual(new Set(before));
        expect(pairs.flatMap((pair) => pair.before ?? [])).toHaveLength(before.length);
        for (const pair of pairs) if (pair.now && pair.before) expect(pair.now.name).toBe(pair.before.name);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  test('leave the NPU when the CPU runs them and did not before', () => {
    const before = [operator(0, 'a', 1), operator(1, 'b', 0, true)];
    const now = [operator(0, 'a', 0, true), operator(1, 'b', 0, true)];
    expect(leftTheNpu(pairOperators(now, before)).map(({ name }) => name)).toEqual(['a']);
  });
});

describe('a check', () => {
  const before = figures([operator(0, 'a', 100), operator(1, 'b', 100)]);

  test('is met at the limit, and not above it', () => {
    const budget = parseBudget('most: { cycles: 200 }', 'b.yaml');
    expect(check(budget, before).met).toBe(true);
    expect(check(budget, figures([operator(0, 'a', 201)])).met).toBe(false);
    const relative = parseBudget('baseline: { file: base.json, most_over: { cycles: 2% } }', 'b.yaml');
    const grown = (cycles: number) =>
      check(relative, figures([operator(0, 'a', 100), operator(1, 'b', cycles)]), {
        baseline: baselineOf(before),
      });
    expect([grown(104).met, grown(105).met]).toEqual([true, false]);
  });

  test('is met just at every percentage over a baseline', () => {
    const base = figures([operator(0, 'a', 1000)]);
    const baseline = baselineOf(base);
    for (let tenths = 0; tenths <= 1000; tenths++) {
      const text = `baseline: { file: base.json, most_over: { cycles: ${tenths / 10}% } }`;
      const met = (cycles: number) =>
        check(parseBudget(text, 'b.yaml'), figures([operator(0, 'a', cycles)]), { baseline }).met;
      expect([tenths, met(1000 + tenths), met(1001 + tenths)]).toEqual([tenths, true, false]);
    }
  });

  test('names the layer that grew most', () => {
    const budget = parseBudget('baseline: { file: base.json, most_over: { cycles: 0% } }', 'b.yaml');
    const now = figures([operator(0, 'a', 90), operator(1, 'b', 150)]);
    const checked = check(budget, now, { baseline: baselineOf(before) });
    expect(checkText(checked, 'net')).toBe(
      [
        'net on ethos-u55-128, System, Mode',
        '        now  baseline  at most   share',
        'cycles  240       200      200  +20.0%  over',
        'over: cycles: 240, at most 200, with a baseline of 200; operator 1 CONV_2D b grew most, by 50 cycles',
        'changes since the baseline:',
        '  +50 cycles: operator 1 CONV_2D b',
        '  -10 cycles: operator 0 CONV_2D a',
        'over the budget',
      ].join('\n'),
    );
    expect(checkJson(checked, 'net')).toMatchObject({
      met: false,
      verdicts: [{ quantity: 'cycles', cause: { kind: 'grew', operator: 1, name: 'b' } }],
    });
  });

  test('is not met by a figure that is not known', () => {
    const checked = check(parseBudget('most: { fvp_ms: 9 }', 'b.yaml'), before);
    expect(checked.met).toBe(false);
    expect(checkText(checked, 'net')).toContain(
      'over: ms, FVP-like: unknown, at most 9.000; its memory timing is not known',
    );
  });

  test('shows hostile names as text in Markdown', () => {
    const name = '</b>|`x`[a](b)*_';
    const budget = parseBudget('most: { cycles: 1 }', 'b.yaml');
    const markdown = checkMarkdown(check(budget, figures([operator(0, name, 5)])), 'net');
    expect(markdown).toContain(
      String.raw`operator 0 CONV\_2D \</b\>\|\`x\`\[a\](b)\*\_ takes most, 5 cycles`,
    );
    expect(markdown).toContain('| cycles | 5 |  | 1 | 500.0% | over |');
  });

  test('knows what a baseline is and what it is of', () => {
    expect(() => readBaseline('{', 'base.json')(before)).toThrow(/^base\.json: it is not JSON/);
    expect(() => readBaseline('{"schema":"x"}', 'base.json')(before)).toThrow(
      /no baseline of this version \(schema\)/,
    );
    expect(() =>
      readBaseline(baselineText('net', [before]), 'base.json')({ ...before, memoryMode: 'Other' }),
    ).toThrow(/^base\.json: it has no figures of ethos-u55-128, System, Other, Performance/);
    expect(baselineOf(before).operators).toEqual(before.operators);
  });
});
