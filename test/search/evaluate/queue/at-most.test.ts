import { expect, test } from 'vitest';
import { atMost } from '../../../../search/evaluate/queue/at-most.js';

test('work that takes too long or fails is not done', async () => {
  const never = new Promise<never>(() => undefined);
  expect(await atMost(60_000, Promise.resolve('early'))).toBe(true);
  expect(await atMost(60_000, Promise.reject(new Error('failed')))).toBe(false);
  expect(await atMost(5, never)).toBe(false);
});
