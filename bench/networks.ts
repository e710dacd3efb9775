import { networkBuilder, type BuiltTensor, type NetworkBuilder } from '../src/graph/build/builder.js';
import {
  binary,
  conv2d,
  depthwiseConv2d,
  fullyConnected,
  input,
  pool2d,
  reshape,
  unary,
} from '../src/graph/build/layers.js';
import type { TfliteModel } from '../src/tflite/model.js';

type Pair = readonly [number, number];

const square = (size: number): Pair => [size, size];

/** Global average, the classifier and its softmax. */
function classify(builder: NetworkBuilder, from: BuiltTensor, classes: number): TfliteModel {
  const [, height = 1, width = 1, depth = 1] = from.shape;
  const pooled = pool2d(builder, from, 'AVERAGE_POOL_2D', { name: 'average', kernel: [height, width] });
  const flat = reshape(builder, pooled, { name: 'flat', shape: [1, depth] });
  const scores = fullyConnected(builder, flat, { name: 'scores', units: classes });
  return builder.model([unary(builder, 'SOFTMAX', scores, { name: 'probabilities' })]);
}

/** Expansion factor, channels, repetitions and first stride of each stage of MobileNet v2. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

interface Bottleneck {
  readonly name: string;
  readonly expansion: number;
  readonly filters: number;
  readonly stride: number;
}

/** Expansion, depthwise convolution and linear projection, added to the input where the shapes agree. */
function bottleneck(builder: NetworkBuilder, from: BuiltTensor, block: Bottleneck): BuiltTensor {
  const { name, expansion, filters, stride } = block;
  const depth = from.shape[3]!;
  const wide =
    expansion === 1
      ? from
      : conv2d(builder, from, {
          name: `${name}/expand`,
          filters: expansion * depth,
          kernel: [1, 1],
          activation: 'RELU6',
        });
  const filtered = depthwiseConv2d(builder, wide, {
    name: `${name}/depthwise`,
    kernel: [3, 3],
    stride: square(stride),
    activation: 'RELU6',
  });
  const projected = conv2d(builder, filtered, { name: `${name}/project`, filters, kernel: [1, 1] });
  if (stride !== 1 || depth !== filters) return projected;
  return binary(builder, 'ADD', [from, projected], { name: `${name}/add` });
}

/** An int8 network with the layers of MobileNet v2 1.0 at 224×224 and random weights. */
export function mobilenetLike(): TfliteModel {
  const builder = networkBuilder(1, 'mobilenet_like');
  let at = input(builder, 'image', [1, 224, 224, 3]);
  at = conv2d(builder, at, {
    name: 'stem',
    filters: 32,
    kernel: [3, 3],
    stride: [2, 2],
    activation: 'RELU6',
  });
  STAGES.forEach(([expansion, filters, repetitions, firstStride], s) => {
    for (let r = 0; r < repetitions; r++) {
      const stride = r === 0 ? firstStride : 1;
      at = bottleneck(builder, at, { name: `stage${s + 1}.${r + 1}`, expansion, filters, stride });
    }
  });
  at = conv2d(builder, at, { name: 'head', filters: 1280, kernel: [1, 1], activation: 'RELU6' });
  return classify(builder, at, 1001);
}

/** An int8 network with the layers of a small keyword spotter (DS-CNN on 49×10 features) and random weights. */
export function keywordLike(): TfliteModel {
  const builder = networkBuilder(1, 'keyword_like');
  let at = input(builder, 'features', [1, 49, 10, 1]);
  at = conv2d(builder, at, {
    name: 'stem',
    filters: 64,
    kernel: [10, 4],
    stride: [2, 2],
    activation: 'RELU',
  });
  for (let i = 1; i <= 4; i++) {
    at = depthwiseConv2d(builder, at, { name: `depthwise${i}`, kernel: [3, 3], activation: 'RELU' });
    at = conv2d(builder, at, { name: `pointwise${i}`, filters: 64, kernel: [1, 1], activation: 'RELU' });
  }
  return classify(builder, at, 12);
}

/** An int8 network with the layers of the eight-layer ResNet for 32×32 images and random weights. */
export function resnetLike(): TfliteModel {
  const builder = networkBuilder(1, 'resnet_like');
  let at = input(builder, 'image', [1, 32, 32, 3]);
  at = conv2d(builder, at, { name: 'stem', filters: 16, kernel: [3, 3], activation: 'RELU' });
  [16, 32, 64].forEach((filters, s) => {
    const name = `stack${s + 1}`;
    const stride = square(s === 0 ? 1 : 2);
    let branch = conv2d(builder, at, {
      name: `${name}/first`,
      filters,
      kernel: [3, 3],
      stride,
      activation: 'RELU',
    });
    branch = conv2d(builder, branch, { name: `${name}/second`, filters, kernel: [3, 3] });
    const shortcut =
      s === 0 ? at : conv2d(builder, at, { name: `${name}/shortcut`, filters, kernel: [1, 1], stride });
    at = binary(builder, 'ADD', [shortcut, branch], { name: `${name}/add`, activation: 'RELU' });
  });
  return classify(builder, at, 10);
}
