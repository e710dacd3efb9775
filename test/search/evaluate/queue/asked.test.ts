import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AskedQueue } from '../../../../search/evaluate/queue/asked.js';
import { connect } from '../../../../search/evaluate/queue/connection.js';
import { setupHash } from '../../../../search/evaluate/queue/payloads.js';
import { Store } from '../../../../search/evaluate/queue/store.js';
import { hasRedis, redisRemark, startRedis } from '../../../redis.js';
import { storySpace } from '../story-space.js';

describe.skipIf(!hasRedis)(`the queue of a setup${redisRemark}`, () => {
  it('is taken away only when nothing more is said of it', async () => {
    const redis = await startRedis(undefined);
    const connection = await connect(redis.address);
    const setup = { space: storySpace('ethos-u55-128'), values: 'unknown' } as const;
    const order: string[] = [];
    let goOn = (): void => undefined;
    let announced = 0;
    const announce = async (): Promise<void> => {
      if (++announced === 1) return;
      order.push('begins to say');
      await new Promise<void>((resolve) => (goOn = resolve));
      order.push('has said');
    };
    const silent = { onDone: () => undefined, onRetry: () => undefined, onNote: () => undefined };
    const store = new Store(connection);
    const asked = new AskedQueue(store, setupHash('0', setup), setup, silent, announce, Promise.resolve());
    const looking = asked.look();
    while (order.length === 0) await setImmediate();
    const closing = asked.close(() => {
      order.push('is taken away');
      return Promise.resolve();
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    goOn();
    await Promise.all([looking, closing]);
    expect(order).toEqual(['begins to say', 'has said', 'is taken away']);
    connection.close();
  });
});
