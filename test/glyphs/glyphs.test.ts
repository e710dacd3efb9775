import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GLYPH_SIZE } from '../../src/glyphs/draw.js';
import { exampleSamples } from '../../src/glyphs/example-samples.js';
import { glyphs } from '../../src/glyphs/glyphs.js';
import { GLYPH_SHAPES } from '../../src/glyphs/shapes.js';

const PIXELS = GLYPH_SIZE * GLYPH_SIZE;
const seeds = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const options = { seed: 1, numRuns: 25 };

/** Mean grey of every pixel, over the draws of a class. */
const meanImage = (count: number, seed: number, label: number): Float64Array => {
  const { inputs, labels } = glyphs(count, seed);
  const sum = new Float64Array(PIXELS);
  const drawn = labels.filter((l) => l === label).length;
  labels.forEach((l, i) => {
    if (l === label) sum.forEach((_, p) => (sum[p]! += inputs[i * PIXELS + p]! / drawn));
  });
  return sum;
};

describe('glyphs', () => {
  test('are the same on every machine', () => {
    const { inputs, labels } = glyphs(500, 1);
    const digest = createHash('sha256').update(inputs).update(Uint8Array.from(labels)).digest('hex');
    expect(digest).toBe('27b4e6dd3c301e2814c9b6c5944b4efd5b18326649d6ec6760879bb46c1ff9b5');
  });

  test('fewer are the first of more', () => {
    fc.assert(
      fc.property(seeds, fc.nat(12), fc.nat(12), (seed, few, others) => {
        const [first, all] = [glyphs(few, seed), glyphs(few + others, seed)];
        expect(all.inputs.subarray(0, few * PIXELS)).toEqual(first.inputs);
        expect(all.labels.subarray(0, few)).toEqual(first.labels);
      }),
      options,
    );
  });

  test('differ by seed, and from those for training', () => {
    fc.assert(
      fc.property(seeds, seeds, (a, b) => {
        fc.pre(a !== b);
        const images = [glyphs(2, a), glyphs(2, b), glyphs(2, a, 'training')].map(({ inputs }) =>
          inputs.join(),
        );
        expect(new Set(images).size).toBe(3);
      }),
      options,
    );
  });

  test('show every class equally often', () => {
    const { labels } = glyphs(6000, 3);
    const counts = GLYPH_SHAPES.map((_, label) => labels.filter((l) => l === label).length);
    // 500 expected, with a standard deviation of 21.
    expect(Math.min(...counts)).toBeGreaterThan(400);
    expect(Math.max(...counts)).toBeLessThan(600);
  });

  // An F has no lower bar, an E has one; their means differ there and hardly anywhere else.
  test('have the strokes of their class', () => {
    const label = (name: string): number => GLYPH_SHAPES.findIndex((shape) => shape.name === name);
    const [e, f] = [meanImage(4000, 5, label('E')), meanImage(4000, 5, label('F'))];
    const difference = e.map((grey, p) => grey - f[p]!);
    const half = (from: number): number =>
      difference.subarray(from, from + PIXELS / 2).reduce((sum, d) => sum + Math.abs(d), 0);
    expect(half(PIXELS / 2)).toBeGreaterThan(2 * half(0));
  });
});

describe('samples of examples', () => {
  test('come by the name of the example', () => {
    expect(exampleSamples('glyphs', 3, 4)).toEqual(glyphs(3, 4));
  });

  test('are there for no other example', () => {
    expect(() => exampleSamples('story_standard', 3, 4)).toThrow(
      'example:story_standard: there are no samples for an example of that name; choose one of glyphs',
    );
  });
});
