import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { drawGlyph, GLYPH_SIZE } from './draw.js';
import { GLYPH_SHAPES } from './shapes.js';

/** Samples with the class of each. */
export interface LabelledSamples {
  /** One sample after another, each in the layout of the network's input. */
  readonly inputs: Int8Array;
  readonly labels: Int32Array;
}

/** What draws are for. Those for training come from another part of the random sequence of the same seed. */
export type Purpose = 'training' | 'evaluation';

/**
 * Random images of 24x24 pixels of twelve classes of glyphs, for the network `glyphs`. The same seed gives the same images
 * on every machine, and a smaller number of them the first of these.
 */
export const glyphs = (count: number, seed: number, purpose: Purpose = 'evaluation'): LabelledSamples => {
  const stream = xoroshiro128plus(seed);
  if (purpose === 'training') stream.jump();
  const pixels = GLYPH_SIZE * GLYPH_SIZE;
  const inputs = new Int8Array(count * pixels);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i += 1) {
    labels[i] = uniformInt(stream, 0, GLYPH_SHAPES.length - 1);
    drawGlyph(GLYPH_SHAPES[labels[i]!]!, stream, inputs.subarray(i * pixels, (i + 1) * pixels));
  }
  return { inputs, labels };
};
