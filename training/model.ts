import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { networkBuilder, type BuiltTensor } from '../src/graph/build/builder.js';
import { input, pool2d, reshape, unary } from '../src/graph/build/layers.js';
import { GLYPH_SIZE } from '../src/glyphs/draw.js';
import { GLYPH_SHAPES } from '../src/glyphs/shapes.js';
import { writeModel } from '../src/tflite/model.js';
import { quantiseLayer, rangeQuantisation } from './quantise.js';

/** What `train.py` writes: weights O×H×W×I, biases, and the least and the largest value of every feature map. */
const trained = z.object({
  layers: z.record(z.string(), z.object({ weights: z.array(z.number()), bias: z.array(z.number()) })),
  ranges: z.record(z.string(), z.tuple([z.number(), z.number()])),
});

const DESCRIPTION = 'Capital letters drawn by strokes, 12 classes';
const FILE = 'configs/examples/glyphs.tflite';
const CLASSES = GLYPH_SHAPES.length;

interface ConvolutionShape {
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
  readonly activation: 'RELU' | 'NONE';
}

const bytesOf = (values: Int8Array | Int32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

const build = ({ layers, ranges }: z.infer<typeof trained>): Uint8Array => {
  const builder = networkBuilder(0, DESCRIPTION);

  /** A feature map, quantised to the range that was observed. */
  const featureMap = (name: string, shape: readonly number[]): BuiltTensor =>
    builder.tensor({ name, shape, quantisation: rangeQuantisation(ranges[name]!) });

  /** The weights and the bias of a layer; one scale for each of `scales` equal parts of the weights. */
  const parameters = (
    name: string,
    from: BuiltTensor,
    shape: readonly number[],
    scales: number,
  ): readonly [BuiltTensor, BuiltTensor] => {
    const { weights, bias } = quantiseLayer(layers[name]!, scales, from.quantisation!.scales[0]!);
    return [
      builder.tensor({
        name: `${name}/weights`,
        shape,
        quantisation: weights.quantisation,
        data: bytesOf(weights.values),
      }),
      builder.tensor({
        name: `${name}/bias`,
        type: 'int32',
        shape: [shape[0]!],
        quantisation: bias.quantisation,
        data: bytesOf(bias.values),
      }),
    ];
  };

  const convolution = (
    name: string,
    from: BuiltTensor,
    { filters, kernel, stride, activation }: ConvolutionShape,
  ): BuiltTensor => {
    const [, height, width, depth] = from.shape as readonly [number, number, number, number];
    const constants = parameters(name, from, [filters, kernel, kernel, depth], filters);
    const result = featureMap(name, [1, Math.ceil(height / stride), Math.ceil(width / stride), filters]);
    builder.operator({
      kind: 'CONV_2D',
      inputs: [from, ...constants],
      outputs: [result],
      options: {
        padding: 'SAME',
        stride_h: stride,
        stride_w: stride,
        dilation_h_factor: 1,
        dilation_w_factor: 1,
        fused_activation_function: activation,
      },
    });
    return result;
  };

  const residualBlock = (name: string, from: BuiltTensor, filters: number, stride: number): BuiltTensor => {
    const first = convolution(`${name}_conv1`, from, { filters, kernel: 3, stride, activation: 'RELU' });
    const second = convolution(`${name}_conv2`, first, { filters, kernel: 3, stride: 1, activation: 'NONE' });
    const shortcut =
      stride === 1
        ? from
        : convolution(`${name}_shortcut`, from, { filters, kernel: 1, stride, activation: 'NONE' });
    const result = featureMap(`${name}_add`, second.shape);
    builder.operator({
      kind: 'ADD',
      inputs: [shortcut, second],
      outputs: [result],
      options: { fused_activation_function: 'RELU' },
    });
    return result;
  };

  const classify = (from: BuiltTensor): BuiltTensor => {
    const constants = parameters('classify', from, [CLASSES, from.shape.at(-1)!], 1);
    const result = featureMap('classify', [1, CLASSES]);
    builder.operator({
      kind: 'FULLY_CONNECTED',
      inputs: [from, ...constants],
      outputs: [result],
      options: { fused_activation_function: 'NONE' },
    });
    return result;
  };

  const image = input(builder, 'image', [1, GLYPH_SIZE, GLYPH_SIZE, 1]);
  const stem = convolution('stem', image, { filters: 16, kernel: 3, stride: 1, activation: 'RELU' });
  const a = residualBlock('a', stem, 16, 1);
  const b = residualBlock('b', a, 32, 2);
  const c = residualBlock('c', b, 64, 2);
  const [, height, width, depth] = c.shape as readonly [number, number, number, number];
  const pool = pool2d(builder, c, 'AVERAGE_POOL_2D', { name: 'pool', kernel: [height, width] });
  const flat = reshape(builder, pool, { name: 'flatten', shape: [1, depth] });
  return writeModel(builder.model([unary(builder, 'SOFTMAX', classify(flat), { name: 'probabilities' })]));
};

/** Quantises what `train.py` wrote and writes the example: `node dist/training/model.js FOLDER`. */
const main = (folder: string, file: string): void => {
  const text = readFileSync(join(folder, 'layers.json'), 'utf8');
  writeFileSync(file, build(trained.parse(JSON.parse(text))));
};

main(process.argv[2] ?? 'results/glyphs', process.argv[3] ?? FILE);
