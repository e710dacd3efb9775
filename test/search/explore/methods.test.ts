import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXPLORERS, METHODS, planMethod, parseMethod, type Method } from '../../../search/explore/methods.js';
import { evaluateDesigns } from '../../../search/evaluate/session.js';
import { exhaustive } from '../../../search/explore/exhaustive.js';
import type { Explorer, ExploreRequest } from '../../../search/explore/explorer.js';
import { sample } from '../../../search/explore/sample.js';
import { parseObjectives } from '../../../search/rank/objectives.js';
import {
  allDesigns,
  countDesigns,
  designsOf,
  rowOf,
  type Designs,
  type Space,
} from '../../../search/space/space.js';
import { planSweep, sweep } from '../../../search/explore/sweep.js';
import { smallSpace } from '../fixture.js';

const evaluator = new URL('../evaluators/fake.js', import.meta.url).href;
const usual = parseObjectives('cycles_total,sram_total_bytes');

const requestFor = (space: Space, more: Partial<ExploreRequest> = {}): ExploreRequest => ({
  space,
  objectives: usual,
  constraints: [],
  seed: 1,
  limit: 1000,
  evaluate: { jobs: 1, evaluator },
  ...more,
});

const rows = (designs: Designs): string[] =>
  Array.from({ length: designs.count }, (_, i) => rowOf(designs, i).join(' '));

/** The systems of a space with staging memory apart: what a design costs there is no simple sum. */
const spilling = (space: Space): Space => ({
  ...space,
  systems: space.systems.map(({ system, code }) => ({ code, system: { ...system, spilling: true } })),
});

/** A space of that many widths per group on such systems: 54 · widths³ designs. */
const widened = (widths: number): Space => {
  const space = spilling(smallSpace('plain'));
  return {
    ...space,
    groups: space.groups.map(({ group }) => ({
      group,
      widths: Array.from({ length: widths }, (_, i) => group.channels + i),
    })),
  };
};

describe('the choice of a method', () => {
  const choose = (space: Space, method: Method, objectives = usual, limit = 100_000) =>
    planMethod(space, objectives, limit, method);

  it('is all designs of a small space', () => {
    expect(choose(smallSpace('plain'), 'auto')).toMatchObject({
      name: 'exhaustive',
      why: 'the space has 432 designs, few enough for all of them',
      text: 'all designs of the space',
      atMost: 432,
    });
  });

  it('is the exact front of a larger one, or of one larger than the limit', () => {
    const reason = 'and every objective adds up over the operators';
    expect(choose(widened(8), 'auto')).toMatchObject({
      name: 'exact',
      why: `the space has 27,648 designs, more than 20,000, ${reason}`,
    });
    expect(choose(spilling(smallSpace('plain')), 'auto', usual, 431)).toMatchObject({
      name: 'exact',
      why: `the space has 432 designs, more than 431, ${reason}`,
    });
  });

  it('is all designs of a large one where these add up', () => {
    const space = { ...widened(40), systems: smallSpace('plain').systems };
    expect(choose(space, 'auto')).toMatchObject({
      name: 'exhaustive',
      why: 'the space has 3,456,000 designs, few enough for all of them',
      text: 'all designs of the space, of which those on the front are listed',
    });
    expect(choose({ ...space, ...widened(80), systems: space.systems }, 'auto').name).toBe('exact');
  });

  it('is evolution where an objective does not add up', () => {
    const objectives = parseObjectives('cycles_total,sram_memory_used_bytes:max');
    expect(choose(widened(8), 'auto', objectives)).toMatchObject({
      name: 'evolve',
      why: expect.stringContaining('sram_memory_used_bytes:max does not add up') as string,
      atMost: 27_648,
    });
    expect(() => choose(widened(8), 'exact', objectives)).toThrow('use evolve');
  });

  it('is the one that was asked for', () => {
    for (const method of ['exact', 'exhaustive', 'sample', 'evolve'] as const) {
      expect(choose(smallSpace('plain'), method)).toMatchObject({ name: method, why: 'it was asked for' });
    }
    expect(() => parseMethod('evolv')).toThrow('did you mean evolve?');
  });

  it('says how large a sample is', () => {
    expect(choose(smallSpace('plain'), 'sample', usual, 100)).toMatchObject({
      text: 'a stratified sample of 100 designs, the baseline and each single-site change among them',
      atMost: 100,
    });
    // The baseline and 3 · 2 changes on 2 systems.
    expect(choose(smallSpace('plain'), 'sample', usual, 5)).toMatchObject({ atMost: 14 });
  });

  it('shares the limit among models', () => {
    const models = [
      { name: 'small', space: smallSpace('small') },
      { name: 'large', space: widened(8) },
    ];
    const planned = planSweep(models, usual, 1000, 'auto');
    expect(planned.map(({ limit, plan }) => [limit, plan.name])).toEqual([
      [432, 'exhaustive'],
      [568, 'exact'],
    ]);
  });
});

describe('an explorer', () => {
  /** Evaluates every tenth design. */
  const tenth: Explorer = {
    name: 'tenth',
    explore: async ({ space, evaluate }) => {
      const all = allDesigns(space);
      const rows = Array.from({ length: Math.ceil(all.count / 10) }, (_, i) => rowOf(all, 10 * i));
      const designs = designsOf(rows, all.width);
      const results = await evaluateDesigns(space, designs, evaluate);
      return { designs, results, facts: { method: 'tenth' }, lines: ['looked at every tenth design'] };
    },
    describe: () => 'every tenth design',
    atMost: (space) => Math.ceil(Number(countDesigns(space)) / 10),
    lacks: (_, objectives) => (objectives.length > 2 ? 'at most two objectives' : undefined),
  };

  it('from outside plans and searches like those of the registry', async () => {
    const models = [{ name: 'small', space: smallSpace('plain') }];
    const planned = planSweep(models, usual, 1000, tenth);
    expect(planned[0]!.plan).toMatchObject({
      name: 'tenth',
      why: 'it was asked for',
      text: 'every tenth design',
      atMost: 44,
    });
    const request = { objectives: usual, constraints: [], seed: 1, evaluate: { jobs: 1, evaluator } };
    const { rankings, explorations } = await sweep({ ...request, models: planned });
    // Those and the unchanged network on the second system, which is not among them.
    expect(rankings[0]!.ids).toHaveLength(45);
    expect(explorations).toEqual([
      {
        facts: { method: 'tenth', why: 'it was asked for' },
        lines: ['looked at every tenth design'],
        stopped: undefined,
      },
    ]);
  });

  it('is refused where it lacks something', () => {
    const three = parseObjectives('cycles_total,sram_total_bytes,parameters:max');
    expect(() => planMethod(smallSpace('plain'), three, 1000, tenth)).toThrow(
      'the method tenth needs at most two objectives',
    );
  });

  it('is a method by standing in the registry', () => {
    expect(METHODS).toEqual(['auto', ...EXPLORERS.map(({ name }) => name)]);
    for (const explorer of EXPLORERS) {
      const method = parseMethod(explorer.name);
      expect(planMethod(smallSpace('plain'), usual, 1000, method).explorer).toBe(explorer);
    }
    // All that lies in the room and is an explorer is registered.
    const room = new URL('../../../search/explore/', import.meta.url);
    const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
    const declared = files.flatMap((file) =>
      [...readFileSync(new URL(file, room), 'utf8').matchAll(/^export const (\w+): Explorer</gm)].map(
        ([, name]) => name!,
      ),
    );
    expect(declared.sort()).toEqual(EXPLORERS.map(({ name }) => name).sort());
  });
});

describe('a fixed table of designs', () => {
  it('is the whole space for the exhaustive explorer', async () => {
    const { designs, results, facts } = await exhaustive.explore(requestFor(smallSpace('throwing')));
    expect(new Set(rows(designs)).size).toBe(432);
    expect(results.failures.size).toBe(48);
    expect(facts).toEqual({ method: 'exhaustive' });
    const listed = await exhaustive.explore(requestFor(smallSpace('plain'), { limit: 431 }));
    expect(listed.designs.count).toBeLessThan(432);
    expect(listed.facts).toEqual({ method: 'exhaustive', designs_visited: 432, failed: 0 });
  });

  it('is the stratified sample for the sampling one', async () => {
    const { designs, results, facts } = await sample.explore(requestFor(smallSpace('plain'), { limit: 100 }));
    expect(new Set(rows(designs)).size).toBe(100);
    expect(results.known.every((k) => k === 1)).toBe(true);
    expect(facts).toMatchObject({ method: 'sample', mandatory: 14 });
    expect(facts['reproducible']).toBeUndefined();
  });

  it('is gone through from the unchanged networks in random order when time is short', async () => {
    const { designs, results, facts } = await exhaustive.explore(
      requestFor(smallSpace('slow'), { seconds: 0.2 }),
    );
    const known = results.known.reduce((n, k) => n + k, 0);
    expect(known).toBeGreaterThan(0);
    expect(known).toBeLessThan(432);
    expect(facts).toEqual({ method: 'exhaustive', stopped: 'time', reproducible: false });
    expect(results.interrupted).toBe(false);
    expect(new Set(rows(designs)).size).toBe(432);
    expect(rows(designs).slice(0, 2).sort()).toEqual(['0 0 0 0 0 0 0', '0 0 0 0 0 0 1']);
    const changes = new Set(
      rows(designs)
        .slice(2, 22)
        .map((row) => row[0]),
    );
    expect(changes.size).toBe(3);
  });
});
