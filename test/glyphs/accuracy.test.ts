import { describe, expect, test } from 'vitest';
import { glyphs } from '../../src/glyphs/glyphs.js';
import { GLYPH_SHAPES } from '../../src/glyphs/shapes.js';
import { exampleModel } from '../../src/graph/examples.js';
import { createInterpreter } from '../../src/run/index.js';
import { litert } from '../runtime/litert.js';
import type { Runtime } from '../runtime/runtime.js';
import { tfliteHelper } from '../runtime/tflite-helper.js';

const CLASSES = GLYPH_SHAPES.length;
const SEED = 12;
const { model, network } = exampleModel('glyphs');

type Run = (inputs: Int8Array, count: number) => Int8Array | Promise<Int8Array>;

const inRuntime = async (runtime: Runtime, inputs: Int8Array, count: number): Promise<Int8Array> => {
  const loaded = await runtime.load(model.source);
  const size = inputs.length / count;
  const outputs = new Int8Array(count * CLASSES);
  for (let i = 0; i < count; i += 1) {
    const [scores] = await loaded.run([new Uint8Array(inputs.buffer, i * size, size)]);
    outputs.set(new Int8Array(scores!.buffer, scores!.byteOffset, CLASSES), i * CLASSES);
  }
  return outputs;
};

const inInterpreter = (inputs: Int8Array, count: number): Int8Array => {
  const values = createInterpreter(network).run([inputs], count);
  return values[network.graphs[0].outputs[0]!] as Int8Array;
};

/** Share of the draws whose class gets the largest output. */
const accuracy = (outputs: Int8Array, labels: Int32Array): number => {
  const right = labels.filter((label, i) => {
    const scores = outputs.subarray(i * CLASSES, (i + 1) * CLASSES);
    return scores.indexOf(Math.max(...scores)) === label;
  });
  return right.length / labels.length;
};

describe('example:glyphs is right for more than 95 % of unseen draws, but not for all', () => {
  test.each<[string, number, Run]>([
    ['the interpreter', 2000, inInterpreter],
    ['LiteRT', 1000, (inputs, count) => inRuntime(litert, inputs, count)],
    // It takes ten times as long as the others.
    ['tflite-helper', 200, (inputs, count) => inRuntime(tfliteHelper, inputs, count)],
  ])('in %s, %i draws', async (_, count, run) => {
    const { inputs, labels } = glyphs(count, SEED);
    const right = accuracy(await run(inputs, count), labels);
    expect(right).toBeGreaterThan(0.95);
    expect(right).toBeLessThan(1);
  });
});
