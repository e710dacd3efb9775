import { expect, test } from 'vitest';
import { closureOf, dominatedOf, missedOf } from '../../bench/front-closure.js';
import { pointsOf } from '../../search/front/points.js';
import { storySpace } from '../search/evaluate/story-space.js';

const points = (...rows: number[][]) => pointsOf(rows, 3);

test('counts what a front does not cover, and what is of use', () => {
  const front = points([1, 9, -1], [9, 1, -1]);
  const around = points([1, 9, -1], [2, 10, -1], [5, 5, -0.5], [0, 8, -0.01]);
  const { missed, missedUseful, gap } = missedOf(front, around);
  expect([missed, missedUseful]).toEqual([2, 1]);
  expect(gap).toBeGreaterThan(0);
  expect(missedOf(front, front)).toEqual({ missed: 0, missedUseful: 0, gap: 0 });
});

test('counts designs of a front that others beat', () => {
  expect(dominatedOf(points([1, 9, -1], [1, 9, -1], [2, 9, -1], [9, 1, -1]))).toBe(1);
});

test('an exact search of a small space misses nothing', async () => {
  const found = await closureOf(storySpace('ethos-u55-128'), 1);
  expect(found).toMatchObject({ missed: 0, missedUseful: 0, dominated: 0, gap: 0, bound: [] });
  expect(found.front).toBeGreaterThan(1);
  expect(found.neighbours).toBeGreaterThan(found.front);
});
