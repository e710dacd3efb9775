import { describe, expect, test } from 'vitest';
import type { Network } from '../../src/graph/network.js';
import { createInterpreter } from '../../src/run/index.js';
import { classesOf, judgedOutputs } from '../../src/samples/classes.js';
import { measureAgainst, measureAlone } from '../../src/samples/measure.js';
import { outputNoise, topClasses } from '../../src/samples/quality.js';
import type { Samples } from '../../src/samples/samples.js';
import { classifier, CLASSES, ELEMENTS, networkOf, twoInputsModel } from './networks.js';

/** More than run at once. */
const COUNT = 150;
const values = Int8Array.from({ length: COUNT * ELEMENTS }, (_, i) => ((i * 2654435761) >>> 7) - 64);
const labels = Int32Array.from({ length: COUNT }, (_, i) => i % CLASSES);
const unlabelled: Samples = { count: COUNT, inputs: [values], source: 'test' };
const samples: Samples = { ...unlabelled, labels };

/** All values of the last tensors of a network, at once. */
const run = (network: Network, tensor: number): readonly number[] => {
  const { scales, zeroPoints } = network.graphs[0].tensors[tensor]!.quantisation!;
  const all = createInterpreter(network).run([values], COUNT, (each) => each === tensor)[tensor]!;
  return Array.from(all, (value) => Math.fround(scales[0]! * (value - zeroPoints[0]!)));
};

const share = (equal: (i: number) => boolean): number =>
  Array.from(labels, (_each, i) => (equal(i) ? 1 : 0)).reduce<number>((a, b) => a + b, 0) / COUNT;

const original = classifier();
const changed = classifier({ seed: 2, filters: 5 });
const judged = (network: Network): { logits: readonly number[]; classes: Int32Array } => {
  const { output, logits } = judgedOutputs(network)[0]!;
  expect(output).not.toBe(logits);
  return { logits: run(network, logits), classes: topClasses(run(network, output), CLASSES) };
};
const [before, after] = [judged(original), judged(changed)];

describe('networks that give each sample a class', () => {
  test('are measured against another', () => {
    let done = 0;
    const quality = measureAgainst(changed, original, samples, (more) => (done += more));
    expect(done).toBe(COUNT);
    expect(quality.outputNoise).toBeCloseTo(outputNoise(before.logits, after.logits, CLASSES)!, 5);
    expect(quality.outputNoise).toBeGreaterThan(0.01);
    const agreed = share((i) => before.classes[i] === after.classes[i]);
    expect(quality.agreement!.value).toBeCloseTo(agreed, 12);
    expect(quality.agreement!.standardError).toBeCloseTo(Math.sqrt((agreed * (1 - agreed)) / COUNT), 12);
    expect(agreed).toBeLessThan(1);
    expect(quality.accuracy!.value).toBeCloseTo(
      share((i) => after.classes[i] === labels[i]),
      12,
    );
    expect(quality.accuracyAgainst!.value).toBeCloseTo(
      share((i) => before.classes[i] === labels[i]),
      12,
    );
    expect(quality.accuracyChange!.value).toBeCloseTo(
      quality.accuracy!.value - quality.accuracyAgainst!.value,
      12,
    );
  });

  test('are measured alone', () => {
    const alone = measureAlone(changed, samples, () => undefined);
    expect(alone.accuracy).toEqual(measureAgainst(changed, original, samples, () => undefined).accuracy);
  });

  test('are like themselves', () => {
    expect(measureAgainst(original, original, unlabelled, () => undefined)).toEqual({
      outputNoise: 0,
      agreement: { value: 1, standardError: 0 },
    });
  });

  test('are compared by their outputs where only one has a softmax', () => {
    const plain = classifier({ softmax: false });
    expect(judgedOutputs(plain)[0]).toMatchObject({ classes: CLASSES });
    const { outputNoise: noise, agreement } = measureAgainst(plain, original, unlabelled, () => undefined);
    expect(noise).toBeGreaterThan(1);
    // The same logits, but for rounding of probabilities that are nearly equal.
    expect(agreement!.value).toBeGreaterThan(0.9);
  });
});

describe('other networks', () => {
  const two = networkOf(twoInputsModel(), 'two');
  const both: Samples = { ...samples, inputs: [values, values.toReversed()] };

  test('have no accuracy and no agreement', () => {
    expect(classesOf(two)).toBeUndefined();
    expect(measureAgainst(two, two, both, () => undefined)).toEqual({ outputNoise: 0 });
    expect(() => measureAlone(two, both, () => undefined)).toThrow(
      /^two: does not give each sample one class; it can only be compared/,
    );
  });

  test('an output as large as the input is no choice of a class', () => {
    expect(classesOf(classifier({ softmax: false, units: ELEMENTS }))).toBeUndefined();
    expect(classesOf(classifier({ softmax: true, units: ELEMENTS }))).toBe(ELEMENTS);
    expect(classesOf(classifier({ softmax: false, units: 1 }))).toBeUndefined();
  });

  test('need labels, or an original of the same inputs and outputs', () => {
    expect(() => measureAlone(original, unlabelled, () => undefined)).toThrow(
      /^test: has no labels; without/,
    );
    expect(() => measureAgainst(original, two, samples, () => undefined)).toThrow(
      /^network: its inputs are 6x5x2 int8 of scale \S+ and zero point -128, and those of two /,
    );
    const more = classifier({ units: 5 });
    expect(() => measureAgainst(more, original, samples, () => undefined)).toThrow(
      /^network: its outputs are 1x5, and those of network 1x4; only networks with the same can be compared/,
    );
  });
});
