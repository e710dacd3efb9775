import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Heap } from '../../bench/scale/heap.js';
import type { Measured } from '../../bench/scale/measure.js';
import { scaleReport } from '../../bench/scale/report.js';
import { saturation, simulate, type Scene, type TimedBatch } from '../../bench/scale/simulate.js';

const milliseconds = fc.integer({ min: 1, max: 200 });
const batch: fc.Arbitrary<TimedBatch> = fc.tuple(fc.integer({ min: 1, max: 500 }), milliseconds);

const scene: fc.Arbitrary<Scene> = fc.record({
  workers: fc.integer({ min: 1, max: 40 }),
  designs: fc.integer({ min: 1, max: 20_000 }),
  batches: fc.array(batch, { minLength: 1, maxLength: 8 }),
  latencies: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
  perBatch: fc.integer({ min: 0, max: 5 }),
  starts: fc.array(fc.nat(500), { minLength: 1, maxLength: 3 }),
  seed: fc.nat(1000),
});

/** Nothing but work. */
const IDEAL = { latencies: [0], perBatch: 0, starts: [0] } as const;

const check = (law: (scene: Scene) => void): void =>
  fc.assert(fc.property(scene, law), { seed: 1, numRuns: 200 });

describe('a simulated search', () => {
  it('takes one worker without any way to it as long as its batches', () => {
    check((any) => {
      const { milliseconds: took, worked } = simulate({ ...any, ...IDEAL, workers: 1 });
      expect(took).toBeCloseTo(worked, 6);
    });
  });

  it('is never faster than its work shared equally, nor than the coordinator', () => {
    check((any) => {
      const { milliseconds: took, worked, busy, batches } = simulate(any);
      const first = Math.min(...any.starts) + 2 * Math.min(...any.latencies);
      expect(took).toBeGreaterThanOrEqual(first + worked / any.workers - 1e-6);
      expect(took).toBeGreaterThanOrEqual(busy - 1e-6);
      expect(busy).toBe(batches * any.perBatch);
    });
  });

  it('does all its designs, whatever the number of workers', () => {
    check((any) => {
      const even = { ...any, batches: [[10, 50]] as const };
      const { batches, worked } = simulate(even);
      expect(batches).toBeGreaterThanOrEqual(any.designs / 10);
      expect(worked).toBeCloseTo(5 * any.designs, 6);
    });
  });

  it('goes as fast as the coordinator where that is the narrow place', () => {
    const bound = { ...IDEAL, batches: [[10, 50]] as const, perBatch: 1, designs: 100_000, seed: 1 };
    expect(saturation(bound)).toBe(50);
    const took = (workers: number): number => simulate({ ...bound, workers }).milliseconds;
    // Half as many workers as it can keep busy, and twice as many.
    expect(took(25)).toBeLessThan((1.05 * (50 * 10_000)) / 25);
    expect(took(100)).toBeGreaterThanOrEqual(10_000);
    expect(took(100)).toBeLessThan(1.05 * 10_000);
    // Smaller batches at the end cost it more.
    expect(took(1000)).toBeLessThan(1.5 * 10_000);
  });

  it('hides a way that is shorter than a batch, since a batch waits at each worker', () => {
    const far = { ...IDEAL, batches: [[10, 50]] as const, designs: 20_000, workers: 4, seed: 1 };
    const near = simulate(far).milliseconds;
    expect(simulate({ ...far, latencies: [20] }).milliseconds).toBeLessThan(near + 2 * 20 + 50 + 1);
    expect(simulate({ ...far, latencies: [100] }).milliseconds).toBeGreaterThan(1.9 * near);
  });

  it('gives the same for the same seed', () => {
    check((any) => {
      expect(simulate(any)).toEqual(simulate(any));
    });
  });
});

describe('a heap', () => {
  it('gives what was put in by its keys, and equals in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (keys) => {
        const heap = new Heap<number>();
        keys.forEach((key, i) => heap.push(key, i));
        const given: (readonly [number, number])[] = [];
        for (let next = heap.pop(); next !== undefined; next = heap.pop()) given.push(next);
        const expected = keys.map((key, i) => [key, i] as const).sort(([a, i], [b, j]) => a - b || i - j);
        expect(given).toEqual(expected);
      }),
      { seed: 2 },
    );
  });
});

/** `npx vitest run test/bench/scale.test.ts -u` writes the figures of today into the document. */
describe('docs/scale.md', () => {
  const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

  it('has what npm run tables -- scale prints', async () => {
    const measured = JSON.parse(readFileSync(at('bench/scale/measured.json'), 'utf8')) as Measured;
    const parts = /^([^]*<!-- printed -->\n\n)[^]*(\n\n<!-- end -->[^]*)$/.exec(
      readFileSync(at('docs/scale.md'), 'utf8'),
    );
    const [, before, after] = parts!;
    await expect(`${before}${scaleReport(measured)}${after}`).toMatchFileSnapshot(at('docs/scale.md'));
  });
});
