import { expect, test } from 'vitest';
import { createEvaluator } from '../../../search/evaluate/evaluator.js';
import { walkTasks, type Cost } from '../../../search/evaluate/walk-tasks.js';
import { buildSpace, chooseSystems } from '../../../search/space/build-space.js';
import { parseSpaceFile } from '../../../search/space/space-file.js';
import { NetworkBuilder } from '../fixture.js';

const COSTS: readonly Cost[] = [{ metric: 'cycles_total', sign: 1, most: Infinity, objective: true }];

test.each([0, 1, 2, 5])('every design of %i layers with four options is in one of many parts', (layers) => {
  const builder = new NetworkBuilder();
  let map = builder.conv(builder.input([1, 8, 8, 4]), 4, 1);
  for (let i = 0; i < layers; i++) map = builder.conv(map, 4);
  const space = buildSpace(builder.network([map]), {
    ...{ systems: chooseSystems(['ethos-u55-128'], {}), optimise: 'Performance' },
    file: parseSpaceFile('options: [standard, separable, "separable:relu", "lowrank*2"]', 'space.yaml'),
  });
  const evaluator = createEvaluator(space);
  const total = space.sites.reduce((product, { options }) => product * options.length, 1);
  const tasks = [...walkTasks(space, evaluator.segments(0), 0, COSTS)];
  expect(new Set(tasks.map(({ prefix }) => prefix.join())).size).toBe(tasks.length);
  expect(tasks.reduce((sum, task) => sum + evaluator.walk(task).visited, 0)).toBe(total);
  expect(tasks.length).toBeGreaterThanOrEqual(Math.min(64, total));
});
