import { describe, expect, test } from 'vitest';
import { glyphs } from '../../src/glyphs/glyphs.js';
import { GLYPH_SHAPES } from '../../src/glyphs/shapes.js';
import { exampleModel } from '../../src/graph/examples.js';
import { litert } from '../runtime/litert.js';
import { tfliteHelper } from '../runtime/tflite-helper.js';

const COUNT = 1000;
const CLASSES = GLYPH_SHAPES.length;
const { inputs, labels } = glyphs(COUNT, 12);

/** Share of the draws whose class gets the largest output. */
const accuracy = (outputs: Int8Array): number => {
  let right = 0;
  for (let i = 0; i < COUNT; i += 1) {
    const scores = outputs.subarray(i * CLASSES, (i + 1) * CLASSES);
    if (scores.indexOf(Math.max(...scores)) === labels[i]) right += 1;
  }
  return right / COUNT;
};

describe('example:glyphs is right for more than 95 % of unseen draws, but not for all', () => {
  test.each([tfliteHelper, litert].map((runtime) => [runtime.name, runtime] as const))(
    'in %s',
    async (_, runtime) => {
      const model = await runtime.load(exampleModel('glyphs').model.source);
      const size = inputs.length / COUNT;
      const outputs = new Int8Array(COUNT * CLASSES);
      for (let i = 0; i < COUNT; i += 1) {
        const image = inputs.subarray(i * size, (i + 1) * size);
        const [scores] = await model.run([new Uint8Array(image.buffer, image.byteOffset, size)]);
        outputs.set(new Int8Array(scores!.buffer, scores!.byteOffset, CLASSES), i * CLASSES);
      }
      expect(accuracy(outputs)).toBeGreaterThan(0.95);
      expect(accuracy(outputs)).toBeLessThan(0.99);
    },
  );
});
