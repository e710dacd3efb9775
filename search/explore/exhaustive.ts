import { grouped } from '../../src/text.js';
import { openSession } from '../evaluate/session.js';
import { isSimple } from '../evaluate/transitions/transitions.js';
import { addsUp, costsOf, walkTasks, type Cost } from '../evaluate/walk.js';
import { prune } from '../front/non-dominated.js';
import { baselineDesigns } from '../rank/baselines.js';
import type { Objective } from '../rank/objectives.js';
import { allDesigns, countDesigns, radicesOf, type Space } from '../space/space.js';
import { RowSet } from '../space/row-set.js';
import type { Exploration, ExploreRequest, Explorer, Stopped } from './explorer.js';
import { evaluateTable, stoppedFacts } from './evaluate-designs.js';

/** `auto` evaluates all designs of spaces up to this size, and of larger ones where that is fast. */
const SMALL = 20_000;
const LARGE = 10_000_000;

const costsOn = (
  { systems }: Space,
  system: number,
  objectives: readonly Objective[],
  constraints: ExploreRequest['constraints'] = [],
): Cost[] => costsOf(objectives, constraints, systems[system]!.system.coreClock);

/** Designs of the space add up segment by segment. */
const isFast = (space: Space, objectives: readonly Objective[]): boolean =>
  space.systems.every(
    ({ system }, i) => isSimple(system) && costsOn(space, i, objectives).every((cost) => addsUp(cost)),
  );

/** What walks through the parts of a space found on one system. */
interface Found {
  readonly rows: Uint16Array[];
  readonly points: number[];
}

const byDigits = (a: Uint16Array, b: Uint16Array): number => {
  const at = a.findIndex((digit, i) => digit !== b[i]);
  return at === -1 ? 0 : a[at]! - b[at]!;
};

/** The designs that no other on their system dominates or equals, by their digits. */
const bestOf = ({ rows, points }: Found, dimensions: number): Uint16Array[] => {
  // The order in which parts were finished must not decide which of equal designs is kept.
  const order = [...rows.keys()].sort((a, b) => byDigits(rows[a]!, rows[b]!));
  const values = Float64Array.from(order.flatMap((i) => points.slice(i * dimensions, (i + 1) * dimensions)));
  const kept = prune({ values, count: rows.length, dimensions });
  return Array.from(kept.slice().sort(), (i) => rows[order[i]!]!);
};

/** Looks at every design, and keeps those that no other on the same system dominates. */
const walkAll = async (request: ExploreRequest): Promise<Exploration> => {
  const { space, objectives, constraints, seconds, evaluate, onProgress } = request;
  const until = performance.now() + 1000 * (seconds ?? Infinity);
  const total = Number(countDesigns(space));
  const width = radicesOf(space).length;
  const session = openSession(space, evaluate);
  try {
    const segments = (await session.segments(until)) ?? [];
    const tasks = segments.flatMap((own, system) => [
      ...walkTasks(space, own, system, costsOn(space, system, objectives, constraints)),
    ]);
    let visited = 0;
    let failed = 0;
    const found = space.systems.map((): Found => ({ rows: [], points: [] }));
    await session.walk(tasks, until, ({ system }, result) => {
      visited += result.visited;
      failed += result.failed;
      const { rows, points } = found[system]!;
      for (let at = 0; at < result.digits.length; at += width) {
        rows.push(result.digits.subarray(at, at + width));
      }
      for (const value of result.objectives) points.push(value);
      onProgress?.(visited, total);
    });
    const best = found.flatMap((one) => bestOf(one, objectives.length));
    const rows = new RowSet(best.length + space.systems.length, width);
    for (const row of [...baselineDesigns(space), ...best]) rows.add(row);
    const designs = rows.designs();
    const results = await session.evaluate(designs);
    const whole = visited === total && !results.interrupted;
    const stopped: Stopped | undefined = whole
      ? undefined
      : evaluate.signal?.aborted === true
        ? 'interrupted'
        : 'time';
    const facts = { method: 'exhaustive', designs_visited: visited, failed, ...stoppedFacts(stopped) };
    const lines = [
      `${grouped(visited)} of ${grouped(total)} designs compared; listed are the unchanged network and what no other ` +
        'design dominates on its system, equal designs once',
    ];
    return { designs, results, facts, lines, stopped };
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
