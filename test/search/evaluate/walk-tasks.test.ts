import { expect, test } from 'vitest';
import { createEvaluator } from '../../../search/evaluate/evaluator.js';
import { walkTasks, type Cost } from '../../../search/evaluate/walk-tasks.js';
import { countDesigns } from '../../../search/space/space.js';
import { chainSpace } from '../fixture.js';

const COSTS: readonly Cost[] = [{ metric: 'cycles_total', sign: 1, most: Infinity, objective: true }];

test.each([0, 1, 2, 5])('every design of %i layers with four options is in one of many parts', (layers) => {
  const space = chainSpace(layers);
  const evaluator = createEvaluator(space);
  const total = Number(countDesigns(space));
  const tasks = [...walkTasks(space, evaluator.segments(0), 0, COSTS)];
  expect(new Set(tasks.map(({ prefix }) => prefix.join())).size).toBe(tasks.length);
  expect(tasks.reduce((sum, task) => sum + evaluator.walk(task).visited, 0)).toBe(total);
  expect(tasks.length).toBeGreaterThanOrEqual(Math.min(64, total));
});
