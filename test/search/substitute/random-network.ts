import type { Network, Tensor } from '../../../src/graph/network.js';
import { NetworkBuilder } from '../fixture.js';
import { randomNumbers } from './targets.js';

type Next = () => number;

const between = (next: Next, low: number, high: number): number =>
  low + Math.floor(next() * (high - low + 1));

const bytesOf = (next: Next, count: number, low: number, high: number): Uint8Array =>
  Uint8Array.from({ length: count }, () => between(next, low, high) & 255);

const LAYERS = ['conv', 'depthwise', 'residual', 'scale', 'prelu', 'relu', 'shared'] as const;

const addLayer = (b: NetworkBuilder, x: number, next: Next): number => {
  const shape = b.shapeOf(x);
  const channels = shape[3]!;
  const activation = next() < 0.5 ? 'RELU' : 'NONE';
  const conv = (filters: number): number =>
    b.conv(x, filters, next() < 0.4 ? 1 : 3, next() < 0.2 ? 2 : 1, activation);
  const kind = LAYERS[between(next, 0, LAYERS.length - 1)]!;
  if (kind === 'depthwise') return b.depthwise(x);
  if (kind === 'residual') return b.add(b.conv(x, channels, 3, 1, activation), x);
  if (kind === 'relu') return b.operator('RELU', [x], [b.map(shape)]);
  if (kind === 'scale' || kind === 'prelu') {
    const factor = b.constant([1, 1, channels], 'int8', { bytes: bytesOf(next, channels, -127, 127) });
    return b.operator(kind === 'scale' ? 'MUL' : 'PRELU', [x, factor], [b.map(shape)], {
      fused_activation_function: 'NONE',
    });
  }
  if (kind === 'shared') {
    const first = b.conv(x, between(next, 2, 7), 3, 1, activation);
    const { inputs, options } = b.operators.at(-1)!;
    const second = b.operator('CONV_2D', inputs, [b.map(b.shapeOf(first))], options);
    return b.add(first, second);
  }
  return conv(between(next, 2, 9));
};

/** int8 constants of a network as uint8 with a zero point, which stores every value as before. */
const asUnsigned = (tensor: Tensor): Tensor => {
  if (tensor.type !== 'int8') return tensor;
  const bytes = tensor.constant?.bytes;
  const quantisation = {
    ...tensor.quantisation!,
    zeroPoints: tensor.quantisation!.zeroPoints.map(() => 128),
  };
  return {
    ...tensor,
    type: 'uint8',
    quantisation,
    ...(bytes && { constant: { bytes: bytes.map((value) => value ^ 128) } }),
  };
};

/** Random values in place of the zeros that the builder gives weights and biases, with a scale of its own for each. */
export const withRandomValues = (network: Network, next: Next): Network => {
  const [graph] = network.graphs;
  const tensors = graph.tensors.slice();
  for (const { kind, inputs } of graph.operators) {
    if (!['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED'].includes(kind)) continue;
    const [w, bias] = [inputs[1]!, inputs[2]!];
    const weights = tensors[w]!;
    const axis = kind === 'DEPTHWISE_CONV_2D' ? 3 : 0;
    const count = kind === 'FULLY_CONNECTED' && next() < 0.5 ? 1 : weights.shape![axis]!;
    const scales = Array.from({ length: count }, () => Math.fround(0.002 + 0.01 * next()));
    const bytes = bytesOf(next, weights.constant!.bytes!.length, -127, 127);
    const quantisation = { scales, zeroPoints: scales.map(() => 0), axis };
    tensors[w] = { ...weights, quantisation, constant: { bytes } };
    const biases = Int32Array.from({ length: tensors[bias]!.shape![0]! }, () => between(next, -3000, 3000));
    tensors[bias] = { ...tensors[bias]!, constant: { bytes: new Uint8Array(biases.buffer) } };
  }
  return { ...network, graphs: [{ ...graph, tensors }] };
};

/**
 * A small network of convolutions, depthwise convolutions, residual sums, channel-wise factors, PReLUs and pairs of
 * convolutions that share their weights, with a classifier of two layers; int8 with a scale per channel, or uint8.
 */
export const randomNetwork = (seed: number): Network => {
  const next = randomNumbers(seed);
  const b = new NetworkBuilder();
  let x = b.conv(b.input([1, 6, 5, between(next, 1, 4)]), between(next, 2, 8));
  const layers = between(next, 1, 5);
  for (let i = 0; i < layers; i++) x = addLayer(b, x, next);
  x = b.dense(b.flatten(b.poolAll(x)), between(next, 2, 6));
  const network = withRandomValues(b.network([b.dense(x, 3)]), next);
  if (next() < 0.7) return network;
  const [graph] = network.graphs;
  const tensors = graph.tensors.map((tensor) => {
    const unsigned = asUnsigned(tensor);
    const q = unsigned.quantisation;
    // Asymmetric types have one scale.
    return q === undefined || tensor.type === 'int32'
      ? unsigned
      : { ...unsigned, quantisation: { ...q, scales: [q.scales[0]!], zeroPoints: [q.zeroPoints[0]!] } };
  });
  return { ...network, graphs: [{ ...graph, tensors }] };
};
