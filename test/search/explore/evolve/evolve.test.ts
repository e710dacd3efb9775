import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { baselinesOf, slowestBaseline } from '../../../../search/rank/baselines.js';
import { tabulate } from '../../../../search/rank/table.js';
import { constraintsOf, meeting } from '../../../../search/rank/constraints.js';
import { evolve, populationSize } from '../../../../search/explore/evolve/evolve.js';
import { exhaustive } from '../../../../search/explore/exhaustive.js';
import type { Exploration, ExploreRequest } from '../../../../search/explore/explorer.js';
import type { HistoryEntry } from '../../../../search/explore/evolve/evolve.js';
import { parseObjectives } from '../../../../search/rank/objectives.js';
import { coverage, rank, type Ranking } from '../../../../search/rank/ranking.js';
import { rowOf, type Space } from '../../../../search/space/space.js';
import { smallSpace } from '../../fixture.js';

// Workers run built code; `npm test` builds it first.
const worker = new URL('../../../../dist/search/evaluate/worker.js', import.meta.url);
const built = existsSync(fileURLToPath(worker));
const remark = built ? '' : ' (skipped: dist/ is missing, run npm run build)';

const fake = new URL('../../evaluators/fake.js', import.meta.url).href;
const landscape = new URL('../../evaluators/landscape.js', import.meta.url).href;

/** 27 · 4³ · 2 = 3456 designs. */
const space = ((): Space => {
  const small = smallSpace('plain');
  return {
    ...small,
    groups: small.groups.map(({ group }) => ({ group, widths: [0, 2, 4, 6].map((n) => group.channels + n) })),
  };
})();

const requestFor = (more: Partial<ExploreRequest> = {}): ExploreRequest => ({
  space,
  objectives: parseObjectives('cycles_total,sram_total_bytes'),
  constraints: [],
  seed: 1,
  limit: 600,
  evaluate: { jobs: 1, evaluator: landscape, worker },
  ...more,
});

const rowsOf = ({ designs }: Exploration): string[] =>
  Array.from({ length: designs.count }, (_, i) => rowOf(designs, i).join(' '));

const historyOf = ({ facts }: Exploration): HistoryEntry[] => facts['history'] as HistoryEntry[];

/** The ranking of what was explored, and the share of the objective space that it covers. */
const judged = async (
  request: ExploreRequest,
  { designs, results }: Exploration,
): Promise<{ readonly ranking: Ranking; readonly hypervolume: number }> => {
  const baselines = await baselinesOf(request.space, designs, results, request.evaluate);
  const studies = [{ model: 'm', space: request.space, designs, results, baselines }];
  const ranking = rank(studies, meeting(tabulate(studies), request.constraints), request.objectives);
  return { ranking, hypervolume: coverage(ranking, slowestBaseline(studies)).hypervolume! };
};

const frontOf = ({ ids, frontSize }: Ranking): string[] => ids.slice(0, frontSize).sort();

describe('evolutionary search', () => {
  it('finds nearly the whole front of a space in a part of its designs', async () => {
    const request = requestFor();
    const everything = await judged(request, await exhaustive.explore({ ...request, limit: 3456 }));
    const found = await judged(request, await evolve.explore(request));
    expect(found.hypervolume).toBeGreaterThan(0.999 * everything.hypervolume);
    expect(found.hypervolume).toBeLessThanOrEqual(everything.hypervolume);
  });

  it.each(['cycles_total,sram_total_bytes', 'cycles_total,sram_total_bytes,external_total_bytes,parameters'])(
    'ends with the true front of a small space for %s',
    async (text) => {
      const request = requestFor({
        space: smallSpace('plain'),
        limit: 1000,
        objectives: parseObjectives(text),
      });
      const exploration = await evolve.explore(request);
      expect(new Set(rowsOf(exploration)).size).toBe(432);
      expect(exploration.facts).toMatchObject({ stopped: 'exhausted', reproducible: true });
      const all = await judged(request, await exhaustive.explore(request));
      expect(frontOf((await judged(request, exploration)).ranking)).toEqual(frontOf(all.ranking));
    },
  );

  it('starts from the baseline on every system, repeats no design and keeps to the limit', async () => {
    for (const limit of [1, 2, 7, 100, 601]) {
      const progress: number[] = [];
      const request = requestFor({ limit, onProgress: (finished) => progress.push(finished) });
      const exploration = await evolve.explore(request);
      const rows = rowsOf(exploration);
      expect(rows).toHaveLength(limit);
      expect(new Set(rows).size).toBe(limit);
      expect(rows.slice(0, 2)).toEqual(['0 0 0 0 0 0 0', '0 0 0 0 0 0 1'].slice(0, limit));
      expect(exploration.facts).toMatchObject({ method: 'evolve', stopped: 'limit' });
      expect(progress.at(-1)).toBe(limit);
    }
  });

  it('depends on nothing but its seed', async () => {
    const runs = await Promise.all([1, 1, 2].map((seed) => evolve.explore(requestFor({ seed }))));
    expect(runs[1]).toEqual(runs[0]);
    expect(rowsOf(runs[2]!)).not.toEqual(rowsOf(runs[0]!));
  });

  it.skipIf(!built)(`is the same on one thread and on two${remark}`, async () => {
    const [alone, together] = await Promise.all(
      [1, 2].map((jobs) => evolve.explore(requestFor({ evaluate: { jobs, evaluator: landscape, worker } }))),
    );
    expect(together).toEqual(alone);
  });

  it('records a hypervolume that never falls and ends at that of its ranking', async () => {
    for (const text of [
      'cycles_total,sram_total_bytes',
      'cycles_total,sram_total_bytes,parameters,nn_macs',
    ]) {
      const request = requestFor({ objectives: parseObjectives(text) });
      const exploration = await evolve.explore(request);
      const history = historyOf(exploration);
      const volumes = history.map((entry) => entry.hypervolume!);
      expect(volumes).toEqual([...volumes].sort((a, b) => a - b));
      expect(history.at(-1)!.evaluated).toBe(600);
      const { hypervolume } = await judged(request, exploration);
      expect(volumes.at(-1)).toBeCloseTo(hypervolume, 12);
    }
  });

  it('looks for designs that meet the constraints', async () => {
    const constraints = constraintsOf({ maxCycles: 1180, maxSram: 90 });
    const request = requestFor({ constraints, limit: 300 });
    const everything = await judged(request, await exhaustive.explore({ ...request, limit: 3456 }));
    expect(everything.ranking.table.count).toBeGreaterThan(0);
    expect(everything.ranking.table.count).toBeLessThan(100);
    const found = await judged(request, await evolve.explore(request));
    expect(found.hypervolume).toBeGreaterThan(0.95 * everything.hypervolume);
  });

  it('lists designs that cannot be evaluated, and goes on without them', async () => {
    const exploration = await evolve.explore(
      requestFor({ space: smallSpace('throwing'), limit: 300, evaluate: { jobs: 1, evaluator: fake } }),
    );
    const rows = rowsOf(exploration);
    const { known, failures } = exploration.results;
    expect(rows).toHaveLength(300);
    rows.forEach((row, i) => {
      expect(failures.has(i)).toBe(row.startsWith('1 1'));
      expect(known[i]).toBe(row.startsWith('1 1') ? 0 : 1);
    });
  });

  it('stops when its time is up, and says that it cannot be repeated', async () => {
    const evaluate = { jobs: 1, evaluator: fake };
    const exploration = await evolve.explore(
      requestFor({ space: smallSpace('slow'), seconds: 0.3, evaluate }),
    );
    expect(exploration.facts).toMatchObject({ stopped: 'time', reproducible: false });
    expect(exploration.designs.count).toBeGreaterThan(0);
    expect(exploration.designs.count).toBeLessThan(432);
    expect(exploration.results.known.every((k) => k === 1)).toBe(true);
    expect(exploration.results.interrupted).toBe(false);
    expect(exploration.lines[0]).toContain('another run may find other designs');
  });

  it('keeps what was finished when it is interrupted', async () => {
    const controller = new AbortController();
    const exploration = await evolve.explore(
      requestFor({
        evaluate: { jobs: 1, evaluator: landscape, signal: controller.signal },
        onProgress: (finished) => finished > 250 && controller.abort(),
      }),
    );
    expect(exploration.results.interrupted).toBe(true);
    expect(exploration.designs.count).toBeGreaterThan(250);
    expect(exploration.designs.count).toBeLessThan(600);
    expect(exploration.facts).toMatchObject({ stopped: 'interrupted', reproducible: false });
  });

  it('stops when nothing better has turned up for long', async () => {
    const widths = Array.from({ length: 40 }, (_, i) => i + 1);
    const large = { ...space, groups: space.groups.map(({ group }) => ({ group, widths })) };
    const request = requestFor({ space: large, limit: 100_000, objectives: parseObjectives('cycles_total') });
    const exploration = await evolve.explore(request);
    expect(exploration.facts).toMatchObject({ stopped: 'stagnation', reproducible: true });
    expect(exploration.designs.count).toBeLessThan(30_000);
  });

  it('has smaller populations in smaller spaces', () => {
    expect([1, 10, 100, 1000, 3456].map((limit) => populationSize(space, limit))).toEqual([
      1, 10, 16, 125, 200,
    ]);
    expect(populationSize(smallSpace('plain'), 100_000)).toBe(54);
  });
});
