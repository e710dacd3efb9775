import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kneeDistances } from '../../../search/front/knee.js';

const distances = (rows: readonly (readonly number[])[]): number[] => [
  ...kneeDistances({
    count: rows.length,
    dimensions: rows[0]?.length ?? 0,
    values: Float64Array.from(rows.flat()),
  }),
];

const knee = (rows: readonly (readonly number[])[]): number => {
  const found = distances(rows);
  return found.indexOf(Math.max(...found));
};

test('the knee of a line is where it bends, by hand', () => {
  // From (0, 100) to (10, 0): (2, 20) lies 1 − 0.2 − 0.2 before the line, (5, 10) 1 − 0.5 − 0.1, (1, 60) 1 − 0.1 − 0.6.
  expect(knee([[0, 100], [1, 60], [2, 20], [5, 10], [10, 0]])).toBe(2); // prettier-ignore
});

test('the extremes lie on the plane itself', () => {
  const found = distances([
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 0],
    [0.2, 0.3, 0.2],
  ]);
  expect(found[0]).toBeCloseTo(found[1]!, 12);
  expect(found[0]).toBeCloseTo(found[2]!, 12);
  expect(found[3]).toBeGreaterThan(found[0]!);
});

test('fronts of one design, of equal designs and of extremes without a plane have a knee too', () => {
  expect(distances([])).toEqual([]);
  expect(knee([[3, 4]])).toBe(0);
  expect(distances([[3, 4], [3, 4]])[0]).toBeCloseTo(distances([[3, 4], [3, 4]])[1]!, 12); // prettier-ignore
  // One design is best in two objectives: two of the three extremes are the same point.
  expect(knee([[0, 0, 9], [9, 9, 0], [2, 2, 2]])).toBe(2); // prettier-ignore
});

test('units do not matter', () => {
  const value = fc.integer({ min: 0, max: 1000 });
  const rows = fc.array(fc.tuple(value, value, value), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(rows, (front) => {
      const scaled = front.map(([a, b, c]) => [1024 * a + 4096, b / 4 - 8, 2 * c]);
      const [before, after] = [distances(front), distances(scaled)];
      before.forEach((distance, i) => expect(after[i]).toBeCloseTo(distance, 9));
    }),
    { seed: 5, numRuns: 200 },
  );
});
