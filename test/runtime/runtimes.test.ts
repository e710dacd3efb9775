import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exampleModel } from '../../src/graph/examples.js';
import { writeModel } from '../../src/tflite/model.js';
import { sharedDir } from '../shared.js';
import { smallModel } from '../tflite/fixture.js';
import { litert } from './litert.js';
import { largestDifference, runOnce, type Runtime } from './runtime.js';
import { tfliteHelper } from './tflite-helper.js';

const INT8 = 9;
const UINT8 = 3;

const runtimes: readonly Runtime[] = [tfliteHelper, litert];

/** Largest difference between the two runtimes' outputs. */
const disagreement = async (file: Uint8Array, type: number): Promise<number> => {
  const [a, b] = [await runOnce(tfliteHelper, file), await runOnce(litert, file)];
  expect(a[0]!.length).toBeGreaterThan(0);
  return largestDifference(a, b, type);
};

describe.each(runtimes.map((runtime) => [runtime.name, runtime] as const))('%s', (_, runtime) => {
  test('says what inputs and outputs are', async () => {
    const model = await runtime.load(writeModel(smallModel()));
    expect(model.inputs).toEqual([{ shape: [1, 12, 10, 3], type: INT8 }]);
    expect(model.outputs).toEqual([{ shape: [1, 4], type: INT8 }]);
  });

  test('gives the same outputs for the same inputs, others for others', async () => {
    const file = writeModel(smallModel());
    const [first, again, other] = [
      await runOnce(runtime, file),
      await runOnce(runtime, file),
      await runOnce(runtime, file, 2),
    ];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('refuses what is no model', async () => {
    await expect(runtime.load(new Uint8Array(64))).rejects.toThrow(/does not load/);
  });
});

test('the runtimes agree on networks built by code', async () => {
  expect(await disagreement(writeModel(smallModel()), INT8)).toBe(0);
  expect(await disagreement(exampleModel('story_separable_relu').model.source, INT8)).toBeLessThanOrEqual(1);
});

describe.skipIf(sharedDir === undefined)('the shared models', () => {
  const read = (name: string): Uint8Array => readFileSync(join(sharedDir!, 'models', `${name}.tflite`));

  // LiteRT's kernels round in another way, which shows in deep networks.
  test.each([
    ['ad01_int8', INT8, 0],
    ['kws_ref_int8', INT8, 4],
    ['micro_speech', INT8, 0],
    ['resnet8_int8', INT8, 0],
    ['vww_96_int8', INT8, 0],
    ['mobilenet_v1_0.25_128_quant', UINT8, 8],
  ])('the runtimes agree on %s', async (name, type, steps) => {
    expect(await disagreement(read(name), type)).toBeLessThanOrEqual(steps);
  });

  test('neither takes person_detect as it is: its biases name an axis that they do not have', async () => {
    for (const runtime of runtimes) {
      await expect(runtime.load(read('person_detect'))).rejects.toThrow(
        /quantized_dimension must be in range \[0, 1\)\. Was 3/,
      );
    }
  });
});
