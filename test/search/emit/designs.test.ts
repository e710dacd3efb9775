import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exampleModel } from '../../../src/graph/examples.js';
import type { LoadedNetwork } from '../../../src/graph/import.js';
import { litert } from '../../runtime/litert.js';
import { bytesOf, noise } from '../../runtime/runtime.js';
import { tfliteHelper } from '../../runtime/tflite-helper.js';
import { sharedDir } from '../../shared.js';
import { smallModel } from '../../tflite/fixture.js';
import { ALL_OPTIONS, emitChecked, randomDesign, subjectOf } from './emitted.js';
import { randomStream } from './random.js';
import { branchedModel, dynamicModel, loaded } from './models.js';

/** Designs, each of which is emitted, estimated again, loaded and run. */
const emitDesigns = async (source: LoadedNetwork, designs: number): Promise<void> => {
  const subject = subjectOf(source, { options: [...ALL_OPTIONS], widths: [0.5, 0.75, 1, 1.25] });
  const { evaluator, space, applier } = subject;
  const { cpu_operators } = evaluator.evaluate(new Uint16Array(space.sites.length + space.groups.length + 1));
  const random = randomStream(2024);
  for (let i = 0; i < designs; i++) {
    const digits = randomDesign(space, random);
    const bytes = emitChecked(subject, digits);
    expect(evaluator.evaluate(digits).cpu_operators).toBe(cpu_operators);
    const [graph] = applier.network(digits).graphs;
    for (const runtime of i % 2 === 0 ? [tfliteHelper] : [litert]) {
      const model = await runtime.load(bytes);
      expect(model.inputs.map(({ shape }) => shape)).toEqual(
        graph.inputs.map((t) => graph.tensors[t]!.shape),
      );
      expect(model.outputs.map(({ shape }) => shape)).toEqual(
        graph.outputs.map((t) => graph.tensors[t]!.shape),
      );
      const outputs = await model.run(model.inputs.map((info) => noise(bytesOf(info))));
      expect(outputs.map(({ length }) => length)).toEqual(model.outputs.map(bytesOf));
    }
  }
};

describe('random designs of networks built by code load, run and have the figures predicted', () => {
  test('a chain', () => emitDesigns(loaded(smallModel(), 'small'), 8));
  test('branches, dilation, strides', () => emitDesigns(loaded(branchedModel(), 'branched'), 16));
  test('a dynamic batch', () => emitDesigns(loaded(dynamicModel(), 'dynamic'), 8));
  test('large feature maps', () => emitDesigns(exampleModel('story_standard'), 2));
});

describe.skipIf(sharedDir === undefined)(
  'a hundred random designs of the shared models load, run and have the figures predicted',
  () => {
    test.each([
      ['ad01_int8', 8],
      ['kws_ref_int8', 14],
      ['micro_speech', 8],
      ['mobilenet_v1_0.25_128_quant', 12],
      ['mobilenet_v2_1.0_224_quant', 2],
      ['person_detect', 10],
      ['resnet8_int8', 26],
      ['story_separable_linear', 2],
      ['story_separable_relu', 2],
      ['story_standard', 4],
      ['vww_96_int8', 12],
    ])('%s: %i designs', (name, designs) => {
      const bytes = readFileSync(join(sharedDir!, 'models', `${name}.tflite`));
      return emitDesigns(loaded(bytes, name), designs);
    });
  },
);
