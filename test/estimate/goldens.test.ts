import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharedDir } from '../shared.js';
import { compareAll, Runs } from '../../bench/golden-comparison.js';
import { readGoldens } from '../../bench/goldens.js';

const MODELS = join(sharedDir ?? '', 'models');

describe.skipIf(sharedDir === undefined)('figures of the reference', () => {
  test.each([
    ['goldens', 336],
    ['goldens-arena', 87],
  ])('all columns of %s', (set, count) => {
    const goldens = readGoldens(join(sharedDir!, set));
    expect(goldens).toHaveLength(count);
    expect(compareAll(new Runs(MODELS), goldens).slice(0, 20)).toEqual([]);
  });
});
