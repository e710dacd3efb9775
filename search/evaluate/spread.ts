import type { Engine, Table } from './results.js';

/** Designs of one system, to be evaluated together. */
interface Group {
  readonly system: number;
  /** Rows of the table in its order. */
  readonly rows: Uint32Array;
  /** Which stretch of the table they are from. */
  readonly stretch: number;
}

/** Rows of a stretch: at most, and as a share of the table. */
const LONGEST = 8192;
const STRETCHES = 8;
/** So many stretches are worked on together. */
const AHEAD = 4;

/** The rows of a table, stretch by stretch, by system within each. */
function groupsOf({ count, systemOf }: Pick<Table, 'count' | 'systemOf'>): Group[] {
  const length = Math.min(LONGEST, Math.ceil(count / STRETCHES));
  const groups: Group[] = [];
  for (let from = 0, stretch = 0; from < count; from += length, stretch++) {
    const bySystem = new Map<number, number[]>();
    for (let row = from; row < Math.min(count, from + length); row++) {
      const system = systemOf(row);
      const rows = bySystem.get(system);
      if (rows === undefined) bySystem.set(system, [row]);
      else rows.push(row);
    }
    for (const [system, rows] of bySystem) groups.push({ system, rows: Uint32Array.from(rows), stretch });
  }
  return groups;
}

/**
 * Several engines as one. What an engine learns of a system it can use again, so each system has an engine that
 * evaluates its designs; others help only when they have nothing of their own to do.
 */
export const createSpread = (engines: readonly Engine[], signal: AbortSignal | undefined): Engine => {
  const ownerOf = new Map<number, number>();
  const owned = engines.map(() => 0);

  /** Takes the group that suits an engine best from those that are left. */
  const take = (left: Group[], engine: number): Group | undefined => {
    const [first] = left;
    if (first === undefined) return undefined;
    const mayOwn = owned[engine] === Math.min(...owned);
    const rankOf = ({ system, stretch }: Group): number => {
      const owner = ownerOf.get(system);
      const suits = owner === engine || (owner === undefined && mayOwn);
      return suits && stretch < first.stretch + AHEAD ? 2 * stretch + (owner === engine ? 0 : 1) : Infinity;
    };
    const best = left.reduce((a, b) => (rankOf(b) < rankOf(a) ? b : a));
    left.splice(left.indexOf(best), 1);
    if (mayOwn && !ownerOf.has(best.system)) {
      ownerOf.set(best.system, engine);
      owned[engine]!++;
    }
    return best;
  };

  return {
    evaluate: async (table, wanted, until) => {
      const left = groupsOf({ count: table.count, systemOf: (row) => table.systemOf(row) });
      await Promise.all(
        engines.map(async (engine, e) => {
          while (signal?.aborted !== true && performance.now() < until) {
            const group = take(left, e);
            if (group === undefined) return;
            await engine.evaluate(table.part(group.rows), wanted, until);
          }
        }),
      );
    },
    walk: async (tasks, until, found) => {
      const rest = tasks[Symbol.iterator]();
      const shared = { [Symbol.iterator]: () => ({ next: () => rest.next() }) };
      await Promise.all(engines.map((engine) => engine.walk(shared, until, found)));
    },
    segments: (until) => engines[0]!.segments(until),
    close: async () => {
      await Promise.all(engines.map((engine) => engine.close()));
    },
  };
};
