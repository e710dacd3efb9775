import type { Network, Operator } from '../../../src/graph/network.js';
import { realWeights } from '../../../search/substitute/real-weights.js';
import { randomNumbers } from './targets.js';
import { convolve, type FeatureMap } from './run-float.js';

const onEach = (map: FeatureMap, f: (value: number, channel: number, i: number) => number): FeatureMap => {
  const channels = map.shape.at(-1)!;
  return { ...map, values: map.values.map((value, i) => f(value, i % channels, i)) };
};

const averages = ({ shape, values }: FeatureMap): FeatureMap => {
  const channels = shape[3];
  const sums = new Float64Array(channels);
  values.forEach((value, i) => (sums[i % channels]! += value));
  return { shape: [1, 1, 1, channels], values: sums.map((sum) => (sum * channels) / values.length) };
};

/**
 * Output of a network of the kinds that random networks have, in real numbers on dequantised constants, for an input
 * that a seed determines.
 */
export const runNetwork = (network: Network, seed: number): number[] => {
  const { operators, tensors, inputs, outputs } = network.graphs[0];
  const next = randomNumbers(seed);
  const maps = new Map<number, FeatureMap>();
  const read = (t: number): FeatureMap => maps.get(t)!;
  const step = (op: Operator): FeatureMap => {
    const [x = -1, w = -1, b = -1] = op.inputs;
    const [input, second, bias, output] = [tensors[x]!, tensors[w]!, tensors[b], tensors[op.outputs[0]!]!];
    const factors = (): Float64Array => realWeights(second)!;
    switch (op.kind) {
      case 'CONV_2D':
      case 'DEPTHWISE_CONV_2D':
        return convolve(op, read(x), [input, second, bias, output]);
      case 'FULLY_CONNECTED': {
        const [units, features] = second.shape as [number, number];
        const kernel = { ...second, shape: [units, 1, 1, features] };
        const square = { stride_h: 1, stride_w: 1, dilation_h_factor: 1, dilation_w_factor: 1 };
        const options = { ...op.options, ...square, padding: 'VALID' };
        const map: FeatureMap = { shape: [1, 1, 1, features], values: read(x).values };
        return convolve({ ...op, kind: 'CONV_2D', options }, map, [
          input,
          kernel,
          bias,
          { ...output, shape: [1, 1, 1, units] },
        ]);
      }
      case 'ADD': {
        const other = read(w).values;
        return onEach(read(x), (value, _, i) => value + other[i]!);
      }
      case 'MUL': {
        const scale = factors();
        return onEach(read(x), (value, channel) => value * scale[channel]!);
      }
      case 'PRELU': {
        const slope = factors();
        return onEach(read(x), (value, channel) => (value < 0 ? value * slope[channel]! : value));
      }
      case 'RELU':
        return onEach(read(x), (value) => Math.max(0, value));
      case 'AVERAGE_POOL_2D':
        return averages(read(x));
      case 'RESHAPE':
        return read(x);
      default:
        throw new Error(`no rule for ${op.kind}`);
    }
  };
  for (const t of inputs) {
    const shape = tensors[t]!.shape as FeatureMap['shape'];
    const values = Float64Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => 2 * next() - 1);
    maps.set(t, { shape, values });
  }
  for (const op of operators) maps.set(op.outputs[0]!, step(op));
  return outputs.flatMap((t) => [...read(t).values]);
};
