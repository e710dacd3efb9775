import { expect, it } from 'vitest';
import type { Engine, Table } from '../../../search/evaluate/results.js';
import { Collector, Part } from '../../../search/evaluate/results.js';
import { createSpread } from '../../../search/evaluate/spread.js';
import type { Designs } from '../../../search/space/space.js';

const SYSTEMS = 4;

/** Designs of a single digit, the system, in turn. */
const designsOf = (count: number): Designs => ({
  count,
  width: 1,
  digits: Uint16Array.from({ length: count }, (_, row) => row % SYSTEMS),
});

const systemsOf = (table: Table): number[] =>
  Array.from({ length: table.count }, (_, row) => table.systemOf(row));

/** An engine that takes a while for a design, and says so in its figures. */
const engine = (milliseconds: number, seen: number[]): Engine => ({
  evaluate: async (table) => {
    seen.push(...systemsOf(table));
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    const { digits } = table.batch({ from: 0, to: table.count });
    const figures = Float64Array.from(digits, (digit) => 10 + digit);
    table.accept({ from: 0, to: table.count }, { figures, width: 1, failures: [], milliseconds });
  },
  segments: () => Promise.resolve(undefined),
  walk: async (tasks, _, take) => {
    for (const task of tasks) {
      await Promise.resolve();
      take(task, { visited: 1 } as Parameters<typeof take>[1]);
    }
  },
  close: () => Promise.resolve(),
});

const evaluated = async (engines: readonly Engine[], count: number, signal?: AbortSignal) => {
  const table = new Collector(designsOf(count), 'segments', undefined);
  await createSpread(engines, signal).evaluate(new Part(table, table.rows), 'segments', Infinity);
  return table.results(false);
};

it('evaluates every design once, whatever engine does it', async () => {
  for (const count of [1, 3, 50, 1000]) {
    const seen: number[][] = [[], [], []];
    const { known, figures } = await evaluated(
      seen.map((own, e) => engine(1 + e, own)),
      count,
    );
    expect(Array.from(known)).toEqual(Array.from({ length: count }, () => 1));
    expect(Array.from(figures)).toEqual(Array.from({ length: count }, (_, row) => 10 + (row % SYSTEMS)));
    expect(seen.flat()).toHaveLength(count);
  }
});

it('gives designs of one system to one engine while others have their own', async () => {
  const seen: number[][] = [[], []];
  await evaluated(
    seen.map((own) => engine(2, own)),
    1000,
  );
  const [first, second] = seen.map((own) => new Set(own.slice(0, 250)));
  expect([...first!].filter((system) => second!.has(system))).toEqual([]);
  expect(first!.size + second!.size).toBe(SYSTEMS);
});

it('lets engines help each other where there is one system', async () => {
  const seen: number[][] = [[], []];
  const table = new Collector({ count: 64, width: 1, digits: new Uint16Array(64) }, 'segments', undefined);
  const spread = createSpread(
    seen.map((own) => engine(2, own)),
    undefined,
  );
  await spread.evaluate(new Part(table, table.rows), 'segments', Infinity);
  expect(seen.map((own) => own.length > 0)).toEqual([true, true]);
});

it('divides the systems of tables that come one after another', async () => {
  const seen: number[][] = [[], []];
  const spread = createSpread(
    seen.map((own) => engine(2, own)),
    undefined,
  );
  const evaluate = async (systems: readonly number[]): Promise<void> => {
    const digits = Uint16Array.from({ length: 200 }, (_, row) => systems[row % systems.length]!);
    const table = new Collector({ count: 200, width: 1, digits }, 'segments', undefined);
    await spread.evaluate(new Part(table, table.rows), 'segments', Infinity);
  };
  await evaluate([0]);
  await evaluate([1]);
  seen.forEach((own) => (own.length = 0));
  await evaluate([0, 1]);
  expect(seen.map((own) => new Set(own.slice(0, 50)).size)).toEqual([1, 1]);
  expect(seen[0]![0]).not.toBe(seen[1]![0]);
});

it('hands out each part of a space once', async () => {
  const tasks = Array.from({ length: 20 }, (_, system) => ({ system, prefix: [], costs: [] }));
  const found: number[] = [];
  const spread = createSpread([engine(0, []), engine(0, [])], undefined);
  await spread.walk(tasks, Infinity, ({ system }) => found.push(system));
  expect(found.sort((a, b) => a - b)).toEqual(tasks.map(({ system }) => system));
});

it('begins nothing after an abort', async () => {
  const seen: number[] = [];
  await evaluated([engine(0, seen)], 10, AbortSignal.abort());
  expect(seen).toEqual([]);
});
