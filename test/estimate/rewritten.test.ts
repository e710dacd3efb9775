import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importNetwork } from '../../src/graph/import.js';
import { networkName } from '../../src/graph/load.js';
import type { Network } from '../../src/graph/network.js';
import { readModel, writeModel } from '../../src/tflite/model.js';
import { sharedDir } from '../shared.js';
import { compareAll, runName, Runs } from '../../bench/golden-comparison.js';
import { readGoldens } from '../../bench/goldens.js';

const MODELS = join(sharedDir ?? '', 'models');

/** Runs that are repeated with rewritten files. */
const REPEATED = /u55-128 .* Size|u85-512 /;

const rewritten = (path: string): Network => {
  const copy = writeModel(readModel(readFileSync(path), path));
  return importNetwork(readModel(copy, path), networkName(path));
};

test.skipIf(sharedDir === undefined)('figures of the reference, after a model was read and written', () => {
  const goldens = readGoldens(join(sharedDir!, 'goldens')).filter((golden) => REPEATED.test(runName(golden)));
  expect(goldens.length).toBeGreaterThanOrEqual(30);
  expect(compareAll(new Runs(MODELS, rewritten), goldens).slice(0, 20)).toEqual([]);
});
