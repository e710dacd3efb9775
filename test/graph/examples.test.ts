import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { networkBuilder } from '../../src/graph/build/builder.js';
import {
  concatenation,
  conv2d,
  depthwiseConv2d,
  input,
  pool2d,
  reshape,
} from '../../src/graph/build/layers.js';
import { generateWeights, laplacian, tensorStream } from '../../src/graph/build/weights.js';
import { parseExample } from '../../src/graph/example-file.js';
import { buildExample, exampleModel, exampleNames } from '../../src/graph/examples.js';
import { GLYPH_SIZE } from '../../src/glyphs/draw.js';
import { GLYPH_SHAPES } from '../../src/glyphs/shapes.js';
import { importNetwork } from '../../src/graph/import.js';
import { loadNetwork } from '../../src/graph/load.js';
import type { Graph } from '../../src/graph/network.js';
import { writeModel } from '../../src/tflite/model.js';
import { sharedDir } from '../shared.js';

const STORY = ['story_separable_linear', 'story_separable_relu', 'story_standard'];

/** What a compiler sees of a graph, but for names and values. */
const structure = (graph: Graph): unknown => ({
  operators: graph.operators.map(({ kind, options, inputs, outputs }) => ({
    kind,
    options,
    inputs,
    outputs,
  })),
  tensors: graph.tensors.map(({ type, shape, constant, quantisation }) => ({
    type,
    shape,
    bytes: constant?.bytes?.length,
    scales: quantisation?.scales.length,
    axis: quantisation?.axis,
  })),
  inputs: graph.inputs,
  outputs: graph.outputs,
});

/** Multiplications and additions of the convolutions. */
const macs = (graph: Graph): number =>
  graph.operators.reduce((sum, { kind, inputs, outputs }) => {
    const [, h = 0, w = 0, c = 0] = graph.tensors[outputs[0]!]!.shape!;
    const [, kh = 0, kw = 0, i = 0] = graph.tensors[inputs[1]!]!.shape!;
    return sum + h * w * c * kh * kw * (kind === 'DEPTHWISE_CONV_2D' ? 1 : i);
  }, 0);

describe('example networks', () => {
  it('are the networks of the story', () => {
    expect(exampleNames()).toEqual(expect.arrayContaining(STORY));
  });

  // 38,400 positions: 3x3 from 1 to 16 (5,529,600), from 16 to 16 (88,473,600), from 16 to 1 (5,529,600); the
  // separable ones have a depthwise (5,529,600) and a 1x1 (9,830,400) in the middle.
  it.each([
    ['story_standard', 99_532_800],
    ['story_separable_relu', 26_419_200],
    ['story_separable_linear', 26_419_200],
  ])('%s has %i multiplications and additions', (name, expected) => {
    expect(macs(exampleModel(name).network.graphs[0])).toBe(expected);
  });

  it('differ in the activation of the depthwise alone', () => {
    const activations = (name: string): unknown =>
      exampleModel(name).network.graphs[0].operators.map(
        ({ options }) => options['fused_activation_function'],
      );
    expect(activations('story_standard')).toEqual(['RELU', 'RELU', 'NONE']);
    expect(activations('story_separable_relu')).toEqual(['RELU', 'RELU', 'RELU', 'NONE']);
    expect(activations('story_separable_linear')).toEqual(['RELU', 'NONE', 'RELU', 'NONE']);
  });

  it.each(STORY)('%s is built the same each time', (name) => {
    const { model, network } = exampleModel(name);
    expect(network.name).toBe(name);
    expect(Buffer.compare(model.source, exampleModel(name).model.source)).toBe(0);
    expect(model.root.version).toBe(3);
  });

  it('of other names do not exist', () => {
    expect(() => exampleModel('story')).toThrow(/^example:story: there is no example network of that name/);
    expect(() => exampleModel('../../package')).toThrow(/there is no example network/);
  });

  it.skipIf(sharedDir === undefined).each(STORY)('%s has the structure of the reference model', (name) => {
    const reference = loadNetwork(join(sharedDir!, 'models', `${name}.tflite`)).network.graphs[0];
    expect(structure(exampleModel(name).network.graphs[0])).toEqual(structure(reference));
  });
});

describe('the trained example', () => {
  const { model, network } = exampleModel('glyphs');
  const { operators, tensors } = network.graphs[0];

  it('is a residual network on images of glyphs', () => {
    expect(operators.map(({ kind }) => kind).join(' ')).toBe(
      [
        'CONV_2D',
        'CONV_2D CONV_2D ADD',
        'CONV_2D CONV_2D CONV_2D ADD',
        'CONV_2D CONV_2D CONV_2D ADD',
        'AVERAGE_POOL_2D RESHAPE FULLY_CONNECTED SOFTMAX',
      ].join(' '),
    );
    expect(tensors[network.graphs[0].inputs[0]!]!.shape).toEqual([1, GLYPH_SIZE, GLYPH_SIZE, 1]);
    expect(tensors[network.graphs[0].outputs[0]!]!.shape).toEqual([1, GLYPH_SHAPES.length]);
  });

  it('has a scale per channel, but one in the last layer', () => {
    for (const { kind, inputs } of operators.filter((o) => ['CONV_2D', 'FULLY_CONNECTED'].includes(o.kind))) {
      const { shape, quantisation } = tensors[inputs[1]!]!;
      expect(quantisation!.scales.length).toBe(kind === 'CONV_2D' ? shape![0] : 1);
    }
  });

  it('is as the writer writes it, and small', () => {
    expect(Buffer.compare(writeModel(model), model.source)).toBe(0);
    expect(model.source.length).toBeLessThan(150_000);
  });
});

describe('the description of a network', () => {
  const text = (layers: string): string =>
    `description: d\nseed: 1\ninput: {name: x, shape: [1, 8, 8, 4]}\nlayers:\n${layers}`;

  const built = (layers: string): Graph =>
    importNetwork(buildExample(parseExample(text(layers), 'net.yaml'), 'net.yaml'), 'net').graphs[0];

  it('has branches and all kinds of layers', () => {
    const graph = built(`
  - {type: conv2d, name: a, filters: 4, kernel: [1, 1]}
  - {type: depthwise_conv2d, name: b, from: [x], kernel: [3, 3], dilation: [2, 2]}
  - {type: add, name: c, from: [a, b], activation: RELU}
  - {type: mul, name: m, from: [c, a]}
  - {type: concatenation, name: d, from: [m, b]}
  - {type: max_pool_2d, name: e, kernel: [2, 2]}
  - {type: average_pool_2d, name: f, kernel: [4, 4], stride: [1, 1]}
  - {type: reshape, name: g, shape: [1, -1]}
  - {type: fully_connected, name: h, units: 3, activation: RELU6}
  - {type: hard_swish, name: k}
  - {type: softmax, name: s}
`);
    expect(graph.operators.map(({ kind }) => kind).join(' ')).toBe(
      'CONV_2D DEPTHWISE_CONV_2D ADD MUL CONCATENATION MAX_POOL_2D AVERAGE_POOL_2D RESHAPE FULLY_CONNECTED HARD_SWISH SOFTMAX',
    );
    expect(graph.operators.at(-1)!.options).toEqual({ beta: 1 });
    expect(graph.operators[1]!.options).toMatchObject({ depth_multiplier: 1, dilation_h_factor: 2 });
    expect(graph.tensors.filter((t) => t.name.length === 1).map((t) => t.shape?.join('×'))).toEqual([
      '1×8×8×4',
      '1×8×8×4',
      '1×8×8×4',
      '1×8×8×4',
      '1×8×8×4',
      '1×8×8×8',
      '1×4×4×8',
      '1×1×1×8',
      '1×8',
      '1×3',
      '1×3',
      '1×3',
    ]);
  });

  it.each([
    ['  - {type: conv2d, name: a, filters: 0, kernel: [3, 3]}', /^net\.yaml:5:38: layers\.0\.filters: /],
    [
      '  - {type: conv2d, name: a, filters: 1, kernel: [3, 3], extra: 1}',
      /^net\.yaml:5:5: layers\.0: .*extra/,
    ],
    ['  - {type: conv, name: a}', /^net\.yaml:5:12: layers\.0\.type: /],
    ['  - {type: softmax, name: a, from: [b]}', /^net\.yaml: layer a reads b, which is no layer before it/],
    ['  - {type: softmax, name: x}', /^net\.yaml: two layers are named x/],
    ['  - {type: add, name: a}', /^net\.yaml: a needs two layers to read from; change the layer a/],
    [
      '  - {type: average_pool_2d, name: a, kernel: [9, 9]}',
      /^net\.yaml: a: a window of 9×9 does not fit 1×8×8×4/,
    ],
    ['  - {type: reshape, name: a, shape: [5, -1]}', /^net\.yaml: a: 1×8×8×4 cannot become 5×-1/],
    ['  - {type: [}', /^net\.yaml: /],
  ])('is refused with its place: %s', (layers, message) => {
    expect(() => built(layers)).toThrow(message);
  });
});

describe('random weights', () => {
  it('are Laplacian with mean 0 and standard deviation 1', () => {
    const stream = tensorStream(1, 0);
    const values = Array.from({ length: 100_000 }, () => laplacian(stream));
    const mean = values.reduce((a, b) => a + b) / values.length;
    const square = values.reduce((a, b) => a + b * b, 0) / values.length;
    const fourth = values.reduce((a, b) => a + b ** 4, 0) / values.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(square).toBeCloseTo(1, 1);
    // The fourth moment of a Laplacian is 6 (a Gaussian's is 3).
    expect(fourth / square ** 2).toBeGreaterThan(5);
    expect(fourth / square ** 2).toBeLessThan(7);
  });

  it('fill the range of each channel and differ between tensors', () => {
    const make = (tensor: number): Int8Array =>
      generateWeights(tensorStream(3, tensor), 400, 4, (i) => Math.floor(i / 100), 100).values;
    const values = make(1);
    for (let channel = 0; channel < 4; channel++)
      expect(Math.max(...values.subarray(100 * channel, 100 * channel + 100).map(Math.abs))).toBe(127);
    expect(make(2)).not.toEqual(values);
    expect(make(1)).toEqual(values);
  });
});

describe('the builder', () => {
  it('quantises weights per channel, with the bias in the scale of their products', () => {
    const builder = networkBuilder(5, 'test');
    const start = input(builder, 'x', [1, 9, 9, 2]);
    const conv = conv2d(builder, start, {
      name: 'c',
      filters: 3,
      kernel: [3, 3],
      stride: [2, 2],
      padding: 'VALID',
    });
    const wide = depthwiseConv2d(builder, conv, { name: 'd', kernel: [3, 3], multiplier: 2, bias: false });
    expect(conv.shape).toEqual([1, 4, 4, 3]);
    expect(wide.shape).toEqual([1, 4, 4, 6]);
    const { tensors, operators } = importNetwork(builder.model([wide]), 'test').graphs[0];
    const named = (name: string): (typeof tensors)[number] => tensors.find((t) => t.name === name)!;
    expect(named('c/weights').shape).toEqual([3, 3, 3, 2]);
    expect(named('d/weights')).toMatchObject({ shape: [1, 3, 3, 6], quantisation: { axis: 3 } });
    const scale = start.quantisation!.scales[0]!;
    expect(named('c/bias').quantisation!.scales).toEqual(
      named('c/weights').quantisation!.scales.map((s) => Math.fround(s * scale)),
    );
    expect(operators[1]!.inputs.at(-1)).toBe(-1);
  });

  it('refuses options that an operator does not have', () => {
    const builder = networkBuilder(1, 'test');
    const add = (kind: string, options: Record<string, string>): void =>
      builder.operator({ kind, inputs: [], outputs: [], options });
    expect(() => add('CONV_2D', { strides: 'x' })).toThrow('CONV_2D has no option strides');
    expect(() => add('CONV_2D', { padding: 'FULL' })).toThrow('padding cannot be FULL');
    expect(() => add('LOGISTIC', { padding: 'SAME' })).toThrow('LOGISTIC has no options');
    expect(() => add('CONV', {})).toThrow('CONV is not a builtin operator');
  });

  it('works out shapes and quantisation that operators must keep', () => {
    const builder = networkBuilder(1, 'test');
    const start = input(builder, 'x', [1, 6, 6, 4]);
    const pooled = pool2d(builder, start, 'MAX_POOL_2D', {
      name: 'p',
      kernel: [3, 3],
      stride: [2, 2],
      padding: 'SAME',
    });
    expect(pooled).toMatchObject({ shape: [1, 3, 3, 4], quantisation: start.quantisation });
    expect(concatenation(builder, [pooled, pooled], { name: 'c', axis: -2 }).shape).toEqual([1, 3, 6, 4]);
    expect(reshape(builder, pooled, { name: 'r', shape: [-1, 4] }).shape).toEqual([9, 4]);
  });
});
