import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ParetouError } from '../../src/errors.js';
import { choose } from '../../src/samples/choice.js';
import { selectSamples, type Samples } from '../../src/samples/samples.js';
import { distinctSamples, splitSamples } from '../../src/samples/split.js';

/** Samples of two inputs; those of equal contents are equal. */
const samplesOf = (contents: readonly number[]): Samples => ({
  count: contents.length,
  inputs: [
    Int8Array.from(contents.flatMap((content) => [content, 1, 2])),
    Float32Array.from(contents.flatMap((content) => [Math.floor(content / 256), 0.5])),
  ],
  labels: Int32Array.from(contents),
  source: 'test',
});

const contentsOf = ({ labels }: Samples): readonly number[] => [...labels!];
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

test('by default half is fitted to, and at most 200', () => {
  for (const [count, fit] of [
    [20, 10],
    [51, 25],
    [1000, 200],
  ] as const) {
    const split = splitSamples(samplesOf(numbers(count)), 1);
    expect([split.fit.count, split.score.count]).toEqual([fit, count - fit]);
  }
  expect(splitSamples(samplesOf(numbers(1000)), 1, 300).fit.count).toBe(300);
});

test('no sample is in both parts, and none is lost', () => {
  const contents = fc.array(fc.nat(300), { minLength: 60, maxLength: 120 });
  fc.assert(
    fc.property(contents, fc.integer(), (all, seed) => {
      const { fit, score } = splitSamples(samplesOf(all), seed);
      const [a, b] = [contentsOf(fit), contentsOf(score)];
      expect(a.filter((content) => b.includes(content))).toEqual([]);
      const ascending = (list: readonly number[]): readonly number[] => list.toSorted((x, y) => x - y);
      expect(ascending([...a, ...b])).toEqual(ascending(all));
      expect(fit.inputs).toEqual(samplesOf(a).inputs);
    }),
    { seed: 8, numRuns: 100 },
  );
});

test('the order of the samples does not matter, the seed does', () => {
  const ascending = numbers(60);
  const parts = (contents: readonly number[], seed: number): ReadonlySet<number> =>
    new Set(contentsOf(splitSamples(samplesOf(contents), seed).fit));
  expect(parts(ascending, 1)).toEqual(parts(ascending.toReversed(), 1));
  expect(parts(ascending, 1)).not.toEqual(parts(ascending, 2));
});

test('parts that are too small are refused', () => {
  const refused = (samples: Samples, fit?: number): unknown => {
    try {
      return splitSamples(samples, 1, fit);
    } catch (error) {
      return error;
    }
  };
  const error = refused(samplesOf(numbers(100)), 95);
  expect(error).toBeInstanceOf(ParetouError);
  expect(error).toMatchObject({ kind: 'usage', settings: ['fitSamples'] });
  expect((error as ParetouError).message).toMatch(/^test: its 100 samples cannot be split into 95 to fit/);
  // Ninety equal ones do not fit into a half.
  expect(refused(samplesOf(numbers(100).map((i) => Math.max(0, i - 90))))).toBeInstanceOf(ParetouError);
});

test('equal samples count once', () => {
  expect(distinctSamples(samplesOf([1, 2, 1, 257, 1]))).toBe(3);
});

test('some of the samples keep their labels', () => {
  const some = selectSamples(samplesOf([5, 6, 7, 300]), [3, 1]);
  expect(some).toEqual(samplesOf([300, 6]));
});

test('a choice is of different numbers in order, each as likely as any other', () => {
  const times = new Map<number, number>();
  for (let seed = 0; seed < 2000; seed++) {
    const chosen = choose(10, 3, seed);
    expect(chosen).toEqual([...new Set(chosen)].sort((a, b) => a - b));
    for (const each of chosen) times.set(each, (times.get(each) ?? 0) + 1);
  }
  // 600 of 2000 are expected, with a standard deviation of 20.
  for (let i = 0; i < 10; i++) expect(Math.abs(times.get(i)! - 600)).toBeLessThan(100);
  expect(choose(3, 5, 1)).toEqual([0, 1, 2]);
});
