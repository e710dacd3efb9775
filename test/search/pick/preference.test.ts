import { describe, expect, test } from 'vitest';
import { emptyRow, type MetricRow } from '../../../search/metrics.js';
import { formatObjective } from '../../../search/rank/objectives.js';
import {
  comparePreferred,
  objectivesFor,
  parsePreference,
  pays,
  preferenceText,
  pricedBy,
  priceOf,
  tieOf,
  type Pricing,
  type Preference,
} from '../../../search/pick/preference.js';

const numbers = (cycles: number, sram: number, external: number, retained: number): MetricRow => ({
  ...emptyRow(),
  cycles_total: cycles,
  sram_total_bytes: sram,
  external_total_bytes: external,
  retained_energy: retained,
});

describe('the preferred design', () => {
  const order = (preference: Preference, designs: readonly MetricRow[]): MetricRow[] =>
    [...designs].sort((a, b) => comparePreferred({ preference }, a, b));

  test('takes the fewest cycles; bytes through SRAM, then retained, break ties', () => {
    const few = numbers(10, 9, 9, 0.1);
    const lean = numbers(11, 5, 9, 0.1);
    const whole = numbers(11, 6, 0, 0.9);
    const half = numbers(11, 6, 0, 0.5);
    expect(order('cycles', [half, whole, lean, few])).toEqual([few, lean, whole, half]);
  });

  test('moves the fewest bytes through all memories; cycles break ties', () => {
    const less = numbers(99, 5, 1, 0.1);
    const fast = numbers(10, 3, 4, 0.1);
    const slow = numbers(11, 6, 1, 0.9);
    expect(order('bandwidth', [slow, fast, less])).toEqual([less, fast, slow]);
  });

  test('keeps the most retained; unknown shares come last', () => {
    const most = numbers(99, 5, 1, 0.9);
    const fast = numbers(10, 3, 4, 0.8);
    const slow = numbers(11, 3, 4, 0.8);
    const unknown = numbers(1, 1, 1, NaN);
    expect(order('retained', [unknown, slow, fast, most])).toEqual([most, fast, slow, unknown]);
  });
});

test('a design pays by fewer cycles, or fewer bytes where these are preferred', () => {
  const unchanged = numbers(10, 10, 10, 1);
  const slower = numbers(11, 5, 10, 0.5);
  const heavier = numbers(9, 15, 10, 0.5);
  const cases: readonly [Preference, MetricRow, boolean][] = [
    ['cycles', slower, false],
    ['cycles', heavier, true],
    ['cycles', unchanged, false],
    ['bandwidth', slower, true],
    ['bandwidth', heavier, false],
    ['retained', slower, false],
    ['knee', heavier, true],
  ];
  for (const [preference, design, expected] of cases) {
    expect([preference, pays({ preference }, design, unchanged)]).toEqual([preference, expected]);
    expect(pays({ preference }, design, undefined)).toBe(false);
  }
});

test('the objectives by default hold the preferred design; retained is kept where it is preferred', () => {
  const listed = (preference: Preference, known: boolean): string =>
    objectivesFor(preference, known).map(formatObjective).join();
  expect(listed('cycles', true)).toBe('cycles_total,sram_total_bytes,retained_energy:max');
  expect(listed('knee', false)).toBe('cycles_total,sram_total_bytes,parameters:max');
  expect(listed('retained', false)).toBe('cycles_total,sram_total_bytes,retained_energy:max');
  expect(listed('bandwidth', true)).toBe('sram_total_bytes,external_total_bytes,cycles_total');
});

test('an unknown preference is told with what there is', () => {
  expect(() => parsePreference('cycle')).toThrow(/preference "cycle" is not known.*cycles/);
});

describe('FVP-like time', () => {
  const timed = (ms: number, sram: number, retained: number): MetricRow => ({
    ...numbers(1, sram, 0, retained),
    inference_ms_fvp: ms,
  });
  const pricing: Pricing = { preference: 'cycles', speed: 'inference_ms_fvp' };

  test('is the price where it decides', () => {
    expect(pricedBy(pricing)).toBe('FVP-like µs');
    expect(priceOf(pricing, timed(3, 1, 1))).toBe(3);
    expect(pays(pricing, timed(3, 1, 1), timed(4, 1, 1))).toBe(true);
    expect(pays(pricing, timed(NaN, 1, 1), timed(4, 1, 1))).toBe(false);
    expect(pricedBy({ ...pricing, preference: 'bandwidth' })).toBe('bytes');
  });

  test('leaves ties with the fastest to what is retained, then to bytes', () => {
    const fast = timed(1, 5, 0.2);
    const whole = timed(1.14, 9, 0.9);
    const lean = timed(1.1, 4, 0.2);
    const slow = timed(1.16, 1, 1);
    const all = [slow, fast, lean, whole];
    const tie = tieOf(
      pricing,
      all.map((design) => priceOf(pricing, design)),
    );
    expect(tie).toBeCloseTo(1.15, 12);
    const order = (by: Pricing): MetricRow[] => [...all].sort((a, b) => comparePreferred(by, a, b));
    expect(order({ ...pricing, tie: tie! })).toEqual([whole, lean, fast, slow]);
    expect(order(pricing)).toEqual([fast, lean, whole, slow]);
  });

  test('makes no ties of compiler cycles, or where speed comes second', () => {
    expect(tieOf({ preference: 'cycles' }, [1, 2])).toBeUndefined();
    expect(tieOf({ ...pricing, preference: 'retained' }, [1, 2])).toBeUndefined();
    expect(tieOf(pricing, [])).toBeUndefined();
  });

  test('is what the preference says', () => {
    expect(preferenceText(pricing, false)).toMatch(
      /^least FVP-like time; of designs within 15 %.*most retained/,
    );
    expect(preferenceText(pricing, true)).toMatch(/least output noise/);
    expect(preferenceText({ ...pricing, preference: 'retained' }, false)).toMatch(/then least FVP-like time/);
  });
});
