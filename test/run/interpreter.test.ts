import { expect, test } from 'vitest';
import { importNetwork } from '../../src/graph/import.js';
import type { Network } from '../../src/graph/network.js';
import { createInterpreter, prepareOperator, whyNotRunnable } from '../../src/run/index.js';
import { noise } from '../runtime/runtime.js';
import { smallModel } from '../tflite/fixture.js';

const network = importNetwork(smallModel(), 'small');
const [{ operators, tensors, inputs, outputs }] = network.graphs;
const SIZE = 12 * 10 * 3;
const images = (samples: number): Int8Array => new Int8Array(noise(samples * SIZE, 9).buffer);

const changed = (index: number, change: object): Network => ({
  ...network,
  graphs: [
    {
      ...network.graphs[0],
      operators: operators.map((operator, i) => (i === index ? { ...operator, ...change } : operator)),
    },
  ],
});

test('a batch gives what its samples give one by one', () => {
  const interpreter = createInterpreter(network);
  const batch = images(11);
  const all = interpreter.run([batch], 11)[outputs[0]!]!;
  for (let s = 0; s < 11; s++) {
    const one = interpreter.run([batch.subarray(s * SIZE, (s + 1) * SIZE)], 1)[outputs[0]!]!;
    expect(one).toEqual(all.subarray(4 * s, 4 * (s + 1)));
  }
  expect(new Set(all).size).toBeGreaterThan(4);
});

test('keeps the outputs, or what is asked for', () => {
  const interpreter = createInterpreter(network);
  const kept = (keep?: (tensor: number) => boolean): number[] =>
    [...interpreter.run([images(2)], 2, keep).entries()].flatMap(([i, values]) => (values ? [i] : []));
  expect(kept()).toEqual(outputs);
  const middle = operators[2]!.outputs[0]!;
  expect(kept((tensor) => tensor === middle)).toEqual([middle]);
  const computed = [...inputs, ...operators.flatMap((operator) => operator.outputs)];
  expect(kept(() => true)).toEqual(computed.sort((a, b) => a - b));
});

test('operators run one at a time give the same', () => {
  const kept = createInterpreter(network).run([images(3)], 3, () => true);
  operators.forEach((operator, i) => {
    const [result] = prepareOperator(
      operator,
      tensors,
      i,
    )(
      operator.inputs.map((tensor) => kept[tensor]),
      3,
    );
    expect(result).toEqual(kept[operator.outputs[0]!]);
  });
});

test('what cannot be run is named in one sentence', () => {
  expect(whyNotRunnable(network)).toBeUndefined();
  expect(whyNotRunnable(changed(2, { kind: 'SVDF' }))).toBe(
    'operator 2 (SVDF) cannot be run, since there is no kernel for its kind',
  );
  expect(whyNotRunnable(changed(1, { options: { ...operators[1]!.options, stride_w: 3 } }))).toBe(
    'operator 1 (DEPTHWISE_CONV_2D) cannot be run, since its output is 5 long where its window gives 2',
  );
  expect(() => createInterpreter(changed(0, { kind: 'CUSTOM', customCode: 'Ping' }))).toThrow(
    'operator 0 (CUSTOM Ping) cannot be run, since there is no kernel for its kind',
  );
});
