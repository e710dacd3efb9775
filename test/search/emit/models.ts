import { networkBuilder } from '../../../src/graph/build/builder.js';
import {
  binary,
  concatenation,
  conv2d,
  depthwiseConv2d,
  fullyConnected,
  input,
  pool2d,
  reshape,
  unary,
} from '../../../src/graph/build/layers.js';
import { perTensor } from '../../../src/graph/build/ranges.js';
import { importNetwork, type LoadedNetwork } from '../../../src/graph/import.js';
import { readModel, writeModel, type TfliteModel } from '../../../src/tflite/model.js';
import type { TensorTable } from '../../../src/tflite/nodes.js';
import { randomStream } from './random.js';

/** A model as a file gives it. */
export const loaded = (model: TfliteModel | Uint8Array, name: string): LoadedNetwork => {
  const read = readModel(model instanceof Uint8Array ? model : writeModel(model), name);
  return { model: read, network: importNetwork(read, name) };
};

/** conv 0, conv 1, add 2, strided conv 3, pool 4, join 5, dilated conv 6, conv without padding 7, pool 8, reshape 9, dense 10, softmax 11. */
export const branchedModel = (): TfliteModel => {
  const builder = networkBuilder(11, 'branched');
  const image = input(builder, 'image', [1, 16, 12, 3]);
  const a = conv2d(builder, image, { name: 'a', filters: 8, kernel: [3, 3], activation: 'RELU' });
  const b = conv2d(builder, a, { name: 'b', filters: 8, kernel: [3, 3] });
  const sum = binary(builder, 'ADD', [a, b], { name: 'sum', activation: 'RELU' });
  const c = conv2d(builder, sum, {
    name: 'c',
    filters: 12,
    kernel: [3, 5],
    stride: [2, 2],
    activation: 'RELU6',
  });
  const near = pool2d(builder, c, 'MAX_POOL_2D', {
    name: 'near',
    kernel: [3, 3],
    stride: [1, 1],
    padding: 'SAME',
  });
  const joined = concatenation(builder, [c, near], { name: 'joined', axis: 3 });
  const d = conv2d(builder, joined, { name: 'd', filters: 12, kernel: [3, 3], dilation: [2, 2] });
  const e = conv2d(builder, d, {
    name: 'e',
    filters: 10,
    kernel: [2, 2],
    padding: 'VALID',
  });
  const pooled = pool2d(builder, e, 'AVERAGE_POOL_2D', { name: 'pooled', kernel: [7, 5] });
  const flat = reshape(builder, pooled, { name: 'flat', shape: [1, -1] });
  const classes = fullyConnected(builder, flat, { name: 'classes', units: 5 });
  return builder.model([unary(builder, 'SOFTMAX', classes, { name: 'scores' })]);
};

/** depthwise 0, conv 1, conv 2, pool 3; the only input has a dynamic batch. */
export const dynamicModel = (): TfliteModel => {
  const builder = networkBuilder(12, 'dynamic');
  const image = input(builder, 'image', [1, 10, 10, 4]);
  const a = depthwiseConv2d(builder, image, { name: 'a', kernel: [3, 3], activation: 'RELU' });
  const b = conv2d(builder, a, { name: 'b', filters: 9, kernel: [3, 3], activation: 'RELU' });
  const c = conv2d(builder, b, { name: 'c', filters: 6, kernel: [3, 3] });
  const model = builder.model([pool2d(builder, c, 'MAX_POOL_2D', { name: 'pooled', kernel: [2, 2] })]);
  const [graph] = model.root.subgraphs!;
  const tensors = graph!.tensors!.map((tensor): TensorTable => {
    const isMap = tensor.buffer === undefined;
    return isMap ? { ...tensor, shape_signature: [-1, ...tensor.shape!.slice(1)], has_rank: true } : tensor;
  });
  return { ...model, root: { ...model.root, subgraphs: [{ ...graph, tensors }] } };
};

/**
 * One 3×3 convolution from 8 to 12 channels whose stored weights are, for each input channel, a sum of `terms` products
 * of a filter and a factor per output channel: exactly so many separable terms.
 */
export const separableModel = (terms: number): TfliteModel => {
  const [inputs, outputs, positions] = [8, 12, 9];
  const random = randomStream(5);
  const digits = (count: number): number[] =>
    Array.from({ length: count }, () => Math.round(10 * random() - 5));
  const filters = Array.from({ length: terms * inputs }, () => digits(positions));
  const factors = Array.from({ length: terms * inputs }, () => digits(outputs));
  const levels = new Int8Array(outputs * positions * inputs);
  for (let i = 0; i < levels.length; i++) {
    const [output, at, input] = [
      Math.floor(i / (positions * inputs)),
      Math.floor(i / inputs) % positions,
      i % inputs,
    ];
    for (let t = 0; t < terms; t++) {
      levels[i]! += filters[t * inputs + input]![at]! * factors[t * inputs + input]![output]!;
    }
  }
  const builder = networkBuilder(1, `separable${terms}`);
  const image = builder.input({ name: 'image', shape: [1, 12, 9, inputs], quantisation: perTensor(0.02, 3) });
  const scales = Array.from({ length: outputs }, (_, o) => Math.fround(0.002 + 0.0001 * o));
  const zeros = scales.map(() => 0);
  const weights = builder.tensor({
    name: 'weights',
    shape: [outputs, 3, 3, inputs],
    quantisation: { scales, zeroPoints: zeros, axis: 0 },
    data: new Uint8Array(levels.buffer),
  });
  const bias = builder.tensor({
    name: 'bias',
    type: 'int32',
    shape: [outputs],
    quantisation: {
      scales: scales.map((scale) => Math.fround(scale * Math.fround(0.02))),
      zeroPoints: zeros,
      axis: 0,
    },
    data: new Uint8Array(Int32Array.from({ length: outputs }, (_, o) => 300 * o - 1500).buffer),
  });
  const y = builder.tensor({
    name: 'y',
    shape: [1, 12, 9, outputs],
    quantisation: perTensor(0.012 * terms, -5),
  });
  builder.operator({
    kind: 'CONV_2D',
    inputs: [image, weights, bias],
    outputs: [y],
    options: { padding: 'SAME', stride_h: 1, stride_w: 1 },
  });
  return builder.model([y]);
};
