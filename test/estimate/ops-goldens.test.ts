import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ParetouError } from '../../src/errors.js';
import { sharedDir } from '../shared.js';
import {
  compareAll,
  goldensOf,
  runName,
  Runs,
  type KnownDifference,
  type Run,
} from '../../bench/golden-comparison.js';

const FOLDER = join(sharedDir ?? '', 'ops');
const MODELS = join(FOLDER, 'models');

const KNOWN: readonly KnownDifference[] = [
  {
    model: 'fc_dyn.tflite',
    difference: /^layer 1 MatMul Staging Usage: 1008|memory_used/,
    cause: 'a transposed feature map as weights: 16 bytes less are alive beside the MatMul',
  },
  {
    model: 'net_f638.tflite',
    accelerator: /u85/,
    difference: /./,
    cause: 'a subtraction that is chained here and not by the reference',
  },
];

/** Runs that the reference refuses. */
const refusals = (): Run[] =>
  readFileSync(join(FOLDER, 'goldens', 'refused.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Run);

describe.skipIf(sharedDir === undefined)('figures of the reference for one operator each', () => {
  test('all columns of ops/goldens', () => {
    const goldens = goldensOf(join(sharedDir!, 'ops/goldens'));
    expect(goldens).toHaveLength(1113);
    expect(compareAll(new Runs(MODELS), goldens, KNOWN).slice(0, 20)).toEqual([]);
  });

  test('what the reference refuses is an input error of one sentence', () => {
    const runs = new Runs(MODELS);
    const refused = refusals();
    expect(refused.length).toBeGreaterThan(0);
    for (const run of refused) {
      let error: unknown;
      try {
        runs.estimate(run);
      } catch (thrown) {
        error = thrown;
      }
      expect(error, runName(run)).toBeInstanceOf(ParetouError);
      const { kind, message } = error as ParetouError;
      expect(kind, message).toBe('input');
      expect(message).toMatch(/^[^\n]*will not compile[^\n]*$/);
    }
  });
});
