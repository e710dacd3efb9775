import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ParetouError } from '../../src/errors.js';
import { importNetwork } from '../../src/graph/import.js';
import { loadNetwork, networkName } from '../../src/graph/load.js';
import type { Graph, Tensor } from '../../src/graph/network.js';
import { makeOperatorCode, type TfliteModel } from '../../src/tflite/model.js';
import type { OperatorTable, SubGraphTable, TensorTable } from '../../src/tflite/nodes.js';
import { sharedDir } from '../shared.js';
import { richModel, smallModel } from '../tflite/fixture.js';

const FOUR = Uint8Array.of(1, 0, 0, 0);

/** A model whose buffers are: none, four bytes. */
const modelOf = (graph: SubGraphTable, ...kinds: readonly string[]): TfliteModel => ({
  root: {
    operator_codes: kinds.map((kind) => makeOperatorCode(kind)),
    subgraphs: [graph],
    buffers: [{}, { data: FOUR }],
  },
  source: new Uint8Array(0),
  file: 'net.tflite',
});

const tensorOf = (table: TensorTable): Tensor =>
  importNetwork(modelOf({ tensors: [table] }), 'net').graphs[0].tensors[0]!;

const graphOf = (operator: OperatorTable, kind: string, others: SubGraphTable = {}): Graph =>
  importNetwork(
    modelOf({ tensors: [{}, {}, {}], inputs: [0], operators: [operator], ...others }, kind),
    'net',
  ).graphs[0];

// Rules: docs/model/lowering.md#reading-the-file.
describe('a tensor', () => {
  it('has its shape, a signature in its stead, and batch 1 for a dynamic batch', () => {
    expect(tensorOf({ shape: [2, 3] }).shape).toEqual([2, 3]);
    expect(tensorOf({ shape: [1, 3], shape_signature: [-1, 3] }).shape).toEqual([1, 3]);
    expect(tensorOf({ shape: [4, 3], shape_signature: [-1, 3] }).shape).toEqual([1, 3]);
    expect(tensorOf({ shape: [1, 8, 3], shape_signature: [-1, -1, 3] }).shape).toEqual([1, -1, 3]);
    expect(tensorOf({ shape: [4, 3], shape_signature: [] }).shape).toEqual([4, 3]);
  });

  it('with a dynamic batch marks the graph whose input it is', () => {
    const graph = (signature: number[], inputs: number[]): Graph =>
      importNetwork(modelOf({ tensors: [{ shape: [1, 3], shape_signature: signature }], inputs }), 'net')
        .graphs[0];
    expect(graph([-1, 3], [0]).dynamicBatch).toBe(true);
    expect(graph([1, 3], [0]).dynamicBatch).toBeUndefined();
    expect(graph([-1, 3], []).dynamicBatch).toBeUndefined();
  });

  it('without shape is a vector of its constant data, or has none', () => {
    expect(tensorOf({}).shape).toBeUndefined();
    expect(tensorOf({ shape: [] }).shape).toBeUndefined();
    expect(tensorOf({ type: 2, buffer: 1 }).shape).toEqual([1]);
    expect(tensorOf({ type: 9, buffer: 1 }).shape).toEqual([4]);
    expect(tensorOf({ type: 17, buffer: 1 }).shape).toEqual([8]);
    expect(tensorOf({ type: 5, buffer: 1 }).shape).toBeUndefined();
  });

  it('has the element types of the schema, and unknown for later ones', () => {
    const types = [0, 1, 2, 3, 7, 9, 17, 20, 99].map((type) => tensorOf({ type }).type);
    expect(types).toEqual([
      'float32',
      'float16',
      'int32',
      'uint8',
      'int16',
      'int8',
      'int4',
      'uint4',
      'unknown',
    ]);
  });

  it('is quantised only if it has both scales and zero points', () => {
    const quantised = (quantization: TensorTable['quantization'] & object): unknown =>
      tensorOf({ shape: [2], quantization }).quantisation;
    expect(quantised({ scale: [0.5], zero_point: [-3n] })).toEqual({
      scales: [0.5],
      zeroPoints: [-3],
      axis: 0,
    });
    expect(quantised({ scale: [0.5, 0.25], zero_point: [0n, 1n], quantized_dimension: 3 })).toEqual({
      scales: [0.5, 0.25],
      zeroPoints: [0, 1],
      axis: 3,
    });
    expect(quantised({ scale: [0.5] })).toBeUndefined();
    expect(quantised({ zero_point: [0n] })).toBeUndefined();
    expect(quantised({ min: [0], max: [1], scale: [], zero_point: [] })).toBeUndefined();
  });

  it('is constant if it has data and nothing else gives it a value', () => {
    expect(tensorOf({ type: 9, shape: [4], buffer: 1 }).constant).toEqual({ bytes: FOUR });
    expect(tensorOf({ type: 9, shape: [3], buffer: 1 }).constant).toEqual({ bytes: FOUR.subarray(0, 3) });
    expect(tensorOf({ type: 9, shape: [4], buffer: 0 }).constant).toBeUndefined();
    const table = { type: 9, shape: [4], buffer: 1 };
    const graph = graphOf({ inputs: [0], outputs: [2] }, 'RELU', { tensors: [table, table, table] });
    expect(graph.tensors.map((tensor) => tensor.constant !== undefined)).toEqual([false, true, false]);
  });

  it.each<[string, TensorTable, RegExp]>([
    ['buffer', { buffer: 2 }, /^net\.tflite: tensor 0 \(""\) of subgraph 0 uses buffer 2 of 2; pass a valid/],
    ['axis', { shape: [-2] }, /has the axis size -2/],
    ['size', { shape: [1 << 30, 1 << 30] }, /has the shape 1073741824×1073741824, too large/],
    ['rank', { shape: new Array<number>(300).fill(1) }, /has 300 axes/],
    [
      'data',
      { name: 'w', type: 2, shape: [2], buffer: 1 },
      /tensor 0 \("w"\).* has 4 bytes of data where int32 2 needs 8/,
    ],
    ['zero point', { quantization: { scale: [1], zero_point: [1n << 60n] } }, /has the zero point/],
    ['zero points', { quantization: { scale: [1], zero_point: [0n, 0n] } }, /has 1 scales but 2 zero points/],
    [
      'channels',
      { shape: [3], quantization: { scale: [1, 1], zero_point: [0n, 0n] } },
      /has 2 scales but no axis/,
    ],
  ])('with an impossible %s is refused', (_, table, message) => {
    expect(() => tensorOf(table)).toThrow(message);
  });
});

describe('an operator', () => {
  it('has its options by name, with the defaults of the schema', () => {
    const options = { padding: 1, stride_w: 2, stride_h: 1, fused_activation_function: 3 };
    const operator = graphOf(
      { inputs: [0, 1, -1], outputs: [2], builtin_options_type: 1, builtin_options: options },
      'CONV_2D',
    ).operators[0]!;
    expect(operator).toEqual({
      kind: 'CONV_2D',
      inputs: [0, 1, -1],
      outputs: [2],
      intermediates: [],
      origin: 0,
      options: {
        padding: 'VALID',
        stride_w: 2,
        stride_h: 1,
        fused_activation_function: 'RELU6',
        dilation_w_factor: 1,
        dilation_h_factor: 1,
        quantized_bias_type: 'float32',
      },
    });
  });

  it('of an old file without options has all defaults', () => {
    expect(graphOf({}, 'ADD').operators[0]!.options).toEqual({
      fused_activation_function: 'NONE',
      pot_scale_int16: true,
    });
    expect(graphOf({}, 'STRIDED_SLICE').operators[0]!.options).toMatchObject({
      begin_mask: 0,
      offset: false,
    });
    expect(graphOf({}, 'RESHAPE').operators[0]!.options).toEqual({ new_shape: [] });
    expect(graphOf({}, 'LOGISTIC').operators[0]!.options).toEqual({});
  });

  it('has element types, lists and 64-bit numbers among its options', () => {
    const cast = { builtin_options_type: 37, builtin_options: { in_data_type: 9, out_data_type: 2 } };
    expect(graphOf(cast, 'CAST').operators[0]!.options).toEqual({
      in_data_type: 'int8',
      out_data_type: 'int32',
    });
    const slice = { builtin_options_2_type: 3, builtin_options_2: { start_indices: [1n, 2n] } };
    expect(graphOf(slice, 'STABLEHLO_SLICE').operators[0]!.options).toEqual({
      start_indices: [1, 2],
      limit_indices: [],
      strides: [],
    });
  });

  it('of a custom kind keeps its code', () => {
    const { graphs } = importNetwork(richModel(), 'rich');
    expect(graphs[0].operators.at(-2)).toMatchObject({ kind: 'CUSTOM', customCode: 'Ping', options: {} });
  });

  it.each<[string, OperatorTable, string, RegExp]>([
    ['code', { opcode_index: 1 }, 'RELU', /operator 0 of subgraph 0 uses operator code 1 of 1/],
    ['input', { inputs: [3] }, 'RELU', /operator 0 of subgraph 0 refers to tensor 3 of 3/],
    ['negative input', { inputs: [-2] }, 'RELU', /refers to tensor -2 of 3/],
    ['absent output', { outputs: [-1] }, 'RELU', /refers to tensor -1 of 3/],
    ['intermediate', { intermediates: [9] }, 'RELU', /refers to tensor 9 of 3/],
    ['output twice', { outputs: [1, 1] }, 'RELU', /writes tensor 1, which operator 0 writes too/],
    ['output that is an input', { outputs: [0] }, 'RELU', /writes tensor 0, an input of the subgraph/],
    ['cycle', { inputs: [1], outputs: [1] }, 'RELU', /operator 0 of subgraph 0 depends on its own result/],
    [
      'enumeration',
      { builtin_options_type: 11, builtin_options: { fused_activation_function: 9 } },
      'ADD',
      /its fused_activation_function is 9/,
    ],
    [
      'options',
      { builtin_options_type: 5, builtin_options: {} },
      'ADD',
      /its options are Pool2DOptions, which should be AddOptions/,
    ],
    ['stride', { builtin_options_type: 1, builtin_options: { stride_w: 1 } }, 'CONV_2D', /has stride_h 0/],
    [
      'call',
      { builtin_options_type: 92, builtin_options: { then_subgraph_index: 1 } },
      'IF',
      /has then_subgraph_index 1, of 1 subgraphs/,
    ],
  ])('with an impossible %s is refused', (_, operator, kind, message) => {
    expect(() => graphOf(operator, kind)).toThrow(message);
  });
});

describe('a graph', () => {
  it('may list its operators in any order, but not in a circle', () => {
    const chain = (...pairs: readonly [number, number][]): Graph =>
      importNetwork(
        modelOf(
          { tensors: [{}, {}, {}, {}], operators: pairs.map(([a, b]) => ({ inputs: [a], outputs: [b] })) },
          'RELU',
        ),
        'net',
      ).graphs[0];
    expect(chain([2, 3], [1, 2], [0, 1]).operators).toHaveLength(3);
    expect(() => chain([2, 3], [1, 2], [3, 1])).toThrow(/depends on its own result/);
  });

  it.each<[string, SubGraphTable]>([
    ['inputs', { inputs: [0] }],
    ['outputs', { outputs: [-1] }],
  ])('has no %s that are not tensors', (what, table) => {
    expect(() => importNetwork(modelOf(table), 'net')).toThrow(`the list of ${what} of subgraph 0 refers to`);
  });

  it('is needed', () => {
    expect(() => importNetwork({ root: {}, source: new Uint8Array(0), file: 'net.tflite' }, 'net')).toThrow(
      'net.tflite: the model has no subgraph; pass a valid .tflite model',
    );
  });
});

describe('loading', () => {
  const kindOf = (path: string): string => {
    try {
      loadNetwork(path);
    } catch (error) {
      if (error instanceof ParetouError && error.kind === 'input') return error.message;
      throw error;
    }
    return 'loaded';
  };

  it('complains about what cannot be read', () => {
    expect(kindOf('/no/such/net.tflite')).toBe(
      '/no/such/net.tflite: cannot be read, since there is no such file; pass the path of a .tflite file',
    );
    expect(kindOf('package.json/net.tflite')).toMatch(/there is no such file/);
    expect(kindOf('src')).toMatch(/^src: cannot be read, since it is a directory/);
    expect(kindOf('/dev/zero')).toMatch(/it is a device, a pipe or a socket/);
    expect(kindOf('package.json')).toMatch(/^package\.json: not a usable TFLite file: it is JSON text/);
  });

  it('names the network after the file', () => {
    expect(networkName('/a/b/kws_ref_int8.tflite')).toBe('kws_ref_int8');
    expect(networkName('mobilenet_v1_0.25_128_quant.tflite')).toBe('mobilenet_v1_0.25_128_quant');
  });

  it('shares the data of constants with the file', () => {
    const model = smallModel();
    const weights = importNetwork(model, 'small').graphs[0].tensors.find((t) => t.name === 'stem/weights')!;
    expect(weights.constant!.bytes).toBe(model.root.buffers!.find((b) => b.data?.length === 216)!.data);
  });
});

describe.skipIf(sharedDir === undefined)('the reference models', () => {
  it('are imported, every one', () => {
    for (const folder of [join(sharedDir!, 'models'), join(sharedDir!, 'ops', 'models')])
      for (const file of readdirSync(folder).filter((name) => name.endsWith('.tflite')))
        expect(loadNetwork(join(folder, file)).network.name).toBe(networkName(file));
  });

  // Operator counts: the README beside the models.
  it.each([
    ['ad01_int8', { FULLY_CONNECTED: 10 }, [1, 640]],
    [
      'kws_ref_int8',
      { CONV_2D: 5, DEPTHWISE_CONV_2D: 4, AVERAGE_POOL_2D: 1, RESHAPE: 1, FULLY_CONNECTED: 1, SOFTMAX: 1 },
      [1, 49, 10, 1],
    ],
    [
      'resnet8_int8',
      { CONV_2D: 9, ADD: 3, AVERAGE_POOL_2D: 1, RESHAPE: 1, FULLY_CONNECTED: 1, SOFTMAX: 1 },
      [1, 32, 32, 3],
    ],
    ['micro_speech', { RESHAPE: 1, DEPTHWISE_CONV_2D: 1, FULLY_CONNECTED: 1, SOFTMAX: 1 }, [1, 1960]],
    [
      'mobilenet_v2_1.0_224_quant',
      { CONV_2D: 36, DEPTHWISE_CONV_2D: 17, ADD: 10, AVERAGE_POOL_2D: 1, RESHAPE: 1, SOFTMAX: 1 },
      [1, 224, 224, 3],
    ],
  ])('%s has the operators and the input of its description', (name, counts, shape) => {
    const [graph] = loadNetwork(join(sharedDir!, 'models', `${name}.tflite`)).network.graphs;
    const found: Record<string, number> = {};
    for (const { kind } of graph.operators) found[kind] = (found[kind] ?? 0) + 1;
    expect(found).toEqual(counts);
    expect(graph.tensors[graph.inputs[0]!]!.shape).toEqual(shape);
  });
});
