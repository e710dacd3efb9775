import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { networkBuilder, type BuiltTensor } from '../src/graph/build/builder.js';
import { PROBABILITIES, UNIT_RANGE } from '../src/graph/build/ranges.js';
import type { Quantisation } from '../src/graph/network.js';
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

  /** A feature map, by default quantised to the range that was observed. */
  const featureMap = (name: string, shape: readonly number[], quantisation?: Quantisation): BuiltTensor =>
    builder.tensor({ name, shape, quantisation: quantisation ?? rangeQuantisation(ranges[name]!) });

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

  const averagePool = (from: BuiltTensor): BuiltTensor => {
    const [, height, width, depth] = from.shape as readonly [number, number, number, number];
    const result = featureMap('pool', [1, 1, 1, depth], from.quantisation);
    builder.operator({
      kind: 'AVERAGE_POOL_2D',
      inputs: [from],
      outputs: [result],
      options: {
        padding: 'VALID',
        stride_h: height,
        stride_w: width,
        filter_height: height,
        filter_width: width,
        fused_activation_function: 'NONE',
      },
    });
    return result;
  };

  const flatten = (from: BuiltTensor): BuiltTensor => {
    const shape = [1, from.shape.at(-1)!];
    const target = builder.tensor({
      name: 'flatten/shape',
      type: 'int32',
      shape: [shape.length],
      data: bytesOf(Int32Array.from(shape)),
    });
    const result = featureMap('flatten', shape, from.quantisation);
    builder.operator({
      kind: 'RESHAPE',
      inputs: [from, target],
      outputs: [result],
      options: { new_shape: shape },
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

  const softmax = (from: BuiltTensor): BuiltTensor => {
    const result = featureMap('probabilities', from.shape, PROBABILITIES);
    builder.operator({ kind: 'SOFTMAX', inputs: [from], outputs: [result], options: { beta: 1 } });
    return result;
  };

  const image = builder.input({
    name: 'image',
    shape: [1, GLYPH_SIZE, GLYPH_SIZE, 1],
    quantisation: UNIT_RANGE,
  });
  const stem = convolution('stem', image, { filters: 16, kernel: 3, stride: 1, activation: 'RELU' });
  const a = residualBlock('a', stem, 16, 1);
  const b = residualBlock('b', a, 32, 2);
  const c = residualBlock('c', b, 64, 2);
  return writeModel(builder.model([softmax(classify(flatten(averagePool(c))))]));
};

/** Quantises what `train.py` wrote and writes the example: `node dist/training/model.js FOLDER`. */
const main = (folder: string, file: string): void => {
  const text = readFileSync(join(folder, 'layers.json'), 'utf8');
  writeFileSync(file, build(trained.parse(JSON.parse(text))));
};

main(process.argv[2] ?? 'results/glyphs', process.argv[3] ?? FILE);
