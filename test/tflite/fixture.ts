import { Builder } from 'flatbuffers';
import { networkBuilder } from '../../src/graph/build/builder.js';
import {
  binary,
  conv2d,
  depthwiseConv2d,
  fullyConnected,
  input,
  pool2d,
  reshape,
  unary,
} from '../../src/graph/build/layers.js';
import { makeOperatorCode, type TfliteModel } from '../../src/tflite/model.js';

/** A small network with the usual layers. */
export const smallModel = (seed = 7): TfliteModel => {
  const builder = networkBuilder(seed, 'small');
  const start = input(builder, 'image', [1, 12, 10, 3]);
  const stem = conv2d(builder, start, {
    name: 'stem',
    filters: 8,
    kernel: [3, 3],
    stride: [2, 2],
    activation: 'RELU6',
  });
  const wide = depthwiseConv2d(builder, stem, { name: 'wide', kernel: [3, 3], activation: 'RELU' });
  const mixed = conv2d(builder, wide, { name: 'mixed', filters: 8, kernel: [1, 1] });
  const sum = binary(builder, 'ADD', [stem, mixed], { name: 'sum', activation: 'RELU' });
  const pooled = pool2d(builder, sum, 'AVERAGE_POOL_2D', { name: 'pooled', kernel: [6, 5] });
  const flat = reshape(builder, pooled, { name: 'flat', shape: [1, -1] });
  const classes = fullyConnected(builder, flat, { name: 'classes', units: 4 });
  return builder.model([unary(builder, 'SOFTMAX', classes, { name: 'scores' })]);
};

/** The same with everything that a file can hold besides: metadata, signatures, custom and late operators, sparsity. */
export const richModel = (): TfliteModel => {
  const model = smallModel();
  const [graph] = model.root.subgraphs!;
  const last = graph!.outputs![0]!;
  return {
    ...model,
    root: {
      ...model.root,
      operator_codes: [
        ...model.root.operator_codes!,
        { deprecated_builtin_code: 32, custom_code: 'Ping', builtin_code: 32 },
        makeOperatorCode('STABLEHLO_CUSTOM_CALL'),
        { deprecated_builtin_code: 25 },
      ],
      buffers: [...model.root.buffers!, { data: Uint8Array.of(1, 2, 3) }, { data: new Uint8Array(0) }],
      metadata_buffer: [],
      metadata: [{ name: 'min_runtime_version', buffer: model.root.buffers!.length }],
      signature_defs: [
        {
          inputs: [{ name: 'image', tensor_index: 0 }],
          outputs: [{ name: 'scores', tensor_index: last }],
          signature_key: 'serving_default',
          subgraph_index: 0,
        },
        {},
      ],
      subgraphs: [
        {
          ...graph!,
          name: '',
          debug_metadata_index: 3,
          tensors: [
            ...graph!.tensors!,
            {
              shape: [],
              type: 0,
              buffer: 0,
              name: 'späte \u{1F50A}',
              shape_signature: [-1, 4],
              is_variable: false,
              has_rank: true,
              quantization: {
                min: [-1.5],
                max: [2.5],
                scale: [],
                zero_point: [],
                details_type: 1,
                details: { custom: Uint8Array.of(9, 8, 7) },
              },
              variant_tensors: [{ shape: [2], type: 9, has_rank: true }, {}],
            },
            {
              shape: [4, 4],
              type: 9,
              sparsity: {
                traversal_order: [0, 1],
                block_map: [],
                dim_metadata: [
                  { format: 0, dense_size: 4 },
                  {
                    format: 1,
                    array_segments_type: 3,
                    array_segments: { values: Uint8Array.of(0, 1, 2, 3, 4) },
                    array_indices_type: 2,
                    array_indices: { values: [1, 2, 3, 65535] },
                  },
                ],
              },
            },
          ],
          operators: [
            ...graph!.operators!,
            {
              opcode_index: model.root.operator_codes!.length,
              inputs: [last, -1],
              outputs: [graph!.tensors!.length],
              custom_options: Uint8Array.of(5, 6),
              custom_options_format: 0,
              mutating_variable_inputs: [false, true],
              intermediates: [-1],
            },
            {
              opcode_index: model.root.operator_codes!.length + 1,
              inputs: [last],
              outputs: [],
              builtin_options_2_type: 5,
              builtin_options_2: {
                call_target_name: 'f',
                api_version: -2,
                custom_attributes: new Uint8Array(0),
              },
              debug_metadata_index: -1,
            },
          ],
        },
      ],
    },
  };
};

/**
 * A file with one subgraph of one named tensor, whose root has further fields: `prepare` writes what they refer to
 * and returns what adds them.
 */
export const futureModel = (
  fields: number,
  prepare: (builder: Builder) => (builder: Builder) => void,
): Uint8Array => {
  const builder = new Builder(256);
  builder.forceDefaults(true);
  const name = builder.createString('only');
  builder.startObject(10);
  builder.addFieldInt8(1, 9, 0);
  builder.addFieldOffset(3, name, 0);
  const tensor = builder.endObject();
  builder.startVector(4, 1, 4);
  builder.addOffset(tensor);
  const tensors = builder.endVector();
  builder.startObject(6);
  builder.addFieldOffset(0, tensors, 0);
  const graph = builder.endObject();
  builder.startVector(4, 1, 4);
  builder.addOffset(graph);
  const graphs = builder.endVector();
  const add = prepare(builder);
  builder.startObject(fields);
  add(builder);
  builder.addFieldInt32(0, 3, 0);
  builder.addFieldOffset(2, graphs, 0);
  builder.finish(builder.endObject(), 'TFL3');
  return builder.asUint8Array().slice();
};
