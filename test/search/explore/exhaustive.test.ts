import { describe, expect, it } from 'vitest';
import { sweep } from '../../../search/explore/sweep.js';
import { EXPLORERS, planMethod } from '../../../search/explore/methods.js';
import { exhaustive } from '../../../search/explore/exhaustive.js';
import { constraintsOf, type Constraint } from '../../../search/rank/constraints.js';
import { parseObjectives, type Objective } from '../../../search/rank/objectives.js';
import { countDesigns, type Space } from '../../../search/space/space.js';
import { randomSpace } from './random-space.js';

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

  it('is what auto takes first', () => {
    expect(EXPLORERS[0]).toBe(exhaustive);
  });
});
