import { describe, expect, test } from 'vitest';
import { glyphs } from '../../src/glyphs/glyphs.js';
import { GLYPH_SHAPES } from '../../src/glyphs/shapes.js';
import { exampleModel } from '../../src/graph/examples.js';
import { createInterpreter } from '../../src/run/index.js';
import { litert } from '../runtime/litert.js';
import type { Runtime } from '../runtime/runtime.js';
import { tfliteHelper } from '../runtime/tflite-helper.js';

const COUNT = 1000;
const CLASSES = GLYPH_SHAPES.length;
const { inputs, labels } = glyphs(COUNT, 12);
const { model, network } = exampleModel('glyphs');

const inRuntime = async (runtime: Runtime): Promise<Int8Array> => {
  const loaded = await runtime.load(model.source);
  const size = inputs.length / COUNT;
  const outputs = new Int8Array(COUNT * CLASSES);
  for (let i = 0; i < COUNT; i += 1) {
    const [scores] = await loaded.run([new Uint8Array(inputs.buffer, i * size, size)]);
    outputs.set(new Int8Array(scores!.buffer, scores!.byteOffset, CLASSES), i * CLASSES);
  }
  return outputs;
};

const inInterpreter = (): Int8Array => {
  const values = createInterpreter(network).run([inputs], COUNT);
  return values[network.graphs[0].outputs[0]!] as Int8Array;
};

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
  test.each([
    ['tflite-helper', () => inRuntime(tfliteHelper)],
    ['LiteRT', () => inRuntime(litert)],
    ['the interpreter', inInterpreter],
  ])('in %s', async (_, run) => {
    const right = accuracy(await run());
    expect(right).toBeGreaterThan(0.95);
    expect(right).toBeLessThan(0.99);
  });
});
