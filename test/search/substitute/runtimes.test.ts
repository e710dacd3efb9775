import { describe, expect, it } from 'vitest';
import { buildSpace } from '../../../search/space/build-space.js';
import { emitDesign } from '../../../search/emit/design-file.js';
import { parseSpaceFile } from '../../../search/space/space-file.js';
import { createApplier } from '../../../search/emit/apply.js';
import { findSubstitution } from '../../../search/substitute/index.js';
import type { Target } from '../../../search/substitute/substitution.js';
import { networkBuilder, type BuiltTensor } from '../../../src/graph/build/builder.js';
import { importNetwork } from '../../../src/graph/import.js';
import type { Tensor } from '../../../src/graph/network.js';
import { readModel, writeModel } from '../../../src/tflite/model.js';
import { litert } from '../../runtime/litert.js';
import { bytesOf, noise } from '../../runtime/runtime.js';
import { tfliteHelper } from '../../runtime/tflite-helper.js';
import { fakeSystems } from '../fixture.js';
import { runReplacement, runTarget, type FeatureMap } from './run-float.js';
import { fullyConnected, randomLevels, targetOf, USUAL, type ConvolutionShape } from './targets.js';

/** A model of one convolution. */
const modelOf = ({ operator, ifm, ofm, weights, bias }: Target): Uint8Array => {
  const builder = networkBuilder(1, 'one');
  const add = ({ name, type, shape, quantisation, constant }: Tensor): BuiltTensor =>
    builder.tensor({
      name,
      type,
      shape: shape!,
      ...(quantisation && { quantisation }),
      ...(constant?.bytes && { data: constant.bytes }),
    });
  const x = builder.input({
    name: ifm.name,
    type: ifm.type,
    shape: ifm.shape!,
    quantisation: ifm.quantisation!,
  });
  const y = add(ofm);
  const inputs = [x, add(weights), bias && add(bias)];
  builder.operator({ kind: operator.kind, inputs, outputs: [y], options: operator.options, version: 3 });
  return writeModel(builder.model([y]));
};

const real = (bytes: Uint8Array, { type, quantisation, shape }: Tensor): FeatureMap => {
  const stored = type === 'uint8' ? bytes : new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { scales, zeroPoints } = quantisation!;
  return {
    shape: shape as FeatureMap['shape'],
    values: Float64Array.from(stored, (value) => scales[0]! * (value - zeroPoints[0]!)),
  };
};

/** Largest difference in steps of the output. */
const steps = (a: Float64Array, b: Float64Array, { quantisation }: Tensor): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / quantisation!.scales[0]!;

const CONVOLUTIONS: Record<string, ConvolutionShape> = {
  'int8, stride 2, ReLU': { ...USUAL, stride: [2, 2], activation: 'RELU' },
  'int8, after a ReLU, tall kernel': { ...USUAL, kernel: [5, 2], inputZero: 0, padding: 'VALID' },
  'int8, one input channel': { ...USUAL, inputs: 1, inputZero: 128 },
  'int8, dilation': { ...USUAL, dilation: [2, 2], inputZero: 100 },
  uint8: { ...USUAL, type: 'uint8', inputZero: 128, activation: 'RELU' },
};

const TARGETS: Record<string, Target> = {
  ...Object.fromEntries(
    Object.entries(CONVOLUTIONS).map(([name, shape]) => [name, targetOf(shape, randomLevels(4, 100))]),
  ),
  'fully connected, one scale': fullyConnected(
    { inputs: 24, outputs: 16, perTensor: true },
    randomLevels(4, 100),
  ),
  'fully connected, one scale, ReLU, no bias': fullyConnected(
    { inputs: 16, outputs: 24, perTensor: true, activation: 'RELU', inputZero: 100, biased: false },
    randomLevels(4, 100),
  ),
  'fully connected, a scale per channel': fullyConnected(
    { inputs: 24, outputs: 16, inputZero: 128 },
    randomLevels(4, 100),
  ),
  'fully connected, uint8': fullyConnected({ inputs: 24, outputs: 16, type: 'uint8' }, randomLevels(4, 100)),
};

const OPTIONS = [
  'separable',
  'separable:shifted-relu',
  'separable*2',
  'separable*3:shifted-relu',
  'lowrank*3',
  'lowrank*3:spatial',
  'lowrank*3:out',
  'lowrank*8',
];

/** Fully connected layers with a scale per channel are too new for tflite-helper. */
const isKnownTo = (runtime: typeof litert, name: string): boolean =>
  runtime === litert || !name.endsWith('a scale per channel');

describe.each([tfliteHelper, litert])('in a runtime ($name)', (runtime) => {
  it.each(Object.entries(TARGETS).filter(([name]) => isKnownTo(runtime, name)))(
    'substitutions compute what their weights say: %s',
    async (_, target) => {
      const model = readModel(modelOf(target), 'one');
      const space = buildSpace(importNetwork(model, 'one'), {
        systems: fakeSystems(1),
        optimise: 'Performance',
        file: parseSpaceFile(JSON.stringify({ options: ['standard', ...OPTIONS] }), 'space.yaml'),
      });
      const applier = createApplier(space);
      const { options } = space.sites[0]!;
      expect(options.length).toBeGreaterThan(target.operator.kind === 'CONV_2D' ? 4 : 2);
      for (const [digit, name] of options.entries()) {
        const loaded = await runtime.load(emitDesign(model, space, [digit, 0], applier.network([digit, 0])));
        const bytes = noise(bytesOf(loaded.inputs[0]!), 7);
        const input = real(bytes, target.ifm);
        const [output] = await loaded.run([bytes]);
        const expected =
          name === 'standard'
            ? runTarget(target, input, true)
            : runReplacement(target, findSubstitution(name)!.rewrite(target, 'known'), input, true);
        // Runtimes round in fixed point: now and then to the other of two steps, before and after the last layer.
        expect(steps(real(output!, target.ofm).values, expected, target.ofm), name).toBeLessThan(2.01);
      }
    },
  );
});
