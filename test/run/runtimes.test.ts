import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { exampleModel } from '../../src/graph/examples.js';
import { whyNotRunnable } from '../../src/run/index.js';
import { writeModel } from '../../src/tflite/model.js';
import { litert } from '../runtime/litert.js';
import type { LoadedModel, Runtime } from '../runtime/runtime.js';
import { tfliteHelper } from '../runtime/tflite-helper.js';
import { sharedDir } from '../shared.js';
import { smallModel } from '../tflite/fixture.js';
import { difference, networkOf } from './networks.js';

const largest = async (runtime: Runtime, file: Uint8Array, count: number): Promise<number> =>
  (await difference(networkOf(file), await runtime.load(file), count)).largest;

test.each([
  ['a small network', (): Uint8Array => writeModel(smallModel()), 0],
  ['story_standard', (): Uint8Array => exampleModel('story_standard').model.source, 1],
  ['story_separable_relu', (): Uint8Array => exampleModel('story_separable_relu').model.source, 2],
])('%s gives what the runtimes give', async (_, make, steps) => {
  expect(await largest(tfliteHelper, make(), 3)).toBe(0);
  // LiteRT scales sums in floating point.
  expect(await largest(litert, make(), 3)).toBeLessThanOrEqual(steps);
});

describe('the networks of the goldens', () => {
  const folder = fileURLToPath(new URL('../goldens/models', import.meta.url));
  const files = readdirSync(folder);

  /** Where tflite-helper gives something else, and why. */
  const OTHERWISE: ReadonlyMap<string, string> = new Map([
    ['07_r1700001_mix.tflite', 'it takes the shape of another output'],
  ]);

  const loaded = async (file: Uint8Array): Promise<LoadedModel | undefined> => {
    try {
      return await tfliteHelper.load(file);
    } catch {
      return undefined;
    }
  };

  test('give what tflite-helper gives, wherever it loads them', async () => {
    let compared = 0;
    for (const name of files) {
      const file = readFileSync(join(folder, name));
      if (OTHERWISE.has(name) || whyNotRunnable(networkOf(file)) !== undefined) continue;
      const runtime = await loaded(file);
      if (runtime === undefined) continue;
      expect([name, (await difference(networkOf(file), runtime, 2)).largest]).toEqual([name, 0]);
      compared++;
    }
    expect(compared).toBeGreaterThan(80);
  });
});

describe.skipIf(sharedDir === undefined)('the shared models', () => {
  const read = (name: string): Uint8Array => readFileSync(join(sharedDir!, 'models', `${name}.tflite`));

  // Steps that LiteRT may differ by: its kernels round in another way, which shows in deep networks.
  test.each([
    ['ad01_int8', 0],
    ['coral_split_concat', 0],
    ['emlearn_mnist_int8', 0],
    ['kws_ref_int8', 9],
    ['micro_speech', 0],
    ['mobilenet_v1_0.25_128_quant', 12],
    ['mobilenet_v2_1.0_224_quant', 12],
    ['resnet8_int8', 16],
    ['tflm_hello_int8', 0],
    ['vww_96_int8', 1],
  ])('%s gives what the runtimes give for 20 random inputs', async (name, steps) => {
    expect(await largest(tfliteHelper, read(name), 20)).toBe(0);
    expect(await largest(litert, read(name), 20)).toBeLessThanOrEqual(steps);
  });

  // Large maps of classes and boxes: fewer inputs, and no bound for LiteRT, whose classes tip over.
  test.each(['deeplabv3_mnv2_dm05_pascal_quant', 'openmv_blazeface_front_128'])(
    '%s gives what tflite-helper gives',
    async (name) => {
      expect(await largest(tfliteHelper, read(name), 1)).toBe(0);
    },
  );

  test('what cannot be run is named', () => {
    expect(whyNotRunnable(networkOf(read('dtln')))).toBe(
      'operator 0 (UNIDIRECTIONAL_SEQUENCE_LSTM) cannot be run, since there is no kernel for its kind',
    );
    expect(whyNotRunnable(networkOf(read('person_detect')))).toBeUndefined();
  });
});
