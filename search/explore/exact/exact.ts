import { grouped } from '../../../src/text.js';
import type { Constraint } from '../../rank/constraints.js';
import { formatObjective } from '../../rank/objectives.js';
import { baselineDesigns } from '../../rank/baselines.js';
import { FIGURE_AT } from '../../evaluate/figures.js';
import { openSession, type Results } from '../../evaluate/session.js';
import { additiveCosts } from './additive-model.js';
import { closeFront } from './closure.js';
import type { SystemSegments } from '../../evaluate/segments.js';
import { below, seededRandom } from '../../space/random.js';
import { designsOf, onSystem, radicesOf, varyingRadices, type Space } from '../../space/space.js';
import type { Values } from '../../substitute/substitution.js';
import { acrossSystems, nearest, Neighbourhood, solutionCandidates, type Candidates } from './near-front.js';
import type { SolveOptions } from './eliminate.js';
import { evolve } from '../evolve/evolve.js';
import { exactFacts, boundLines } from './report.js';
import type { Exploration, Explorer, ExploreRequest, Stopped } from '../explorer.js';
import { stoppedFacts } from '../evaluate-designs.js';
import { dimensionsOf, exactDimension, formModel, notAdditive, type Dimension } from './dimensions.js';
import { lossOf } from '../../evaluate/forms.js';
import { retainedIsKnown, type SegmentCosts } from './segment-costs.js';
import { Verifier } from './verifier.js';
import { solveAll } from './solve-all.js';
import { SystemSearch } from './system-search.js';
import { LARGEST_SEGMENT, largestSegment, tabulateAll } from './tabulate.js';

/** Labels that a state may keep, and designs that a system's front may have, by the number of costs. */
const LABELS: readonly Omit<SolveOptions, 'exact' | 'margins'>[] = [
  { labels: Infinity, front: Infinity },
  { labels: Infinity, front: Infinity },
  { labels: 4000, effort: 1e6, fewest: 500, front: 2500 },
  { labels: 500, effort: 2e6, fewest: 150, front: 1000 },
];
/**
 * Designs that retain less of their weights than this are not looked for, where it is known of all: most of a front
 * would be such designs, and they are of no use. Without them no label has to be thinned before so many candidates.
 */
const LEAST_RETAINED = 0.001;
const FREE = 2e8;
/** Candidates before labels are thinned, where such designs are wanted. */
const FREE_WITHOUT_FLOOR = 2e7;
/** Losses are compared with this tolerance. */
const SAME_LOSS = 1e-6;
/** Labels where designs within the error band are wanted as well. */
const BAND: Omit<SolveOptions, 'exact' | 'margins'> = {
  ...{ free: 0, labels: 20_000, effort: 3e7, fewest: 200 },
  front: 100_000,
};

/** Retained weights below which designs are of less and less use: labels are thinned there first. */
const RETAINED_BANDS = [0.05, 0.001];

/** Weights (elements) beyond which the table does not encode them all but predicts their encoded sizes. */
const MOST_TABLE_WEIGHTS = 2 ** 28;
/** Weights that a thread encodes in a second, where there is a time budget. */
const WEIGHTS_PER_SECOND = 30e6;

/** Designs of every system's front that are judged in any case, to know the model's error there. */
const PROBES = 16;
/** Random designs of every system that are judged for the same reason, where the table encodes all weights. */
const RANDOM_PROBES = 100;
/** Designs judged before what is near to the front is worked out again. */
const ROUND = 1000;
/** Designs judged besides the front where the error band cannot be gone through as a whole. */
const REFINED = 6000;
/** The band is gone through where the errors of the sums seen so far are below this share. */
const NARROW = 0.005;
/** Designs like the best that are evaluated in the end, where memory is plentiful, and where it is scarce. */
const MOST_LIKE_BEST = 1_000_000;
const MOST_LIKE_BEST_IN_LITTLE = 30_000;
/** Memory is scarce where the unchanged network takes more than this share of it. */
const PLENTIFUL = 0.9;
/** Designs of a system that are thought of around the best. */
const MOST_NEIGHBOURS = 500_000;
/** Shares of a time budget after which the tables, and the front of the sums, have to be there. */
const TABLES_SHARE = 0.5;
const SUMS_SHARE = 0.75;
/** Share of a limit by which a design may miss it before the model's error is known. */
const LIMIT_SLACK = 0.01;

/** Elements of the weights of all states of all operators. */
const tableWeights = ({ network, groups, sites }: Space): number => {
  const { operators, tensors } = network.graphs[0];
  return operators.reduce((sum, operator, index) => {
    const weights = tensors[operator.inputs[1] ?? -1];
    if (weights?.constant === undefined || weights.shape === undefined) return sum;
    const touched = new Set([...operator.inputs, ...operator.outputs]);
    const states = groups
      .filter(({ group }) => group.tensors.some((t) => touched.has(t)))
      .reduce((n, { widths }) => n * widths.length, 1);
    const options = sites.find(({ site }) => site.operator === index)?.options.length ?? 1;
    return sum + states * options * weights.shape.reduce((n, d) => n * d, 1);
  }, 0);
};

/** Some designs on every system. */
const randomDesigns = (space: Space, perSystem: number, seed: number): Uint16Array[] => {
  const rng = seededRandom(seed);
  const radices = varyingRadices(space);
  return space.systems.flatMap((_, system) =>
    Array.from({ length: perSystem }, () =>
      onSystem(
        radices.map((radix) => below(rng, radix)),
        system,
      ),
    ),
  );
};

/**
 * The least share of its weights that a design has to retain to be looked for, where nothing else was asked for;
 * undefined for none.
 */
const floorOf = (
  tables: readonly SegmentCosts[],
  { form }: Dimension,
  constraints: readonly Constraint[],
): number | undefined =>
  form.product &&
  constraints.every(({ column }) => column !== form.base) &&
  tables.length > 0 &&
  tables.every((table) => retainedIsKnown(table, form.base))
    ? LEAST_RETAINED
    : undefined;

const searchesOf = (
  { space, constraints }: ExploreRequest,
  tables: readonly SegmentCosts[],
  dimensions: readonly Dimension[],
  kept: number,
  floor: number | undefined,
): SystemSearch[] =>
  tables.map((table) => {
    const { coreClock } = space.systems[table.system]!.system;
    const formed = formModel(table, dimensions, constraints, coreClock);
    const { model } = formed;
    const limits = model.limits.map((limit, j) =>
      j === kept && floor !== undefined ? Math.min(limit, lossOf(floor)) : limit,
    );
    return new SystemSearch(table.system, dimensions, { ...formed, model: { ...model, limits } });
  });

/** Times of `performance.now()` at which the phases of a search have to end. */
const endsOf = (
  started: number,
  seconds = Infinity,
): Readonly<Record<'tables' | 'sums' | 'all', number>> => ({
  tables: started + 1000 * TABLES_SHARE * seconds,
  sums: started + 1000 * SUMS_SHARE * seconds,
  all: started + 1000 * seconds,
});

/**
 * Solves all systems' models with limits that are wider by the slack. False where an abort or the end of the time came
 * before; what was solved until then stays.
 */
const solveSystems = async (
  { evaluate }: ExploreRequest,
  searches: readonly SystemSearch[],
  options: SolveOptions,
  until: number,
  slackOf: (search: SystemSearch, j: number) => number,
  marginsOf?: (search: SystemSearch) => readonly number[],
): Promise<boolean> => {
  const tasks = searches.map((search) => {
    const { model } = search.formed;
    const limits = model.limits.map((limit, j) => Math.min(Number.MAX_VALUE, limit + slackOf(search, j)));
    return {
      model: { ...model, limits },
      options: { ...options, ...(marginsOf && { margins: marginsOf(search) }) },
    };
  });
  const solutions = await solveAll(tasks, evaluate, until);
  const solved = solutions.every((solution) => solution !== undefined);
  if (solved) searches.forEach((search, i) => (search.solution = solutions[i]));
  return solved;
};

/** Some designs of every system's front. */
const probesOf = (fronts: readonly Candidates[]): Uint16Array[] =>
  fronts.flatMap(({ rows }) => {
    const count = Math.min(PROBES, rows.size);
    return Array.from({ length: count }, (_, p) => rows.row(Math.floor((p * rows.size) / count)));
  });

/** The unchanged network leaves fast memory to spare on every system. */
const isPlentiful = ({ systems }: Space, { figures, width }: Results): boolean =>
  systems.every(
    ({ system }, i) =>
      figures[i * width + FIGURE_AT.sram_memory_used_bytes]! < PLENTIFUL * system.arenaCacheSize,
  );

/**
 * Judges what the errors of the sums might have kept from the front: all of it where the band can be gone through, else
 * the nearest, also among what is like the best designs.
 *
 * @returns true if nothing within the band is left
 */
const judgeNear = async (
  request: ExploreRequest,
  searches: readonly SystemSearch[],
  verifier: Verifier,
  options: SolveOptions,
): Promise<boolean> => {
  const exactly = searches.every(({ solution }) => solution!.epsilon === 0);
  const flawless = searches.every(({ margins }) => margins.every((margin) => margin === 0));
  if (exactly && flawless) return true;
  const narrow = searches.every(({ spreads }) => spreads.every(({ worst }) => worst <= NARROW));
  const solved =
    exactly &&
    narrow &&
    verifier.room > 0 &&
    (await solveSystems(
      request,
      searches,
      { ...options, ...BAND },
      verifier.until,
      ({ margins }, j) => margins[j]!,
      ({ margins }) => margins,
    ));
  const complete = solved && searches.every(({ solution }) => solution!.complete && solution!.epsilon === 0);
  const band = solved ? searches.map(solutionCandidates) : [];
  const most = complete ? Infinity : verifier.judged.count + REFINED;
  const around = complete
    ? []
    : searches.map((search) => new Neighbourhood(search, verifier, request.space, MOST_NEIGHBOURS));
  while (verifier.room > 0 && verifier.judged.count < most) {
    const candidates = [...band, ...around.map((neighbourhood) => neighbourhood.grow())];
    const next = nearest(candidates, verifier, request.objectives, ROUND);
    if (next.length === 0) return complete;
    await verifier.judge(next, ROUND);
  }
  return verifier.hasJudgedAll;
};

/**
 * The front of the whole space. The costs of every operator in every state of its choices are tabulated on every
 * system; the Pareto front of the sums is computed without visiting the designs one by one; the full estimator then
 * judges the front and, nearest first, what the errors of the sums might have kept from it.
 */
const explore = async (request: ExploreRequest): Promise<Exploration> => {
  const started = performance.now();
  const { space, objectives, constraints, seconds } = request;
  const dimensions = dimensionsOf(objectives, constraints);
  const ends = endsOf(started, seconds);
  const inTime =
    WEIGHTS_PER_SECOND * request.evaluate.jobs * TABLES_SHARE * TABLES_SHARE * (seconds ?? Infinity);
  const values: Values = tableWeights(space) <= Math.min(MOST_TABLE_WEIGHTS, inTime) ? 'known' : 'unknown';
  const session = openSession(space, request.evaluate);
  const tableSession = values === 'known' ? session : openSession(space, { ...request.evaluate, values });
  const close = async (): Promise<void> => {
    await session.close();
    await tableSession.close();
  };
  const isInterrupted = (): boolean => request.evaluate.signal?.aborted === true;
  /** Evolution with the time that is left, where the sums are out of reach; `timeUp` if the clock is the reason. */
  const evolveNow = async (why: string, timeUp = false): Promise<Exploration> => {
    await close();
    const left = Math.max(0, (ends.all - performance.now()) / 1000);
    const found = await evolve.explore({ ...request, ...(seconds !== undefined && { seconds: left }) });
    const stopped = found.stopped ?? (timeUp ? 'time' : undefined);
    return {
      ...found,
      stopped,
      facts: { ...found.facts, ...stoppedFacts(stopped), why },
      lines: [`evolution instead of sums: ${why}`, ...found.lines],
    };
  };
  try {
    const unchanged = designsOf(baselineDesigns(space), radicesOf(space).length);
    const baselines = await tableSession.evaluate(unchanged, { until: ends.all });
    let segments: SystemSegments | undefined;
    try {
      segments = await tableSession.segments(ends.tables);
    } catch {
      return await evolveNow('the unchanged network could not be compiled');
    }
    const largest = segments === undefined ? 0 : largestSegment(space, segments);
    if (largest > LARGEST_SEGMENT) {
      const states = grouped(largest);
      return await evolveNow(`a part of the network has ${states} states, too many for a table`);
    }
    const tabulated =
      segments && (await tabulateAll(request, tableSession, dimensions, segments, ends.tables));
    if (tabulated === undefined && !isInterrupted())
      return await evolveNow('the time was up before the table of costs was complete', true);
    if (tableSession !== session) await tableSession.close();
    const kept = exactDimension(dimensions);
    const floor = floorOf(tabulated?.tables ?? [], dimensions[kept]!, constraints);
    const searches = searchesOf(request, tabulated?.tables ?? [], dimensions, kept, floor);
    const verifier = new Verifier(request, session, searches);
    /** The design retains enough of its weights. */
    const isWanted = (row: Uint16Array): boolean => {
      if (floor === undefined) return true;
      const { model } = verifier.searchOf(row).formed;
      return additiveCosts(model, row)[kept]! <= model.limits[kept]!;
    };
    const report = (
      front: readonly Uint16Array[] = [],
      epsilons: readonly number[] = [],
      complete = false,
      closed = complete,
    ): Exploration => {
      const shares = epsilons.length > 1 ? RETAINED_BANDS : [];
      const solved = epsilons.length > 0;
      const stopped: Stopped | undefined = isInterrupted()
        ? 'interrupted'
        : verifier.isTimeUp && !complete
          ? 'time'
          : undefined;
      const told = {
        ...{ request, tabulated, values, searches, verifier, front },
        ...{ epsilons, shares, solved, complete, closed, stopped, started, floor },
      };
      const found = verifier.judged.finish((i) => isWanted(verifier.judged.rows.row(i)));
      return { ...found, stopped, facts: exactFacts(told), lines: boundLines(told) };
    };
    if (tabulated === undefined) {
      verifier.judged.add(unchanged, baselines);
      verifier.judged.interrupted = true;
      return report();
    }
    verifier.take(unchanged, baselines);
    const limits = LABELS[Math.min(dimensions.length, LABELS.length) - 1]!;
    const isFloored = searches.every(
      ({ formed }) => formed.model.limits[kept]! <= lossOf(LEAST_RETAINED) + SAME_LOSS,
    );
    const bands = dimensions[kept]!.form.product ? RETAINED_BANDS.map(lossOf) : [];
    const options = { ...limits, exact: kept, bands, free: isFloored ? FREE : FREE_WITHOUT_FLOOR };
    const slack = (search: SystemSearch, j: number): number =>
      Math.abs(search.formed.model.limits[j]! * LIMIT_SLACK);
    if (!(await solveSystems(request, searches, options, ends.sums, slack))) {
      if (!isInterrupted())
        return await evolveNow('the time was up before the front of the sums was known', true);
      verifier.judged.interrupted = true;
      return report();
    }
    if (constraints.length > 0 && searches.every(({ solution }) => solution!.count === 0)) {
      // Nothing meets the limits: look for what comes near.
      await solveSystems(request, searches, options, ends.sums, () => Number.MAX_VALUE);
    }

    const fronts = searches.map(solutionCandidates);
    const front = acrossSystems(fronts, objectives);
    verifier.until = ends.all;
    const random = values === 'known' ? randomDesigns(space, RANDOM_PROBES, request.seed) : [];
    await verifier.judge([...front, ...probesOf(fronts), ...random]);

    const epsilons = [...bands, Infinity].map((_, band) =>
      Math.max(...searches.map(({ solution }) => solution!.epsilons[band]!)),
    );
    const complete = await judgeNear(request, searches, verifier, options);
    const most = isPlentiful(space, baselines) ? MOST_LIKE_BEST : MOST_LIKE_BEST_IN_LITTLE;
    const closed = complete || (await closeFront(space, verifier, isWanted, most));
    return report(front, epsilons, complete, closed);
  } finally {
    await close();
  }
};

/** The exact front of the sums: for objectives that add up, multiply, or are largest values over the operators. */
export const exact: Explorer<'exact'> = {
  name: 'exact',
  explore,
  describe: (_, limit) =>
    `the designs on and near the exact front of the additive model, at most ${grouped(limit)}`,
  lacks: (_, objectives) => {
    const odd = notAdditive(objectives);
    return (
      odd && `objectives that add up over the operators, and ${formatObjective(odd)} does not; use evolve`
    );
  },
  advise: (_, objectives) => {
    const odd = notAdditive(objectives);
    return odd === undefined
      ? { take: true, why: 'and every objective adds up over the operators' }
      : { take: false, why: `and ${formatObjective(odd)} does not add up over the operators` };
  },
};
