import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ParetouError } from '../../src/errors.js';
import type { LoweredOp } from '../../src/lowering/operations.js';
import type { LoweringFamily } from '../../src/lowering/target.js';
import { sharedDir } from '../shared.js';
import {
  detailDifferences,
  goldenFile,
  goldenRows,
  loadModel,
  lowerFor,
  modelNames,
  reportDifferences,
  rowsOf,
} from './goldens.js';

const ACCELERATORS: readonly (readonly [string, LoweringFamily])[] = [
  ['ethos-u55-128', 'u55'],
  ['ethos-u65-512', 'u65'],
  ['ethos-u85-256', 'u85'],
];

/** The block of the only network of `ops` that is cut into blocks, read off its rows: 6·10·32·8 = 15360 MACs. */
const blockOf = (op: LoweredOp): readonly [number, number, number] =>
  op.ofms[0]!.shape[3] === 200
    ? [6, 10, 32]
    : [op.ofms[0]!.shape[1], op.ofms[0]!.shape[2], op.ofms[0]!.shape[3]];

describe.skipIf(sharedDir === undefined)('against the reference figures', () => {
  const shared = sharedDir ?? '';

  it.each(ACCELERATORS)(
    'public networks on %s: rows, groups, shapes, types and kernels',
    (accelerator, family) => {
      const folder = join(shared, 'models');
      const wrong = modelNames(folder).flatMap((model) => {
        const file = goldenFile(join(shared, 'goldens'), model, accelerator);
        if (file === undefined) return [];
        const rows = rowsOf(lowerFor(loadModel(folder, model), family), family);
        const golden = goldenRows(file);
        // Runs without details are compared as a whole elsewhere (test/estimate).
        if (golden.every(({ detail }) => detail === undefined)) return [];
        return [...reportDifferences(rows, golden), ...detailDifferences(rows, golden)].map(
          (d) => `${model} ${d}`,
        );
      });
      expect(wrong).toEqual([]);
    },
  );

  it.each(ACCELERATORS)(
    'networks of single operators and random ones on %s: rows and MACs',
    (accelerator, family) => {
      const folder = join(shared, 'ops', 'models');
      let compared = 0;
      const wrong = modelNames(folder).flatMap((model) => {
        const file = goldenFile(join(shared, 'ops', 'goldens'), model, accelerator);
        if (file === undefined) return [];
        compared++;
        const rows = rowsOf(lowerFor(loadModel(folder, model), family, blockOf), family);
        return reportDifferences(rows, goldenRows(file)).map((d) => `${model} ${d}`);
      });
      expect(wrong).toEqual([]);
      expect(compared).toBeGreaterThan(300);
    },
  );

  it('refuses what the reference compiler refuses', () => {
    const lines = readFileSync(join(shared, 'ops', 'goldens', 'refused.jsonl'), 'utf8')
      .trim()
      .split('\n');
    for (const line of lines) {
      const { model, accelerator } = JSON.parse(line) as { model: string; accelerator: string };
      const family = ACCELERATORS.find(([name]) => name === accelerator)?.[1] ?? 'u55';
      const network = loadModel(join(shared, 'ops', 'models'), model.replace('.tflite', ''));
      expect(() => lowerFor(network, family), model).toThrow(ParetouError);
    }
  });
});
