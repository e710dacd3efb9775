import { grouped } from '../../../src/text.js';
import { FIGURE_AT } from '../../evaluate/figures.js';
import { lossOf } from '../../evaluate/forms.js';
import { openSession, type Results, type Session } from '../../evaluate/session.js';
import { baselineDesigns } from '../../rank/baselines.js';
import { formatObjective } from '../../rank/objectives.js';
import { designsOf, radicesOf, type Space } from '../../space/space.js';
import { stoppedFacts } from '../evaluate-designs.js';
import { evolve } from '../evolve/evolve.js';
import type { Exploration, Explorer, ExploreRequest } from '../explorer.js';
import { additiveCosts } from './additive-model.js';
import { closeFront } from './closure.js';
import { dimensionsOf, exactDimension, notAdditive } from './dimensions.js';
import { judgeNear } from './judge-near.js';
import { acrossSystems, solutionCandidates } from './near-front.js';
import { OutOfReach } from './out-of-reach.js';
import { frontProbes, randomProbes } from './probes.js';
import { boundLines, exactFacts, UNSOLVED, type Outcome } from './report.js';
import { floorOf, searchesOf, solveOptionsOf, solveSystems } from './searches.js';
import { tableValues } from './table-values.js';
import { tabulateAll } from './tabulate.js';
import { RETAINED_BANDS, SUMS_SHARE, TABLES_SHARE, TUNING } from './tuning.js';
import { Verifier } from './verifier.js';

/** The unchanged network leaves fast memory to spare on every system. */
const isPlentiful = ({ systems }: Space, { figures, width }: Results): boolean =>
  systems.every(
    ({ system }, i) =>
      figures[i * width + FIGURE_AT.sram_memory_used_bytes]! < TUNING.plentiful * system.arenaCacheSize,
  );

/**
 * Tables, sums, judgements.
 *
 * @param started time of `performance.now()`
 * @param tableSession encodes weights or predicts their sizes
 * @throws OutOfReach where there can be no tables or no front of the sums
 */
const search = async (
  request: ExploreRequest,
  started: number,
  session: Session,
  tableSession: Session,
): Promise<Exploration> => {
  const { space, objectives, constraints, seconds = Infinity } = request;
  const end = (share: number): number => started + 1000 * share * seconds;
  const isInterrupted = (): boolean => request.evaluate.signal?.aborted === true;
  const dimensions = dimensionsOf(objectives, constraints);
  const kept = exactDimension(dimensions);
  const unchanged = designsOf(baselineDesigns(space), radicesOf(space).length);
  const baselines = await tableSession.evaluate(unchanged, { until: end(1) });
  const tabulated = await tabulateAll(request, tableSession, dimensions, end(TABLES_SHARE));
  if (tableSession !== session) await tableSession.close();

  const { tables } = tabulated;
  const floor = floorOf(tables, dimensions[kept]!, constraints);
  const searches = searchesOf(request, tables, dimensions, kept, floor);
  const verifier = new Verifier(request, session, searches);
  const keptCost = (row: Uint16Array): number =>
    additiveCosts(verifier.searchOf(row).formed.model, row)[kept]!;
  /** The design retains enough of its weights to be looked for. */
  const isWanted = (row: Uint16Array): boolean =>
    floor === undefined || keptCost(row) <= verifier.searchOf(row).formed.model.limits[kept]!;
  /** Enough to be of use. */
  const { product } = dimensions[kept]!.form;
  const isUseful = (row: Uint16Array): boolean => !product || keptCost(row) <= lossOf(RETAINED_BANDS[0]!);
  const values = tableSession === session ? 'known' : 'unknown';
  const report = (outcome: Outcome): Exploration => {
    const late = verifier.isTimeUp && !outcome.complete ? 'time' : undefined;
    const stopped = isInterrupted() ? 'interrupted' : late;
    const told = {
      request,
      started,
      dimensions,
      values,
      tabulated,
      floor,
      searches,
      verifier,
      stopped,
    } as const;
    const found = verifier.judged.finish((i) => isWanted(verifier.judged.rows.row(i)));
    return { ...found, stopped, facts: exactFacts(told, outcome), lines: boundLines(told, outcome) };
  };
  if (isInterrupted()) {
    verifier.judged.add(unchanged, baselines);
    verifier.judged.interrupted = true;
    return report(UNSOLVED);
  }
  verifier.take(unchanged, baselines);

  const options = solveOptionsOf(searches, dimensions, kept);
  const solved = await solveSystems(request, searches, options, end(SUMS_SHARE), ({ formed }, j) =>
    Math.abs(formed.model.limits[j]! * TUNING.limitSlack),
  );
  if (!solved) {
    if (!isInterrupted())
      throw new OutOfReach('the time was up before the front of the sums was known', 'time');
    verifier.judged.interrupted = true;
    return report(UNSOLVED);
  }
  if (constraints.length > 0 && searches.every(({ solution }) => solution!.count === 0)) {
    // Nothing meets the limits: look for what comes near.
    await solveSystems(request, searches, options, end(SUMS_SHARE), () => Number.MAX_VALUE);
  }

  const fronts = searches.map(solutionCandidates);
  const front = acrossSystems(fronts, objectives);
  verifier.until = end(1);
  const random = values === 'known' ? randomProbes(space, request.seed) : [];
  await verifier.judge([...front, ...frontProbes(fronts), ...random]);

  const epsilons = searches[0]!.solution!.epsilons.map((_, band) =>
    Math.max(...searches.map(({ solution }) => solution!.epsilons[band]!)),
  );
  const complete = await judgeNear(request, searches, verifier, options);
  const most = isPlentiful(space, baselines) ? TUNING.mostLikeBest : TUNING.mostLikeBestInLittle;
  const closed = complete || (await closeFront(space, verifier, isWanted, isUseful, most));
  return report({ front, epsilons, complete, closed });
};

/** Evolution with the time that is left, where the sums are out of reach. */
const evolveInstead = async (
  request: ExploreRequest,
  started: number,
  { message: why, stopped: reason }: OutOfReach,
): Promise<Exploration> => {
  const { seconds } = request;
  const left = seconds && Math.max(0, seconds - (performance.now() - started) / 1000);
  const found = await evolve.explore({ ...request, ...(left !== undefined && { seconds: left }) });
  const stopped = found.stopped ?? reason;
  return {
    ...found,
    stopped,
    facts: { ...found.facts, ...stoppedFacts(stopped), why },
    lines: [`evolution instead of sums: ${why}`, ...found.lines],
  };
};

/**
 * The front of the whole space. The costs of every operator in every state of its choices are tabulated on every
 * system; the Pareto front of the sums is computed without visiting the designs one by one; the full estimator then
 * judges the front and, nearest first, what the errors of the sums might have kept from it.
 */
const explore = async (request: ExploreRequest): Promise<Exploration> => {
  const started = performance.now();
  const { space, evaluate, seconds } = request;
  const values = tableValues(space, evaluate.jobs, seconds);
  const session = openSession(space, evaluate);
  const tableSession = values === 'known' ? session : openSession(space, { ...evaluate, values });
  const close = async (): Promise<void> => {
    await session.close();
    await tableSession.close();
  };
  try {
    return await search(request, started, session, tableSession);
  } catch (error) {
    if (!(error instanceof OutOfReach)) throw error;
    await close();
    return await evolveInstead(request, started, error);
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
