import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evaluateDesigns, openSession, type Results } from '../../../search/evaluate/session.js';
import { walkTasks } from '../../../search/evaluate/walk-tasks.js';
import type { WalkResult } from '../../../search/evaluate/walk.js';
import type { RunLog } from '../../../search/evaluate/log/run-log.js';
import { allDesigns, rowOf, type Space } from '../../../search/space/space.js';
import { smallSpace } from '../fixture.js';

const worker = new URL('../../../dist/search/evaluate/worker.js', import.meta.url);
const built = existsSync(fileURLToPath(worker));
const evaluator = new URL('../evaluators/fake.js', import.meta.url).href;

/** A log in memory that can be told to forget, and to tell lies. */
const memoryLog = (): RunLog & { readonly values: Map<string, unknown[]>; readonly added: unknown[] } => {
  const values = new Map<string, unknown[]>();
  const added: unknown[] = [];
  return {
    values,
    added,
    all: (key) => values.get(key) ?? [],
    add: (key, value) => {
      added.push(value);
      values.set(key, [...(values.get(key) ?? []), structuredClone(value)]);
    },
  };
};

const rowsOf = (batches: readonly unknown[]): number[] =>
  (batches as { rows: Uint32Array }[]).flatMap(({ rows }) => [...rows]);

const ways = [['in the calling thread', 1] as const, ...(built ? [['on two threads', 2] as const] : [])];

describe.each(ways)('a session with a log, %s', (_, jobs) => {
  const evaluate = (
    space: Space,
    log?: RunLog,
    wanted: 'figures' | 'segments' = 'figures',
  ): Promise<Results> =>
    evaluateDesigns(space, allDesigns(space), { jobs, evaluator, worker, wanted, ...(log && { log }) });

  it.each(['plain', 'throwing'])('evaluates no design twice: %s', async (name) => {
    const space = smallSpace(name);
    const expected = await evaluate(space);
    const log = memoryLog();
    expect(await evaluate(space, log)).toEqual(expected);
    const { count } = allDesigns(space);
    expect(rowsOf(log.added).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));

    // Forgets every other batch: the others are not evaluated again.
    const [[key, batches]] = [...log.values] as [[string, unknown[]]];
    log.values.set(
      key,
      batches.filter((_, i) => i % 2 === 0),
    );
    log.added.length = 0;
    expect(await evaluate(space, log)).toEqual(expected);
    expect(rowsOf(log.added).sort((a, b) => a - b)).toEqual(
      rowsOf(batches.filter((_, i) => i % 2 === 1)).sort((a, b) => a - b),
    );
    log.added.length = 0;
    expect(await evaluate(space, log)).toEqual(expected);
    expect(log.added).toEqual([]);
  });

  it('takes what is not known from no other space, values or question', async () => {
    const log = memoryLog();
    const [plain, other] = [smallSpace('plain'), smallSpace('plainly')];
    await evaluate(plain, log);
    const { size } = log.values;
    await evaluate(other, log);
    await evaluateDesigns(plain, allDesigns(plain), { jobs, evaluator, worker, log, values: 'unknown' });
    await evaluate(plain, log, 'segments');
    expect([size, log.values.size]).toEqual([1, 4]);
  });

  it('does not believe what cannot be', async () => {
    const space = smallSpace('throwing');
    const expected = await evaluate(space);
    const log = memoryLog();
    await evaluate(space, log);
    const [[key, batches]] = [...log.values] as [[string, Record<string, unknown>[]]];
    const lies = [
      ...[null, 1, 'x', [], {}, undefined],
      ...batches.flatMap((batch) => [
        { ...batch, rows: [0] },
        { ...batch, rows: new Uint32Array(0) },
        { ...batch, rows: Uint32Array.of(...(batch['rows'] as Uint32Array), 0) },
        { ...batch, rows: (batch['rows'] as Uint32Array).map((row) => 1e9 + row) },
        { ...batch, width: 3 },
        { ...batch, figures: [] },
        { ...batch, figures: new Float64Array(1) },
        { ...batch, failures: [[1e6, 'x']] },
        { ...batch, failures: [['0', 'x']] },
      ]),
    ];
    log.values.set(key, lies);
    expect(await evaluate(space, log)).toEqual(expected);
  });
});

it('walks through no part of a space twice', async () => {
  const space = smallSpace('plain');
  const log = memoryLog();
  const costs = [{ metric: 'cycles_total', sign: 1, most: Infinity, objective: true }] as const;
  const walked = async (): Promise<string[]> => {
    const session = openSession(space, { jobs: 1, evaluator, log });
    const results: [string, WalkResult][] = [];
    const segments = (await session.segments())!;
    const tasks = [0, 1].flatMap((system) => [...walkTasks(space, segments[system]!, system, costs)]);
    await session.walk(tasks, Infinity, (task, result) => results.push([JSON.stringify(task), result]));
    await session.close();
    return results.map(([task, { digits, visited }]) => `${task} ${visited} ${digits.join()}`).sort();
  };
  const first = await walked();
  expect(log.added).toHaveLength(first.length);
  expect(await walked()).toEqual(first);
  expect(log.added).toHaveLength(first.length);
  // Digits that the space does not have are not believed.
  for (const [key, [known]] of log.values) {
    const { digits } = known as WalkResult;
    log.values.set(key, [{ ...(known as WalkResult), digits: digits.map(() => 999) }]);
  }
  expect(await walked()).toEqual(first);
  expect(rowOf(allDesigns(space), 0)).toHaveLength(7);
});
