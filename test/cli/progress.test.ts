import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRate } from '../../src/cli/progress.js';
import { durationText, progressLine, secondsLeft, type ProgressState } from '../../src/cli/progress-line.js';

const STATE: ProgressState = {
  ...{ unit: 'designs', finished: 12_400, total: 100_000, perSecond: 5200 },
  workers: { present: 3, retries: 1 },
};

const state: fc.Arbitrary<ProgressState> = fc.record({
  unit: fc.constantFrom('designs', 'samples'),
  finished: fc.nat(1e9),
  total: fc.option(fc.nat(1e9), { nil: undefined }),
  perSecond: fc.option(fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e9, noNaN: true })), {
    nil: undefined,
  }),
  workers: fc.option(fc.record({ present: fc.nat(1000), retries: fc.nat(1000) }), { nil: undefined }),
});

describe('the line of progress', () => {
  it('says what was counted, how fast, how long still, and who does it', () => {
    expect(progressLine(STATE, 200)).toBe(
      `${'█'.repeat(3)}${'░'.repeat(27)} 12,400/100,000 designs · 5,200/s · 17 s left · 3 workers, 1 retry`,
    );
    const none = { ...STATE, workers: { present: 1, retries: 0 }, total: undefined };
    expect(progressLine(none, 200)).toBe('12,400 designs · 5,200/s · 1 worker');
    expect(progressLine({ ...none, workers: undefined, perSecond: undefined }, 200)).toBe('12,400 designs');
  });

  it('leaves out the bar first, then workers, rate and time left, as the terminal is narrower', () => {
    const lines = Array.from({ length: 110 }, (_, i) => progressLine(STATE, 110 - i));
    const kinds = lines.map((line) => line.replace(/^[█░]+/, '[bar]'));
    expect([...new Set(kinds)].slice(0, 5)).toEqual([
      '[bar] 12,400/100,000 designs · 5,200/s · 17 s left · 3 workers, 1 retry',
      '12,400/100,000 designs · 5,200/s · 17 s left · 3 workers, 1 retry',
      '[bar] 12,400/100,000 designs · 5,200/s · 17 s left',
      '12,400/100,000 designs · 5,200/s · 17 s left',
      '[bar] 12,400/100,000 designs · 17 s left',
    ]);
  });

  it('is never longer than the terminal is wide, and guesses no time without a total', () => {
    fc.assert(
      fc.property(state, fc.integer({ min: 1, max: 250 }), (any, columns) => {
        const line = progressLine(any, columns);
        expect(line.length).toBeLessThanOrEqual(columns);
        if (any.total === undefined || any.perSecond === undefined) expect(line).not.toContain('left');
        const left = secondsLeft(any);
        if (left !== undefined) expect(any.finished + left * any.perSecond!).toBeCloseTo(any.total!, 0);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('says times as people do', () => {
    expect([0.2, 59, 59.5, 60, 3599.5, 3600, 90_000].map(durationText)).toEqual([
      ...['1 s', '59 s', '1 min 0 s', '1 min 0 s', '1.0 h', '1.0 h', '25.0 h'],
    ]);
  });
});

describe('a rate', () => {
  it('is not known at once, is that of the last seconds, and begins again with what is counted again', () => {
    const rate = createRate();
    expect([rate(0, 0), rate(500, 900)]).toEqual([undefined, undefined]);
    expect(rate(1000, 1000)).toBe(1000);
    for (let second = 2; second <= 20; second++) rate(1000 + 10 * second, 1000 * second);
    expect(rate(1210, 21_000)).toBe(10);
    expect(rate(5, 22_000)).toBeUndefined();
    expect(rate(25, 24_000)).toBe(10);
  });
});
