import { grouped } from '../../src/text.js';
import { FIGURE_COUNT } from '../evaluate/figures.js';
import { openSession } from '../evaluate/session.js';
import { formOf, isRaised, SAME_LOSS } from '../evaluate/forms.js';
import { addUpOn, walkTasks, type Cost } from '../evaluate/walk-tasks.js';
import type { WalkResult } from '../evaluate/walk.js';
import { prune } from '../front/non-dominated.js';
import { pointsOfMembers } from '../front/points.js';
import type { MetricName } from '../metrics.js';
import { baselineDesigns } from '../rank/baselines.js';
import { BETTER, type Constraint } from '../rank/constraints.js';
import type { Objective } from '../rank/objectives.js';
import { allDesigns, countDesigns, designsOf, radicesOf, type Space } from '../space/space.js';
import { EvaluatedDesigns } from './evaluated-designs.js';
import type { Exploration, ExploreRequest, Explorer, Stopped } from './explorer.js';
import { evaluateTable, stoppedFacts } from './evaluate-designs.js';

/** `auto` evaluates all designs of spaces up to this size, and of larger ones where that is fast. */
const SMALL = 20_000;
const LARGE = 10_000_000;

/** The costs of objectives and constraints on a system with that clock. */
const costsOf = (
  objectives: readonly Objective[],
  constraints: readonly Constraint[],
  hertz: number,
): Cost[] => {
  const costOf = (column: MetricName, better: 'min' | 'max', bound?: number): Cost => {
    const form = formOf(column);
    const sign = isRaised(form, better) ? -1 : 1;
    const most =
      bound === undefined ? Infinity : sign * (form.total(bound, hertz) + (form.product ? SAME_LOSS : 0));
    return { metric: form.base, sign, most, objective: bound === undefined };
  };
  return [
    ...objectives.map(({ column, direction }) => costOf(column, direction)),
    ...constraints.map(({ column, kind, bound }) => costOf(column, BETTER[kind], bound)),
  ];
};

/** Designs of the space add up segment by segment. */
const isFast = (space: Space, objectives: readonly Objective[]): boolean => {
  const costs = objectives.map(({ column }) => ({ metric: column }));
  return space.systems.every((_, system) => addUpOn(space, system, costs));
};

/** A design that a walk through its part of the space kept. */
interface Kept {
  readonly digits: Uint16Array;
  readonly values: Float64Array;
  readonly figures: Float64Array;
}

const keptOf = ({ digits, objectives, figures }: WalkResult, width: number, dimensions: number): Kept[] =>
  Array.from({ length: digits.length / width }, (_, i) => ({
    digits: digits.subarray(i * width, (i + 1) * width),
    values: objectives.subarray(i * dimensions, (i + 1) * dimensions),
    figures: figures.subarray(i * FIGURE_COUNT, (i + 1) * FIGURE_COUNT),
  }));

const byDigits = (a: Kept, b: Kept): number => {
  const at = a.digits.findIndex((digit, i) => digit !== b.digits[i]);
  return at === -1 ? 0 : a.digits[at]! - b.digits[at]!;
};

/** Those that no other dominates or equals, by their digits. */
const bestOf = (kept: readonly Kept[], dimensions: number): Kept[] => {
  // The order in which parts were finished must not decide which of equal designs stays.
  const all = [...kept].sort(byDigits);
  return Array.from(prune(pointsOfMembers(all, dimensions)).slice().sort(), (i) => all[i]!);
};

/** Looks at every design, and keeps those that no other on the same system dominates. */
const walkAll = async (request: ExploreRequest): Promise<Exploration> => {
  const { space, objectives, constraints, seconds, evaluate, onProgress } = request;
  const until = performance.now() + 1000 * (seconds ?? Infinity);
  const total = Number(countDesigns(space));
  const width = radicesOf(space).length;
  const dimensions = objectives.length;
  // A part whose designs do not add up takes long: it has to be ended in the middle when the time is up.
  const session = openSession(space, { ...evaluate, apart: true });
  try {
    const unchanged = designsOf(baselineDesigns(space), width);
    const found = new EvaluatedDesigns(width);
    found.add(unchanged, await session.evaluate(unchanged, { until }));
    const segments = (await session.segments(until)) ?? [];
    const tasks = segments.flatMap((own, system) => [
      ...walkTasks(
        space,
        own,
        system,
        costsOf(objectives, constraints, space.systems[system]!.system.coreClock),
      ),
    ]);
    let visited = 0;
    let failed = 0;
    const kept = space.systems.map((): Kept[] => []);
    await session.walk(tasks, until, ({ system }, result) => {
      visited += result.visited;
      failed += result.failed;
      kept[system]!.push(...keptOf(result, width, dimensions));
      onProgress?.(visited);
    });
    const best = kept
      .flatMap((one) => bestOf(one, dimensions))
      .filter(({ digits }) => !found.rows.has(digits));
    const figures = new Float64Array(best.length * FIGURE_COUNT);
    best.forEach((one, i) => figures.set(one.figures, i * FIGURE_COUNT));
    found.add(
      designsOf(
        best.map(({ digits }) => digits),
        width,
      ),
      {
        figures,
        width: FIGURE_COUNT,
        known: new Uint8Array(best.length).fill(1),
        failures: new Map(),
        interrupted: visited < total && evaluate.signal?.aborted === true,
      },
    );
    const stopped: Stopped | undefined =
      visited === total ? undefined : found.interrupted ? 'interrupted' : 'time';
    const facts = { method: 'exhaustive', designs_visited: visited, failed, ...stoppedFacts(stopped) };
    const lines = [
      `${grouped(visited)} of ${grouped(total)} designs compared; listed are the unchanged network and what no other ` +
        'design dominates on its system, equal designs once',
    ];
    return { ...found.finish(), facts, lines, stopped };
  } finally {
    await session.close();
  }
};

/** Evaluates every design of a space. */
export const exhaustive: Explorer<'exhaustive'> = {
  name: 'exhaustive',
  explore: async (request) => {
    if (countDesigns(request.space) > BigInt(request.limit)) return walkAll(request);
    const found = await evaluateTable(request, allDesigns(request.space));
    return { ...found, facts: { method: 'exhaustive', ...stoppedFacts(found.stopped) }, lines: [] };
  },
  describe: (space, limit) =>
    countDesigns(space) <= BigInt(limit)
      ? 'all designs of the space'
      : 'all designs of the space, of which those on the front are listed',
  total: (space) => Number(countDesigns(space)),
  lacks: (space) => {
    const count = countDesigns(space);
    return count <= BigInt(Number.MAX_SAFE_INTEGER)
      ? undefined
      : `a smaller space; this one has ${grouped(count)} designs`;
  },
  advise: (space, objectives, limit) => {
    const most = isFast(space, objectives) ? LARGE : Math.min(limit, SMALL);
    return countDesigns(space) <= BigInt(most)
      ? { take: true, why: 'few enough for all of them' }
      : { take: false, why: `more than ${grouped(most)}` };
  },
};
