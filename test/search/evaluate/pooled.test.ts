import { expect, test } from 'vitest';
import type { Batch, BatchResult } from '../../../search/evaluate/batch.js';
import { PROCESS_BATCHES, THREAD_BATCHES, type BatchTimes } from '../../../search/evaluate/batch-size.js';
import type { Pool } from '../../../search/evaluate/pool.js';
import { createPooled } from '../../../search/evaluate/pooled.js';
import type { Table } from '../../../search/evaluate/results.js';

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
