import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constraintsOf } from '../../../../search/rank/constraints.js';
import { createEvaluator } from '../../../../search/evaluate/evaluator.js';
import { FIGURE_AT } from '../../../../search/evaluate/figures.js';
import { openSession } from '../../../../search/evaluate/session.js';
import { additiveCosts } from '../../../../search/explore/exact/additive-model.js';
import { solve } from '../../../../search/explore/exact/eliminate.js';
import { exact } from '../../../../search/explore/exact/exact.js';
import type { Exploration } from '../../../../search/explore/explorer.js';
import { dimensionsOf, formModel, notAdditive } from '../../../../search/explore/exact/dimensions.js';
import { tableDesigns, tabulateSegments } from '../../../../search/explore/exact/segment-costs.js';
import { prune } from '../../../../search/front/non-dominated.js';
import { selectPoints, type Points } from '../../../../search/front/points.js';
import { hypervolume } from '../../../../search/front/hypervolume.js';
import { parseObjectives } from '../../../../search/rank/objectives.js';
import { allDesigns, rowOf, type Designs, type Space } from '../../../../search/space/space.js';
import { createApplier } from '../../../../search/emit/apply.js';
import { chooseSystems } from '../../../../search/space/build-space.js';
import { NetworkBuilder } from '../../fixture.js';
import { randomSpace } from '../random-space.js';

const OBJECTIVES = parseObjectives('cycles_total,sram_total_bytes,retained_energy:max');

const request = (space: Space, limit = 100_000) => ({
  space,
  objectives: OBJECTIVES,
  constraints: [],
  seed: 1,
  limit,
  evaluate: { jobs: 1 },
});

/** Objectives of designs, smaller is better, from rows of figures. */
const valuesOf = (space: Space, designs: Designs, figuresOf: (row: number) => ArrayLike<number>): Points => {
  const applier = createApplier(space, 'unknown');
  const values = new Float64Array(3 * designs.count);
  for (let i = 0; i < designs.count; i++) {
    const figures = figuresOf(i);
    values[3 * i] = figures[FIGURE_AT.cycles_total]!;
    values[3 * i + 1] = figures[FIGURE_AT.sram_total_bytes]!;
    values[3 * i + 2] = -applier.retained(rowOf(designs, i)).before;
  }
  return { values, count: designs.count, dimensions: 3 };
};

const front = (points: Points): Points => selectPoints(points, prune(points));

const exploredValues = (space: Space, { designs, results }: Exploration): Points =>
  valuesOf(space, designs, (i) => results.figures.subarray(i * results.width));

describe('exact exploration', () => {
  it('reaches the hypervolume of all designs in full', async () => {
    for (let seed = 1; seed <= 9; seed++) {
      const space = randomSpace(seed, 1500);
      const designs = allDesigns(space);
      const evaluator = createEvaluator(space);
      const all = valuesOf(space, designs, (i) => {
        const { cycles_total, sram_total_bytes } = evaluator.evaluate(rowOf(designs, i));
        const figures: number[] = [];
        figures[FIGURE_AT.cycles_total] = cycles_total;
        figures[FIGURE_AT.sram_total_bytes] = sram_total_bytes;
        return figures;
      });
      // The unchanged network on the slowest system: the first designs of the table differ in nothing but the system.
      const baselines = space.systems.map((_, system) => system);
      const worst = (j: number): number => Math.max(...baselines.map((i) => all.values[3 * i + j]!)) * 1.001;
      const reference = [worst(0), worst(1), 0];
      const explored = await exact.explore(request(space));
      const share =
        hypervolume(front(exploredValues(space, explored)), reference)! / hypervolume(front(all), reference)!;
      expect(share, `seed ${seed}`).toBeGreaterThanOrEqual(0.999);
      expect(explored.facts['designs_considered']).toBe(designs.count);
      expect(explored.lines.at(-1)).toContain(
        `${designs.count.toLocaleString('en-US')} designs in the space`,
      );
    }
  });

  it('finds by elimination what brute force finds in the model of a real space', async () => {
    for (let seed = 20; seed <= 25; seed++) {
      const space = randomSpace(seed, 1500);
      const evaluator = createEvaluator(space, 'unknown');
      const applier = createApplier(space, 'unknown');
      const session = openSession(space, { jobs: 1 });
      const dimensions = dimensionsOf(OBJECTIVES, []);
      for (let system = 0; system < space.systems.length; system++) {
        const segments = evaluator.segments(system);
        const positions = segments.map((segment) => segment.positions);
        const designs = tableDesigns(space, positions, system, 1);
        const results = await session.evaluate(designs, { wanted: 'segments' });
        const table = await tabulateSegments(
          space,
          system,
          segments,
          positions,
          [{ designs, results }],
          applier,
        );
        expect(table.missing).toBe(0);
        const { model } = formModel(table, dimensions, [], 1e9);
        const every = allDesigns({ ...space, systems: [space.systems[system]!] });
        const values = new Float64Array(3 * every.count);
        for (let i = 0; i < every.count; i++) values.set(additiveCosts(model, rowOf(every, i)), 3 * i);
        const solution = solve(model, { labels: Infinity, front: Infinity, exact: 2 });
        const text = ({ values: v, count }: Points): string[] => [
          ...new Set(
            Array.from({ length: count }, (_, i) =>
              [...v.subarray(3 * i, 3 * i + 3)].map((x) => Number(x.toPrecision(10))).join(' '),
            ),
          ),
        ];
        const rounded = (rows: Points): Points => ({
          ...rows,
          values: rows.values.map((x) => Number(x.toPrecision(10))),
        });
        const brute = front(rounded({ values, count: every.count, dimensions: 3 }));
        const solved = front(rounded({ values: solution.costs, count: solution.count, dimensions: 3 }));
        expect(text(solved).sort()).toEqual(text(brute).sort());
      }
      await session.close();
    }
  });

  it('tabulates parts that add up to the design', () => {
    const space = randomSpace(3, 1500);
    const evaluator = createEvaluator(space);
    const row = rowOf(allDesigns(space), 0);
    const parts = evaluator.segmentFigures(row);
    const width = parts.length / evaluator.segments(0).length;
    let cycles = 0;
    for (let s = 0; s * width < parts.length; s++) cycles += parts[s * width]!;
    expect(cycles).toBe(evaluator.evaluate(row).cycles_total);
  });

  it('evaluates no more designs than the limit, and none twice', async () => {
    const space = randomSpace(6, 5000);
    const { designs, results } = await exact.explore(request(space, 40));
    expect(designs.count).toBeLessThanOrEqual(40);
    const rows = Array.from({ length: designs.count }, (_, i) => rowOf(designs, i).join());
    expect(new Set(rows).size).toBe(rows.length);
    expect(results.known.every((known) => known === 1)).toBe(true);
  });

  it('keeps the designs that only a constraint favours', async () => {
    for (const seed of [6, 9]) {
      const space = randomSpace(seed, 4000);
      const free = await exact.explore(request(space));
      const best = front(exploredValues(space, free));
      const shares = Array.from({ length: best.count }, (_, i) => -best.values[3 * i + 2]!);
      const bound = [...shares].sort((a, b) => a - b)[shares.length >> 1]!;
      const bounded = await exact.explore({
        ...request(space),
        constraints: constraintsOf({ minRetained: bound }),
      });
      const least = (rows: Points): number =>
        Math.min(
          ...Array.from({ length: rows.count }, (_, i) => i)
            .filter((i) => -rows.values[3 * i + 2]! >= bound - 1e-12)
            .map((i) => rows.values[3 * i]!),
        );
      expect(least(exploredValues(space, bounded))).toBe(least(exploredValues(space, free)));
    }
  });

  it('looks for what comes near when nothing can meet the constraints', async () => {
    const space = randomSpace(6, 5000);
    const { designs } = await exact.explore({
      ...request(space),
      constraints: constraintsOf({ maxCycles: 1 }),
    });
    expect(designs.count).toBeGreaterThan(space.systems.length);
  });

  it('says which objectives do not add up', () => {
    expect(notAdditive(OBJECTIVES)).toBeUndefined();
    expect(notAdditive(parseObjectives('sram_memory_used_bytes,inference_ms'))).toBeUndefined();
    expect(notAdditive(parseObjectives('cycles_total,sram_memory_used_bytes:max'))?.column).toBe(
      'sram_memory_used_bytes',
    );
  });

  it('covers every state of every part with few designs', async () => {
    const { coveringDesigns } = await import('../../../../search/explore/exact/covering-designs.js');
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.uniqueArray(fc.nat(7), { maxLength: 3 }), { minLength: 1, maxLength: 6 }),
        (radices, chosen) => {
          const parts = chosen.map((p) => p.filter((i) => i < radices.length).sort((a, b) => a - b));
          const designs = coveringDesigns(radices, parts, (below) => below - 1);
          let most = 0;
          for (const positions of parts) {
            const states = positions.reduce((n, p) => n * radices[p]!, 1);
            const seen = new Set(designs.map((d) => positions.map((p) => d[p]).join()));
            expect(seen.size).toBe(states);
            most = Math.max(most, states);
          }
          expect(designs.length).toBeLessThanOrEqual(parts.length * most);
        },
      ),
      { seed: 15, numRuns: 200 },
    );
  });
});

describe('the exact search in odd spaces', () => {
  it('has nothing to add up where there are no operators', async () => {
    const builder = new NetworkBuilder();
    const network = builder.network([builder.input([1, 4, 4, 8])]);
    const systems = chooseSystems(['ethos-u55-128', 'ethos-u85-256'], {});
    const found = await exact.explore(
      request({ network, sites: [], groups: [], systems, optimise: 'Performance' }),
    );
    expect(found.designs.count).toBe(2);
    expect([...found.results.known]).toEqual([1, 1]);
    expect(found.stopped).toBeUndefined();
  });

  it('says when the time was too short', async () => {
    const space = randomSpace(4, 1500);
    const found = await exact.explore({ ...request(space), seconds: 0.001 });
    expect(found.stopped).toBe('time');
    expect(found.facts).toMatchObject({ reproducible: false, stopped: 'time' });
    expect(found.lines.join()).not.toMatch(/bound:/);
  });
});
