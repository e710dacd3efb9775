import { describe, expect, test } from 'vitest';
import { networkBuilder } from '../../src/graph/build/builder.js';
import { conv2d, input } from '../../src/graph/build/layers.js';
import { emitModel } from '../../src/graph/export.js';
import { importNetwork } from '../../src/graph/import.js';
import type { Constant, Graph, Network, Operator, Tensor } from '../../src/graph/network.js';
import { bufferBytes, builtinCode, readModel, writeModel, type TfliteModel } from '../../src/tflite/model.js';
import type { SubGraphTable, TensorTable } from '../../src/tflite/nodes.js';
import { richModel, smallModel } from '../tflite/fixture.js';

const CONV_2D = 3;
const DEPTHWISE_CONV_2D = 4;

/** As a file gives it. */
const reread = (model: TfliteModel): TfliteModel => readModel(writeModel(model), 'net.tflite');

const entryOf = (model: TfliteModel): SubGraphTable => model.root.subgraphs![0]!;

const withGraph = (network: Network, change: (graph: Graph) => Partial<Graph>): Network => {
  const [graph, ...others] = network.graphs;
  return { ...network, graphs: [{ ...graph, ...change(graph) }, ...others] };
};

/** The network with another state of one tensor. */
const withTensor = (network: Network, index: number, change: Partial<Tensor>): Network =>
  withGraph(network, ({ tensors }) => ({ tensors: tensors.with(index, { ...tensors[index]!, ...change }) }));

const withoutOrigins = ({ graphs }: Network): unknown =>
  graphs.map((graph) => ({
    ...graph,
    operators: graph.operators.map((operator) => ({ ...operator, origin: undefined })),
  }));

/** Emits, checks that the file says what the network says, and gives it as read. */
const emitted = (model: TfliteModel, network: Network): TfliteModel => {
  const result = reread(emitModel(model, network));
  expect(withoutOrigins(importNetwork(result, network.name))).toEqual(withoutOrigins(network));
  return result;
};

const constant = (bytes: number, value: number): Constant => ({ bytes: new Uint8Array(bytes).fill(value) });

const q = (count: number, axis: number): Tensor['quantisation'] => ({
  scales: new Array<number>(count).fill(0.5),
  zeroPoints: new Array<number>(count).fill(0),
  axis,
});

/** Operator 0, a convolution, with a depthwise of `options` before it; the new tensors come after the others. */
const withDepthwise = (network: Network, options: Operator['options'] = {}): Network =>
  withGraph(network, ({ tensors, operators }) => {
    const [conv, ...others] = operators as [Operator, ...Operator[]];
    const map = tensors[conv.inputs[0]!]!;
    const channels = map.shape!.at(-1)!;
    const next = tensors.length;
    const weights: Tensor = {
      name: 'new/weights',
      type: 'int8',
      shape: [1, 3, 3, channels],
      quantisation: q(channels, 3)!,
      constant: constant(9 * channels, 3),
      variable: false,
    };
    const bias: Tensor = {
      name: 'new/bias',
      type: 'int32',
      shape: [channels],
      quantisation: q(channels, 0)!,
      constant: constant(4 * channels, 0),
      variable: false,
    };
    const depthwise: Operator = {
      kind: 'DEPTHWISE_CONV_2D',
      inputs: [conv.inputs[0]!, next, next + 1],
      outputs: [next + 2],
      intermediates: [],
      options: {
        padding: 'SAME',
        stride_w: 1,
        stride_h: 1,
        depth_multiplier: 1,
        fused_activation_function: 'RELU6',
        dilation_w_factor: 1,
        dilation_h_factor: 1,
        ...options,
      },
      origin: 0,
    };
    return {
      tensors: [...tensors, weights, bias, { ...map, name: 'new' }],
      operators: [depthwise, { ...conv, inputs: [next + 2, ...conv.inputs.slice(1)] }, ...others],
    };
  });

describe('a network that did not change', () => {
  test.each([
    ['small', smallModel],
    ['rich', richModel],
  ])('gives the model itself: %s', (_, make) => {
    const model = reread(make());
    expect(emitModel(model, importNetwork(model, 'net'))).toBe(model);
    const copy = structuredClone(importNetwork(model, 'net'));
    expect(emitModel(model, copy)).toBe(model);
  });
});

describe('a changed network', () => {
  test('keeps everything else: metadata, signatures, foreign operators, odd tensors, unused buffers', () => {
    const model = reread(richModel());
    const network = withDepthwise(importNetwork(model, 'net'));
    const result = emitted(model, network);
    const { operator_codes: codes, subgraphs, buffers, ...rest } = result.root;
    const { operator_codes: oldCodes, subgraphs: oldGraphs, buffers: oldBuffers, ...oldRest } = model.root;
    expect(rest).toEqual(oldRest);
    expect(codes!.slice(0, oldCodes!.length)).toEqual(oldCodes);
    expect(buffers!.slice(0, oldBuffers!.length)).toEqual(oldBuffers);
    const { tensors, operators, ...graph } = subgraphs![0]!;
    const { tensors: oldTensors, operators: oldOperators, ...oldGraph } = oldGraphs![0]!;
    expect(graph).toEqual(oldGraph);
    expect(tensors!.slice(0, oldTensors!.length)).toEqual(oldTensors);
    expect(operators!.slice(2)).toEqual(oldOperators!.slice(1));
    expect(operators![1]).toEqual({ ...oldOperators![0], inputs: [oldTensors!.length + 2, 1, 2] });
  });

  test('keeps other graphs and the operators in them', () => {
    const small = reread(smallModel());
    const model = reread({
      ...small,
      root: { ...small.root, subgraphs: [...small.root.subgraphs!, ...small.root.subgraphs!] },
    });
    const result = emitted(model, withDepthwise(importNetwork(model, 'net')));
    expect(result.root.subgraphs![1]).toEqual(model.root.subgraphs![1]);
    // The first graph's weights are read by the second one too.
    expect(result.root.buffers!.slice(0, model.root.buffers!.length)).toEqual(model.root.buffers);
  });

  test('has operator codes of versions that take its operators', () => {
    const model = reread(smallModel());
    const depthwise = (options: Operator['options']): number => {
      const result = emitted(model, withDepthwise(importNetwork(model, 'net'), options));
      const code = result.root.operator_codes![entryOf(result).operators![0]!.opcode_index ?? 0]!;
      expect(builtinCode(code)).toBe(DEPTHWISE_CONV_2D);
      return code.version ?? 1;
    };
    // Origin of the versions: the operator version table of TFLite (int8: 3).
    expect(depthwise({})).toBe(3);
    expect(depthwise({ dilation_w_factor: 2, dilation_h_factor: 2 })).toBe(3);
    const [graph] = importNetwork(model, 'net').graphs;
    const weights = graph.operators[0]!.inputs[1]!;
    const grouped = withTensor(importNetwork(model, 'net'), weights, {
      shape: [8, 3, 3, 1],
      constant: constant(72, 1),
    });
    const result = emitted(model, grouped);
    const versions = entryOf(result).operators!.map(({ opcode_index: i = 0 }) => {
      const code = result.root.operator_codes![i]!;
      return [builtinCode(code), code.version];
    });
    // Groups came with version 6; the 1x1 convolution keeps its code.
    expect([versions[0], versions[2]]).toEqual([
      [CONV_2D, 6],
      [CONV_2D, 3],
    ]);
  });

  test('keeps options that are not changed', () => {
    const built = reread(smallModel());
    const graph = entryOf(built);
    const [first, ...others] = graph.operators!;
    const model = reread({
      ...built,
      root: {
        ...built.root,
        subgraphs: [
          {
            ...graph,
            operators: [
              {
                ...first,
                builtin_options: { ...first!.builtin_options, quantized_bias_type: 2 },
                mutating_variable_inputs: [],
                debug_metadata_index: 4,
              },
              ...others,
            ],
          },
        ],
      },
    });
    const network = withGraph(importNetwork(model, 'net'), ({ operators }) => ({
      operators: operators.with(0, {
        ...operators[0]!,
        options: { ...operators[0]!.options, fused_activation_function: 'NONE' },
      }),
    }));
    const [operator] = entryOf(emitted(model, network)).operators!;
    expect(operator).toMatchObject({
      debug_metadata_index: 4,
      builtin_options: { ...entryOf(model).operators![0]!.builtin_options, fused_activation_function: 0 },
    });
  });
});

describe('buffers', () => {
  test('of a changed constant are used again, so that no dead weights remain', () => {
    const model = reread(smallModel());
    const network = importNetwork(model, 'net');
    const weights = network.graphs[0].operators[0]!.inputs[1]!;
    const result = emitted(model, withTensor(network, weights, { constant: constant(8 * 27, 9) }));
    expect(result.root.buffers!.length).toBe(model.root.buffers!.length);
    const { buffer } = entryOf(result).tensors![weights]!;
    expect(buffer).toBe(entryOf(model).tensors![weights]!.buffer);
    expect(bufferBytes(result, result.root.buffers![buffer!]!)).toEqual(new Uint8Array(8 * 27).fill(9));
  });

  test('of a constant whose place a feature map takes are emptied', () => {
    const model = reread(smallModel());
    const network = importNetwork(model, 'net');
    const [conv] = network.graphs[0].operators as [Operator, ...Operator[]];
    const [, weights, bias] = conv.inputs as [number, number, number];
    const [map, before] = [network.graphs[0].tensors[conv.inputs[0]!]!, entryOf(model).tensors![bias]!];
    const changed = withGraph(network, ({ tensors, operators }) => ({
      tensors: tensors.with(bias, { ...map, name: 'in between' }),
      operators: [
        { ...conv, kind: 'RELU', inputs: [conv.inputs[0]!], outputs: [bias], options: {} },
        { ...conv, inputs: [bias, weights] },
        ...operators.slice(1),
      ],
    }));
    const result = emitted(model, changed);
    expect(result.root.buffers![before.buffer!]).toEqual({});
    expect(entryOf(result).tensors![bias]!.buffer ?? 0).toBe(0);
  });

  test('that tensors share are left to the tensor that did not change', () => {
    const builder = networkBuilder(3, 'shared');
    const image = input(builder, 'image', [1, 8, 8, 4]);
    const a = conv2d(builder, image, { name: 'a', filters: 4, kernel: [3, 3] });
    const built = builder.model([conv2d(builder, a, { name: 'b', filters: 4, kernel: [3, 3] })]);
    const graph = entryOf(built);
    const [first, second] = graph.operators!.map(({ inputs }) => inputs![1]!) as [number, number];
    const tensors = graph.tensors!.with(second, {
      ...graph.tensors![second],
      buffer: graph.tensors![first]!.buffer!,
    });
    const model = reread({
      ...built,
      root: { ...built.root, subgraphs: [{ ...graph, tensors }] },
    });
    const network = importNetwork(model, 'net');
    const result = emitted(model, withTensor(network, first, { constant: constant(144, 1) }));
    expect(entryOf(result).tensors![first]!.buffer).toBe(model.root.buffers!.length);
    const both = [first, second].reduce((n, t) => withTensor(n, t, { constant: constant(144, t) }), network);
    expect(emitted(model, both).root.buffers!.length).toBe(model.root.buffers!.length + 1);
  });

  test('that metadata refers to stay', () => {
    const built = smallModel();
    const { buffer } = entryOf(built).tensors![1]!;
    const model = reread({
      ...built,
      root: { ...built.root, metadata: [{ name: 'copy', buffer: buffer! }] },
    });
    const result = emitted(model, withTensor(importNetwork(model, 'net'), 1, { constant: constant(216, 1) }));
    expect(result.root.buffers![buffer!]).toEqual(model.root.buffers![buffer!]);
  });
});

describe('tensors', () => {
  const changedTable = (table: Partial<TensorTable>, change: Partial<Tensor>): TensorTable => {
    const built = smallModel();
    const graph = entryOf(built);
    const tensors = graph.tensors!.with(1, { ...graph.tensors![1], ...table });
    const model = reread({ ...built, root: { ...built.root, subgraphs: [{ ...graph, tensors }] } });
    return entryOf(emitted(model, withTensor(importNetwork(model, 'net'), 1, change))).tensors![1]!;
  };
  const table = entryOf(smallModel()).tensors![1]!;

  test('keep what does not differ', () => {
    const quantization = { ...table.quantization, min: [-1], max: [1] };
    const rest = { has_rank: true, quantization };
    expect(changedTable(rest, { constant: constant(216, 1) })).toEqual({ ...table, ...rest });
  });

  test('lose a range that is no longer theirs, and sparsity', () => {
    const quantization = { ...table.quantization, min: [-1], max: [1] };
    const result = changedTable({ quantization }, { constant: constant(216, 1), quantisation: q(8, 0)! });
    expect(result.quantization).toEqual({ scale: q(8, 0)!.scales, zero_point: new Array(8).fill(0n) });
    const sparsity = { traversal_order: [0, 1, 2, 3] };
    expect(changedTable({ sparsity }, { constant: constant(216, 1) })).toEqual(table);
  });

  test('keep a dynamic batch, and new ones beside them have it too', () => {
    const built = smallModel();
    const graph = entryOf(built);
    const tensors = graph.tensors!.map((tensor): TensorTable =>
      tensor.buffer === undefined && tensor.shape!.length === 4
        ? { ...tensor, shape_signature: [-1, ...tensor.shape!.slice(1)] }
        : tensor,
    );
    const model = reread({ ...built, root: { ...built.root, subgraphs: [{ ...graph, tensors }] } });
    const network = withDepthwise(importNetwork(model, 'net'));
    const narrow = withTensor(network, 0, { shape: [1, 12, 10, 2] });
    const result = entryOf(reread(emitModel(model, narrow))).tensors!;
    expect(result[0]).toMatchObject({ shape: [1, 12, 10, 2], shape_signature: [-1, 12, 10, 2] });
    expect(result.at(-1)).toMatchObject({
      name: 'new',
      shape: [1, 12, 10, 3],
      shape_signature: [-1, 12, 10, 3],
    });
    expect(result.at(-2)!.shape_signature).toBeUndefined();
  });

  test('whose quantisation names an axis that they do not have get their own', () => {
    const built = smallModel();
    const graph = entryOf(built);
    const tensors = graph.tensors!.with(2, {
      ...graph.tensors![2],
      quantization: { ...graph.tensors![2]!.quantization, quantized_dimension: 3 },
    });
    const model = reread({ ...built, root: { ...built.root, subgraphs: [{ ...graph, tensors }] } });
    const network = withTensor(importNetwork(model, 'net'), 1, { constant: constant(216, 1) });
    const result = reread(emitModel(model, network));
    expect(entryOf(result).tensors![2]!.quantization!.quantized_dimension).toBe(0);
  });
});

test('values that are not known cannot be written', () => {
  const model = reread(smallModel());
  const network = withTensor(importNetwork(model, 'net'), 1, { constant: {} });
  expect(() => emitModel(model, network)).toThrow(
    'net.tflite: the design cannot be written, since the values of "stem/weights" are not known; ' +
      'choose one whose new layers have weights',
  );
});
