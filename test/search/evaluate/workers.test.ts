import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createBatchSizer, THREAD_BATCHES } from '../../../search/evaluate/batch-size.js';
import { evaluateDesigns, type EvaluateOptions, type Results } from '../../../search/evaluate/session.js';
import { allDesigns, rowOf, type Space } from '../../../search/space/space.js';
import { smallSpace } from '../fixture.js';

// Workers run built code; `npm test` builds it first.
const worker = new URL('../../../dist/search/evaluate/worker.js', import.meta.url);
const built = existsSync(fileURLToPath(worker));

const evaluator = new URL('../evaluators/fake.js', import.meta.url).href;

const run = (space: Space, options: Partial<EvaluateOptions> = {}): Promise<Results> =>
  evaluateDesigns(space, allDesigns(space), { jobs: 1, evaluator, worker, ...options });

const failing = (space: Space, results: Results): string[] =>
  [...results.failures.keys()].map((row) => rowOf(allDesigns(space), row).join(''));

describe('evaluation in the calling thread', () => {
  it('finishes every design', async () => {
    const space = smallSpace('plain');
    const seen: number[] = [];
    const results = await run(space, { onProgress: (n) => seen.push(n) });
    expect(results.known.every((k) => k === 1)).toBe(true);
    expect(results.interrupted).toBe(false);
    expect(seen.at(-1)).toBe(allDesigns(space).count);
  });

  it('lists designs that throw, and goes on', async () => {
    const space = smallSpace('throwing');
    const results = await run(space);
    expect(failing(space, results).every((key) => key.startsWith('11'))).toBe(true);
    expect(results.failures.size).toBe(allDesigns(space).count / 9);
    expect([...results.failures.values()][0]).toMatch(/^cannot do 11/);
    expect(results.known.reduce((n, k) => n + k, 0)).toBe(allDesigns(space).count - results.failures.size);
  });

  it('keeps what was finished when it is interrupted', async () => {
    const space = smallSpace('plain');
    const controller = new AbortController();
    const results = await run(space, { signal: controller.signal, onProgress: () => controller.abort() });
    expect(results.interrupted).toBe(true);
    expect(results.known[0]).toBe(1);
    expect(results.known.at(-1)).toBe(0);
  });
});

describe.skipIf(!built)(
  `evaluation on a pool${built ? '' : ' (skipped: dist/ is missing, run npm run build)'}`,
  () => {
    it('gives the same figures as the calling thread', async () => {
      const space = smallSpace('throwing');
      const [alone, together] = [await run(space), await run(space, { jobs: 3 })];
      expect(together).toEqual(alone);
    });

    it('loses only the designs that end their worker', async () => {
      const space = smallSpace('ending');
      const results = await run(space, { jobs: 2 });
      const designs = allDesigns(space);
      const guilty = Array.from({ length: designs.count }, (_, i) => rowOf(designs, i).join('')).filter(
        (key) => key.startsWith('1010'),
      );
      expect(failing(space, results)).toEqual(guilty);
      expect([...results.failures.values()][0]).toBe('its worker ended: worker exited with code: 3');
      expect(results.interrupted).toBe(false);
    });

    it('gives up when every worker cannot even start', async () => {
      const space = smallSpace('plain');
      const broken = new URL('../evaluators/broken.js', import.meta.url);
      const results = await run(space, { jobs: 2, worker: broken });
      expect(results.failures.size).toBe(allDesigns(space).count);
    });

    it('keeps what was finished when it is interrupted', async () => {
      const space = smallSpace('plain');
      const controller = new AbortController();
      const results = await run(space, {
        jobs: 2,
        signal: controller.signal,
        onProgress: () => controller.abort(),
      });
      const known = results.known.reduce((n, k) => n + k, 0);
      expect(results.interrupted).toBe(true);
      expect(known).toBeGreaterThan(0);
      expect(known).toBeLessThan(allDesigns(space).count);
      expect(results.failures.size).toBe(0);
    });

    it('reports an evaluator that cannot be made as the reason of every design', async () => {
      const space = smallSpace('plain');
      const results = await run(space, { jobs: 2, evaluator: 'file:///nowhere/at/all.mjs' });
      expect(results.failures.size).toBe(allDesigns(space).count);
      expect([...results.failures.values()].join('\n')).toMatch(/Cannot find module/);
    });
  },
);

describe('batch sizes', () => {
  it('grow fourfold at most, towards 20 ms', () => {
    const sizer = createBatchSizer(THREAD_BATCHES);
    const sizes = Array.from({ length: 6 }, () => {
      const size = sizer.next();
      sizer.learn(size, size * 0.1);
      return size;
    });
    expect(sizes).toEqual([1, 4, 16, 64, 200, 200]);
  });

  it('stay at one design where one takes long', () => {
    const sizer = createBatchSizer(THREAD_BATCHES);
    sizer.learn(1, 500);
    expect(sizer.next()).toBe(1);
  });
});
