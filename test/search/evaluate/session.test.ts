import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FIGURE_AT, FIGURE_COUNT } from '../../../search/evaluate/figures.js';
import {
  evaluateDesigns,
  openSession,
  type Session,
  type SessionOptions,
  type RequestOptions,
} from '../../../search/evaluate/session.js';
import { allDesigns, rowOf, type Designs, type Space } from '../../../search/space/space.js';
import { smallSpace } from '../fixture.js';

// Workers run built code; `npm test` builds it first.
const worker = new URL('../../../dist/search/evaluate/worker.js', import.meta.url);
const built = existsSync(fileURLToPath(worker));
const remark = built ? '' : ' (skipped: dist/ is missing, run npm run build)';

const evaluator = new URL('../evaluators/fake.js', import.meta.url).href;

const within = async <T>(
  space: Space,
  options: Partial<SessionOptions>,
  use: (session: Session) => Promise<T>,
): Promise<T> => {
  const session = openSession(space, { jobs: 1, evaluator, worker, ...options });
  try {
    return await use(session);
  } finally {
    await session.close();
  }
};

const part = ({ width, digits }: Designs, from: number, to: number): Designs => ({
  count: to - from,
  width,
  digits: digits.slice(from * width, to * width),
});

/** The designs on one system. */
const onSystem = (space: Space, system: number): Designs => {
  const { width, count, ...all } = allDesigns(space);
  const rows = Array.from({ length: count }, (_, i) => rowOf({ width, count, ...all }, i));
  const kept = rows.filter((row) => row.at(-1) === system);
  return { count: kept.length, width, digits: Uint16Array.from(kept.flatMap((row) => [...row])) };
};

const knownCount = (known: Uint8Array): number => known.reduce((sum, k) => sum + k, 0);

const ways: readonly (readonly [string, number])[] = built
  ? [
      ['in the calling thread', 1],
      ['on two threads', 2],
    ]
  : [['in the calling thread', 1]];

describe.each(ways)(`a session %s${remark}`, (_, jobs) => {
  it('gives for several tables what one evaluation gives for each', async () => {
    const space = smallSpace('throwing');
    const designs = allDesigns(space);
    const tables = [part(designs, 0, 100), part(designs, 100, 101), part(designs, 101, 432)];
    const alone = await Promise.all(
      tables.map((table) => evaluateDesigns(space, table, { jobs: 1, evaluator })),
    );
    await within(space, { jobs }, async (session) => {
      for (const [i, table] of tables.entries()) expect(await session.evaluate(table)).toEqual(alone[i]);
      const together = await Promise.all(tables.map((table) => session.evaluate(table)));
      expect(together).toEqual(alone);
    });
  });

  it('gives parts of the designs of one system, and lists those that throw', async () => {
    const space = smallSpace('throwing');
    await within(space, { jobs }, async (session) => {
      for (const [system, width] of [
        [0, 7],
        [1, 6],
      ] as const) {
        const designs = onSystem(space, system);
        const results = await session.evaluate(designs, { wanted: 'segments' });
        expect(results.width).toBe(width);
        expect(results.figures).toHaveLength(width * designs.count);
        for (let i = 0; i < designs.count; i++) {
          const throws = rowOf(designs, i).join('').startsWith('11');
          expect(results.failures.has(i)).toBe(throws);
          expect(results.known[i]).toBe(throws ? 0 : 1);
          const expected = throws ? new Array<number>(width).fill(0) : [...rowOf(designs, i).slice(0, width)];
          expect([...results.figures.subarray(i * width, (i + 1) * width)]).toEqual(expected);
        }
      }
    });
  });

  it('lists designs whose parts do not fit beside the others', async () => {
    const space = smallSpace('plain');
    const designs = allDesigns(space);
    await within(space, { jobs }, async (session) => {
      const results = await session.evaluate(designs, { wanted: 'segments' });
      expect(knownCount(results.known)).toBeGreaterThan(0);
      expect(results.failures.size).toBe(designs.count - knownCount(results.known));
      expect([...results.failures.values()][0]).toMatch(
        /^it has [67] numbers where the designs before it have [67]$/,
      );
    });
  });

  it('stops at its time, keeps what was finished, and goes on with the next table', async () => {
    const space = smallSpace('slow');
    const designs = allDesigns(space);
    await within(space, { jobs }, async (session) => {
      await session.evaluate(part(designs, 0, 8));
      const results = await session.evaluate(designs, { until: performance.now() + 100 });
      const known = knownCount(results.known);
      expect(results.interrupted).toBe(false);
      expect(results.failures.size).toBe(0);
      expect(known).toBeGreaterThan(0);
      expect(known).toBeLessThan(designs.count);
      // Batches of about 20 ms: no row far behind the last known one is missing.
      expect(results.known.lastIndexOf(1) - known).toBeLessThan(40);
      expect(knownCount((await session.evaluate(part(designs, 0, 8))).known)).toBe(8);
      const none = await session.evaluate(designs, { until: performance.now() - 1 });
      expect([knownCount(none.known), none.interrupted]).toEqual([0, false]);
    });
  });

  it('can be closed after it was aborted, and evaluates nothing more', async () => {
    const space = smallSpace('plain');
    const designs = allDesigns(space);
    const controller = new AbortController();
    await within(space, { jobs, signal: controller.signal }, async (session) => {
      const first = await session.evaluate(designs, { onProgress: () => controller.abort() });
      expect(first.interrupted).toBe(true);
      expect(knownCount(first.known)).toBeGreaterThan(0);
      const second = await session.evaluate(designs);
      expect([second.interrupted, knownCount(second.known), second.failures.size]).toEqual([true, 0, 0]);
      await session.close();
      await session.close();
    });
  });

  it('evaluates nothing after it was closed', async () => {
    const space = smallSpace('plain');
    const session = openSession(space, { jobs, evaluator, worker });
    await session.close();
    await expect(session.evaluate(allDesigns(space))).rejects.toThrow('evaluation is closed');
  });

  it('tells the evaluator whether values are known', async () => {
    const space = smallSpace('plain');
    const macs = (values?: 'unknown') =>
      within(space, { jobs, ...(values && { values }) }, async (session) => {
        const results = await session.evaluate(part(allDesigns(space), 0, 3));
        return [0, 1, 2].map((i) => results.figures[i * FIGURE_COUNT + FIGURE_AT.nn_macs]);
      });
    expect(await macs()).toEqual([10, 10, 10]);
    expect(await macs('unknown')).toEqual([20, 20, 20]);
  });

  it('has nothing to do for no designs', async () => {
    const space = smallSpace('plain');
    const results = await within(space, { jobs }, (session) =>
      session.evaluate(part(allDesigns(space), 0, 0)),
    );
    expect([results.known.length, results.interrupted]).toEqual([0, false]);
  });
});

describe.skipIf(!built)(`a session on threads${remark}`, () => {
  it.each<readonly [string, RequestOptions]>([
    ['figures', {}],
    ['segments', { wanted: 'segments' }],
  ])(
    'replaces workers that designs end, for %s, and loses no other design in any table',
    async (_, options) => {
      const space = smallSpace('ending');
      const designs = onSystem(space, 0);
      const guilty = (table: Designs): number[] =>
        Array.from({ length: table.count }, (_, i) => i).filter((i) =>
          rowOf(table, i).join('').startsWith('1010'),
        );
      await within(space, { jobs: 2 }, async (session) => {
        for (const table of [part(designs, 82, 90), part(designs, 0, 40), part(designs, 70, 82)]) {
          const results = await session.evaluate(table, options);
          expect([...results.failures.keys()]).toEqual(guilty(table));
          expect(knownCount(results.known)).toBe(table.count - guilty(table).length);
        }
      });
    },
  );
});

describe.skipIf(!built)(`the estimator in a session${remark}`, () => {
  it.each(['known', 'unknown'] as const)(
    'gives the same on threads as in the calling thread: %s',
    async (values) => {
      const space = smallSpace('plain');
      const designs = part(onSystem(space, 1), 80, 120);
      const run = (jobs: number, helping = false) => {
        const session = openSession(space, { jobs, helping, values, worker });
        const both = Promise.all([
          session.evaluate(designs),
          session.evaluate(designs, { wanted: 'segments' }),
        ]);
        return both.finally(() => session.close());
      };
      const [alone, together, helped] = [await run(1), await run(2), await run(2, true)];
      expect(together).toEqual(alone);
      expect(helped).toEqual(alone);
      expect(knownCount(alone[0].known)).toBe(designs.count);
      expect(knownCount(alone[1].known)).toBe(designs.count);
      expect(alone[1].width).toBeGreaterThan(FIGURE_COUNT);
    },
  );
});
