import { describe, expect, it, test } from 'vitest';
import type { Batch, BatchResult } from '../../../search/evaluate/batch.js';
import { PROCESS_BATCHES, THREAD_BATCHES, type BatchTimes } from '../../../search/evaluate/batch-size.js';
import type { Pool, PoolSource } from '../../../search/evaluate/pool.js';
import { createPooled } from '../../../search/evaluate/pooled.js';
import type { Range, Table } from '../../../search/evaluate/results.js';

/** Designs of the batches of a table, where a design takes 1 ms and four batches are under way together. */
const sizesOf = async (count: number, batches: BatchTimes): Promise<number[]> => {
  const sizes: number[] = [];
  const run = (_: string, { digits }: Batch): Promise<Pick<BatchResult, 'milliseconds'>> => {
    sizes.push(digits.length);
    return Promise.resolve({ milliseconds: digits.length });
  };
  const pool = { run, isEmpty: () => false, destroy: () => Promise.resolve() } as unknown as Pool;
  const table = {
    ...{ count, accept: () => undefined, fail: () => undefined },
    batch: ({ from, to }: { from: number; to: number }) => ({ digits: new Uint16Array(to - from), width: 1 }),
  } as unknown as Table;
  await createPooled({ open: () => pool, inFlight: () => 4, batches }, undefined).evaluate(
    table,
    'figures',
    Infinity,
  );
  return sizes;
};

test.each([
  ['threads', THREAD_BATCHES],
  ['processes', PROCESS_BATCHES],
])('batches of %s get smaller at the end, but not too small', async (_, batches) => {
  const { target, least } = batches;
  const sizes = await sizesOf(1000, batches);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1000);
  const full = sizes.indexOf(target);
  expect(full).toBeGreaterThan(0);
  const ending = sizes.slice(full, -1);
  expect(Math.max(...ending)).toBe(target);
  expect(Math.min(...ending)).toBe(Math.ceil(least));
});

/** A table of so many designs that knows how often each was accepted. */
const countingTable = (count: number): { readonly table: Table; readonly accepted: Uint8Array } => {
  const accepted = new Uint8Array(count);
  const table = {
    ...{ count, fail: () => undefined },
    batch: ({ from, to }: Range) => ({ digits: new Uint16Array(to - from), width: 1 }),
    accept: ({ from, to }: Range) => {
      for (let row = from; row < to; row++) accepted[row]!++;
    },
  } as unknown as Table;
  return { table, accepted };
};

describe('where the calling thread works too', () => {
  const SLOW = 10_000;
  /** Evaluates a table, here and by workers that answer when `answer` says so. */
  const evaluated = async (
    count: number,
    milliseconds: number,
    answer: () => Promise<void>,
  ): Promise<{ readonly accepted: Uint8Array; readonly opened: number; readonly theirs: number }> => {
    let [opened, theirs] = [0, 0];
    const run = async (_: string, { digits }: Batch) => {
      const { length } = digits;
      await answer();
      theirs += length;
      return { milliseconds: length };
    };
    const here = async (_: string, { digits }: Batch) => {
      await new Promise((resolve) => setImmediate(resolve));
      return { milliseconds: digits.length * milliseconds };
    };
    const pool = { run, isEmpty: () => false, destroy: () => Promise.resolve() };
    const source = {
      open: () => (opened++, pool),
      ...{ inFlight: () => 2, batches: THREAD_BATCHES, here },
    } as unknown as PoolSource;
    const { table, accepted } = countingTable(count);
    await createPooled(source, undefined).evaluate(table, 'figures', Infinity);
    return { accepted, opened, theirs };
  };
  const ONCE = (count: number): Uint8Array => new Uint8Array(count).fill(1);

  it('short work needs no workers', async () => {
    const { accepted, opened } = await evaluated(1000, 1, () => Promise.resolve());
    expect([accepted, opened]).toEqual([ONCE(1000), 0]);
  });

  it('longer work is shared', async () => {
    const { accepted, opened, theirs } = await evaluated(1000, SLOW, () => Promise.resolve());
    expect([accepted, opened]).toEqual([ONCE(1000), 1]);
    expect(theirs).toBeGreaterThan(0);
  });

  it('it does not wait for workers that hang', async () => {
    const { accepted, theirs } = await evaluated(300, SLOW, () => new Promise(() => undefined));
    expect([accepted, theirs]).toEqual([ONCE(300), 0]);
  });

  it('late answers and late errors count for nothing', async () => {
    const late: (() => void)[] = [];
    const { accepted } = await evaluated(300, SLOW, () => new Promise((resolve) => late.push(resolve)));
    late.forEach((answer) => answer());
    const failing: ((error: Error) => void)[] = [];
    const other = await evaluated(300, SLOW, () => new Promise((_, reject) => failing.push(reject)));
    failing.forEach((fail) => fail(new Error('it ended')));
    await new Promise((resolve) => setImmediate(resolve));
    expect([late.length > 0, failing.length > 0]).toEqual([true, true]);
    expect([accepted, other.accepted]).toEqual([ONCE(300), ONCE(300)]);
  });
});
