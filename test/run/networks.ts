import { createInterpreter } from '../../src/run/index.js';
import { importNetwork } from '../../src/graph/import.js';
import type { Network } from '../../src/graph/network.js';
import { isHeld, valuesOf, type Values } from '../../src/run/values.js';
import { readModel } from '../../src/tflite/model.js';
import { noise, type LoadedModel } from '../runtime/runtime.js';

/** Network of the bytes of a file. */
export const networkOf = (file: Uint8Array): Network => importNetwork(readModel(file, 'network'), 'network');

/** Bytes of values of a tensor that look random; floats are from −2 to 2. */
const randomBytes = (type: string, elements: number, seed: number): Uint8Array => {
  if (type !== 'float32') return noise(elements * ({ int16: 2, int32: 4 }[type] ?? 1), seed);
  return new Uint8Array(Float32Array.from(noise(elements, seed), (byte) => (byte - 128) / 64).buffer);
};

/** How outputs of a runtime differ from ours. */
export interface Difference {
  readonly largest: number;
  readonly values: number;
}

/** Runs a network on `count` random inputs, as one batch here and one by one in a runtime. */
export const difference = async (
  network: Network,
  runtime: LoadedModel,
  count: number,
): Promise<Difference> => {
  const [{ tensors, inputs, outputs }] = network.graphs;
  const elementsOf = (tensor: number): number =>
    (tensors[tensor]!.shape ?? []).reduce((product, size) => product * Math.abs(size), 1);
  const valuesAt = (tensor: number, bytes: Uint8Array): Values => {
    const { type } = tensors[tensor]!;
    if (!isHeld(type)) throw new TypeError(type);
    return valuesOf(type, bytes);
  };
  const samples = Array.from({ length: count }, (_, sample) =>
    inputs.map((tensor, i) => randomBytes(tensors[tensor]!.type, elementsOf(tensor), 100 * sample + i + 1)),
  );
  const batches = inputs.map((tensor, i) => valuesAt(tensor, Buffer.concat(samples.map((one) => one[i]!))));
  const ours = createInterpreter(network).run(batches, count);
  let [largest, values] = [0, 0];
  for (const [s, sample] of samples.entries()) {
    const theirs = await runtime.run(sample);
    outputs.forEach((tensor, i) => {
      const expected = valuesAt(tensor, theirs[i]!);
      const size = elementsOf(tensor);
      const found = ours[tensor]!.subarray(s * size, (s + 1) * size);
      if (expected.length !== size) throw new RangeError(`${expected.length} values of ${size}`);
      values += size;
      found.forEach((value, k) => (largest = Math.max(largest, Math.abs(value - expected[k]!))));
    });
  }
  return { largest, values };
};
