import { grouped } from '../../../src/text.js';
import { baselinesOf, slowestBaseline } from '../../rank/baselines.js';
import type { MetricRow } from '../../metrics.js';
import { tabulate, type Study } from '../../rank/table.js';
import { excess } from '../../rank/constraints.js';
import { coverageOf, type Coverage } from '../../rank/ranking.js';
import type { DesignFigures } from '../../evaluate/figures.js';
import { openSession, type Results } from '../../evaluate/session.js';
import { objectivePoints } from '../../rank/objectives.js';
import { seededRandom } from '../../space/random.js';
import { designsOf, radicesOf, rowOf, type Designs, type Space } from '../../space/space.js';
import { createBreeder } from './breeding.js';
import { allowed, type Exploration, type ExploreRequest, type Explorer } from '../explorer.js';
import { EvaluatedDesigns } from '../evaluated-designs.js';
import { emptyArchive, extended } from '../../front/archive.js';
import { pointAt, pointsOfMembers } from '../../front/points.js';
import { survivors, type Individual, type Ranked } from './selection.js';

/** Individuals of a generation in large spaces. */
const POPULATION = 200;
const SMALLEST = 16;
/** A population is at most this share of the space and of the limit. */
const SHARE = 8;

/** Beyond three objectives, where measuring takes long, a generation is recorded only after so many more designs. */
const GROWTH = 1.1;

/** Generations without a change of the front after which the search ends. */
const STAGNATION = 50;

/** State of a search after a generation. */
export interface HistoryEntry {
  readonly evaluated: number;
  readonly front: number;
  /** As `Coverage` has it; null where it is not known. */
  readonly hypervolume: number | null;
}

/** Why a search ended, as `run.json` names it. */
type End = 'limit' | 'time' | 'exhausted' | 'stagnation' | 'interrupted';

const ENDINGS: Readonly<Record<End, string>> = {
  limit: 'the limit was reached',
  time: 'the time was up; another run may find other designs',
  exhausted: 'all designs of the space were evaluated',
  stagnation: `the front did not change for ${STAGNATION} generations`,
  interrupted: 'it was interrupted',
};

/** Individuals of a generation: 200, fewer for small spaces and limits. */
export const populationSize = (space: Space, limit: number): number => {
  const most = allowed(space, limit);
  return Math.min(most, POPULATION, Math.max(SMALLEST, Math.ceil(most / SHARE)));
};

/** The designs of a generation that could be evaluated, as selection sees them. */
const individualsOf = (
  { space, objectives, constraints }: ExploreRequest,
  designs: Designs,
  results: Results,
  baselines: Study['baselines'],
): Individual[] => {
  const table = tabulate([{ model: '', space, designs, results, baselines }]);
  const points = objectivePoints(table, objectives);
  return Array.from({ length: table.count }, (_, i) => ({
    digits: rowOf(designs, table.row[i]!).slice(),
    values: [...pointAt(points, i)],
    violation: constraints.reduce((sum, c) => sum + excess(c, table.columns[c.column][i]!), 0),
  }));
};

/**
 * Evolutionary search: NSGA-II (Deb et al. 2002) with constraint domination, uniform crossover and mutation of digits.
 * No design is evaluated twice. It ends at the limit, when the time is up, when all designs have been evaluated, or
 * when the front has not changed for 50 generations. All random choices come from the seed; the number of threads
 * changes nothing. A search that ends because its time is up cannot be repeated exactly.
 */
const explore = async (request: ExploreRequest): Promise<Exploration> => {
  const { space, objectives, limit, seed, seconds, onProgress } = request;
  const until = seconds === undefined ? Infinity : performance.now() + 1000 * seconds;
  const dimensions = objectives.length;
  const growth = dimensions <= 3 ? 1 : GROWTH;
  const size = populationSize(space, limit);
  const breeder = createBreeder(space, seededRandom(seed));
  const evaluated = new EvaluatedDesigns(radicesOf(space).length);
  let front = emptyArchive<Individual>(dimensions);
  const history: HistoryEntry[] = [];
  const session = openSession(space, { ...request.evaluate, jobs: Math.min(request.evaluate.jobs, size) });

  let baselines: readonly (DesignFigures | undefined)[] | undefined;
  let slowest: MetricRow | undefined;
  const cover = (): Coverage => coverageOf(front.points, objectives, slowest);

  let population: Ranked[] = [];
  let generations = 0;
  let changed = 0;
  const endOf = (results: Results): End | undefined => {
    if (results.interrupted) return 'interrupted';
    if (performance.now() >= until) return 'time';
    if (breeder.exhausted()) return 'exhausted';
    if (evaluated.count >= limit) return 'limit';
    return generations - changed >= STAGNATION ? 'stagnation' : undefined;
  };

  let end: End | undefined;
  try {
    while (end === undefined) {
      const wanted = Math.min(size, limit - evaluated.count);
      const rows = generations === 0 ? breeder.start(wanted) : breeder.children(population, wanted);
      const before = evaluated.count;
      const designs = designsOf(rows, evaluated.width);
      const results = await session.evaluate(designs, {
        until,
        onProgress: (finished) => onProgress?.(before + finished),
      });
      evaluated.add(designs, results);
      if (baselines === undefined) {
        const ended = results.interrupted || performance.now() >= until;
        baselines = ended ? [] : await baselinesOf(space, designs, results, request.evaluate);
        slowest = slowestBaseline([{ model: '', space, designs, results, baselines }], objectives);
      }
      const individuals = individualsOf(request, designs, results, baselines);
      generations++;
      const met = individuals.filter(({ violation }) => violation === 0);
      const better = extended(front, met, pointsOfMembers(met, dimensions));
      if (better !== front) [front, changed] = [better, generations];
      const parents = population.map(({ individual }) => individual);
      population = survivors([...parents, ...individuals], dimensions, size);
      end = endOf(results) ?? (rows.length === 0 ? 'stagnation' : undefined);
      if (end !== undefined || evaluated.count >= growth * (history.at(-1)?.evaluated ?? 0)) {
        const hypervolume = cover().hypervolume ?? null;
        history.push({ evaluated: evaluated.count, front: front.members.length, hypervolume });
      }
    }
  } finally {
    await session.close();
  }

  const reproducible = end !== 'time' && end !== 'interrupted';
  return {
    ...evaluated.finish(),
    stopped: end === 'time' || end === 'interrupted' ? end : undefined,
    facts: {
      method: 'evolve',
      algorithm: 'NSGA-II',
      population: size,
      generations,
      stopped: end,
      reproducible,
      reference_point: cover().reference ?? null,
      history,
    },
    lines: [
      `evolutionary search: ${grouped(evaluated.count)} designs in ${grouped(generations)} generations; ${ENDINGS[end]}`,
    ],
  };
};

/** Evolution: for any objectives. */
export const evolve: Explorer<'evolve'> = {
  name: 'evolve',
  explore,
  describe: (space, limit) =>
    `at most ${grouped(allowed(space, limit))} designs, which an evolutionary search chooses`,
  advise: () => ({ take: true, why: '' }),
};
