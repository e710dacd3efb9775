import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compareAll, Runs } from '../../bench/golden-comparison.js';
import { readGoldens } from '../../bench/goldens.js';

const FOLDER = fileURLToPath(new URL('../goldens', import.meta.url));

test('all columns of the figures in test/goldens', () => {
  const goldens = readGoldens(`${FOLDER}/figures.jsonl`);
  expect(new Set(goldens.map(({ model }) => model)).size).toBeGreaterThanOrEqual(80);
  expect(compareAll(new Runs(`${FOLDER}/models`), goldens).slice(0, 20)).toEqual([]);
});
