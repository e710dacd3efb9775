import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareLanes, type LaneState, type OpenQueue } from '../../../../search/evaluate/queue/share-lanes.js';

const queue = (hash: string, waiting: number, active = 0): OpenQueue => ({ hash, waiting, active });
const lane = (hash?: string, age = 0, isBusy = false): LaneState => ({ hash, age, isBusy });

/** Where the lanes are after the moves. */
const after = (lanes: readonly LaneState[], queues: readonly OpenQueue[]): (string | undefined)[] => {
  const at = lanes.map(({ hash }) => hash);
  for (const move of shareLanes(lanes, queues)) at[move.lane] = move.to;
  return at;
};

describe('threads of a worker', () => {
  it('are shared among searches', () => {
    expect(after([lane(), lane(), lane(), lane()], [queue('a', 9), queue('b', 1)]).sort()).toEqual([
      'a',
      'a',
      'b',
      'b',
    ]);
    // Those that have nothing to do help others, and wait where they are if there is nothing.
    expect(after([lane('a'), lane('b', 0, true)], [queue('a', 0), queue('b', 3)])).toEqual(['b', 'b']);
    expect(after([lane('a'), lane()], [queue('a', 0), queue('b', 0)])).toEqual(['a', 'b']);
    // A search that is over is left.
    expect(after([lane('x', 0, true)], [])).toEqual([undefined]);
  });

  it('go to a search that is new from one that has several', () => {
    const busy = [lane('a', 1, true), lane('a', 9, true), lane('a', 5, true)];
    expect(after(busy, [queue('a', 9), queue('b', 9)])).toEqual(['a', 'b', 'a']);
    expect(after([lane('a', 1, true), lane('b', 1, true)], [queue('a', 9), queue('b', 9)])).toEqual([
      'a',
      'b',
    ]);
  });

  it('take turns where there are more searches than threads', () => {
    const queues = [queue('a', 9), queue('b', 9)];
    expect(after([lane('a', 5000, true)], queues)).toEqual(['a']);
    expect(after([lane('a', 10_000, true)], queues)).toEqual(['b']);
  });

  it('settle: with equal loads, nothing moves for ever', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.nat(9), { minLength: 1, maxLength: 5 }),
        (count, waiting) => {
          const queues = waiting.map((n, i) => queue(`q${i}`, n));
          let at: (string | undefined)[] = new Array<undefined>(count).fill(undefined);
          for (let turn = 0; turn < 20; turn++)
            at = after(
              at.map((hash) => lane(hash, 0, true)),
              queues,
            );
          expect(
            after(
              at.map((hash) => lane(hash, 0, true)),
              queues,
            ),
          ).toEqual(at);
          const hungry = queues.filter((each) => each.waiting > 0);
          const counts = hungry.map(({ hash }) => at.filter((each) => each === hash).length);
          if (hungry.length > 0) expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        },
      ),
      { seed: 5, numRuns: 500 },
    );
  });
});
