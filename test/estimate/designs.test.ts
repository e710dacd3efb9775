import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compareAll, Runs } from '../../bench/golden-comparison.js';
import { readGoldens } from '../../bench/goldens.js';
import { sharedDir } from '../shared.js';

const FIGURES = fileURLToPath(new URL('../goldens/designs.jsonl', import.meta.url));

test.skipIf(sharedDir === undefined)('all columns of designs that the program wrote', () => {
  const goldens = readGoldens(FIGURES);
  expect(goldens.length).toBeGreaterThanOrEqual(40);
  const runs = new Runs(join(sharedDir!, 'designs-2', 'models'));
  expect(compareAll(runs, goldens).slice(0, 20)).toEqual([]);
});
