import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sweep } from '../../../search/explore/sweep.js';
import { EXPLORERS, planMethod } from '../../../search/explore/methods.js';
import { exhaustive } from '../../../search/explore/exhaustive.js';
import { constraintsOf, type Constraint } from '../../../search/rank/constraints.js';
import { parseObjectives, type Objective } from '../../../search/rank/objectives.js';
import { countDesigns, type Space } from '../../../search/space/space.js';
import { chainSpace } from '../fixture.js';
import { randomSpace } from './random-space.js';

// Workers run built code; `npm test` builds it first.
const worker = new URL('../../../dist/search/evaluate/worker.js', import.meta.url);

/** The front of a space by its objectives, with so many designs that may be listed. */
async function frontOf(
  space: Space,
  objectives: readonly Objective[],
  constraints: readonly Constraint[],
  limit: number,
): Promise<readonly string[]> {
  const plan = planMethod(space, objectives, limit, exhaustive);
  const { rankings } = await sweep({
    models: [{ name: 'network', space, plan, limit }],
    objectives,
    constraints,
    seed: 1,
    evaluate: { jobs: 1 },
  });
  const { table, paretoRank } = rankings[0]!;
  const points = new Set<string>();
  paretoRank.forEach((rank, i) => {
    if (rank === 1)
      points.add(objectives.map(({ column }) => table.columns[column][i]!.toPrecision(9)).join(' '));
  });
  return [...points].sort();
}

const CASES: readonly (readonly [objectives: string, constraints: readonly Constraint[]])[] = [
  ['cycles_total,sram_total_bytes,retained_energy:max', []],
  ['inference_ms,parameters:max', []],
  ['cycles_total,retained_energy:max', constraintsOf({ minRetained: 0.3 })],
  ['cycles_fvp,retained_energy:max', []],
  ['inference_ms_fvp,sram_total_bytes', constraintsOf({ minRetained: 0.1 })],
  ['sram_memory_used_bytes,cycles_total', constraintsOf({ maxTime: 1000 })],
];

describe('a walk through a whole space', () => {
  it.each(CASES)('finds the front of all designs: %s', { timeout: 60_000 }, async (text, constraints) => {
    const objectives = parseObjectives(text);
    for (let seed = 20; seed < 26; seed++) {
      const space = randomSpace(seed, 1500);
      const all = await frontOf(space, objectives, constraints, 1500);
      const walked = await frontOf(space, objectives, constraints, 15);
      expect(walked, `seed ${seed}, ${countDesigns(space)} designs`).toEqual(all);
    }
  });

  it('ends when the time is up, and says so', async () => {
    const space = randomSpace(3, 1500);
    const found = await exhaustive.explore({
      space,
      objectives: parseObjectives('cycles_total'),
      constraints: [],
      seed: 1,
      limit: 2,
      seconds: 0,
      evaluate: { jobs: 1 },
    });
    expect(found.stopped).toBe('time');
    expect(found.facts['designs_visited']).toBe(0);
  });

  it.skipIf(!existsSync(fileURLToPath(worker)))('ends in the middle of a part', async () => {
    // Equal weights in several layers: each of the 16,384 designs of a part has to be estimated.
    const started = performance.now();
    const found = await exhaustive.explore({
      ...{ space: chainSpace(10), objectives: parseObjectives('cycles_total'), constraints: [] },
      ...{ seed: 1, limit: 2, seconds: 1, evaluate: { jobs: 1, worker } },
    });
    expect([found.stopped, found.facts['designs_visited']]).toEqual(['time', 0]);
    expect(performance.now() - started).toBeLessThan(4000);
  });

  it('is for small spaces only where every design has to be estimated', () => {
    const space = chainSpace(8);
    const objectives = parseObjectives('cycles_total');
    const takes = (one: Space): boolean | undefined => exhaustive.advise?.(one, objectives, 100_000).take;
    expect([takes(space), takes({ ...space, optimise: 'Size' })]).toEqual([true, false]);
  });

  it('is what auto takes first', () => {
    expect(EXPLORERS[0]).toBe(exhaustive);
  });
});
