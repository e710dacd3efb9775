import { networkBuilder, type BuiltTensor } from '../../src/graph/build/builder.js';
import type { ElementType, OptionValue, Quantisation } from '../../src/graph/network.js';
import type { TfliteModel } from '../../src/tflite/model.js';

/** A tensor of a single-operator model: an input or output of the graph, or a constant. */
interface Part {
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly data?: Uint8Array;
  readonly variable?: boolean;
}

const EVERYDAY: Quantisation = { scales: [0.05], zeroPoints: [0], axis: 0 };

const map = (shape: readonly number[], type: ElementType = 'int8'): Part => ({ shape, type });

const state = (shape: readonly number[], type: ElementType): Part => ({ shape, type, variable: true });

const weights = (...shape: readonly number[]): Part => ({
  shape,
  type: 'int8',
  data: Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (37 * i) % 101),
});

const integers = (values: readonly number[], shape: readonly number[] = [values.length]): Part => ({
  shape,
  type: 'int32',
  data: new Uint8Array(Int32Array.from(values).buffer),
});

/** Kind, inputs (undefined for an absent one), outputs, options. */
type Row = readonly [
  kind: string,
  inputs: readonly (Part | undefined)[],
  outputs: readonly Part[],
  options?: Readonly<Record<string, OptionValue>>,
];

const IMAGE = map([1, 8, 10, 4]);
const WINDOW = { padding: 'SAME', stride_h: 1, stride_w: 1 };
const POOL = { ...WINDOW, filter_height: 2, filter_width: 3 };
const BOOLEANS = map([1, 8, 10, 4], 'bool');
const UNARY = ['ABS', 'EXP', 'HARD_SWISH', 'LOG', 'LOGISTIC', 'NEG', 'QUANTIZE', 'RSQRT', 'TANH'];
const RELUS = ['RELU', 'RELU6', 'RELU_0_TO_1', 'RELU_N1_TO_1'];
const BINARY = ['ADD', 'SUB', 'MUL', 'DIV', 'MINIMUM', 'MAXIMUM', 'SQUARED_DIFFERENCE'];
const COMPARISONS = ['EQUAL', 'NOT_EQUAL', 'GREATER', 'GREATER_EQUAL', 'LESS', 'LESS_EQUAL'];
const REDUCTIONS = ['MEAN', 'SUM', 'REDUCE_MAX', 'REDUCE_MIN'];

const LSTM_DEPTH = 6;
const LSTM_UNITS = 5;

const lstm: Row = [
  'UNIDIRECTIONAL_SEQUENCE_LSTM',
  [
    map([2, 3, LSTM_DEPTH]),
    ...new Array<Part>(4).fill(weights(LSTM_UNITS, LSTM_DEPTH)),
    ...new Array<Part>(4).fill(weights(LSTM_UNITS, LSTM_UNITS)),
    ...new Array<undefined>(3).fill(undefined),
    ...new Array<Part>(4).fill(integers(new Array<number>(LSTM_UNITS).fill(3))),
    ...new Array<undefined>(2).fill(undefined),
    state([2, LSTM_UNITS], 'int8'),
    state([2, LSTM_UNITS], 'int16'),
    ...new Array<undefined>(4).fill(undefined),
  ],
  [map([2, 3, LSTM_UNITS])],
  { cell_clip: 8, fused_activation_function: 'TANH' },
];

/** One operator each: all that an NPU has, and some that none has. */
const ROWS: readonly Row[] = [
  [
    'CONV_2D',
    [IMAGE, weights(8, 3, 3, 4), integers(new Array<number>(8).fill(5))],
    [map([1, 4, 5, 8])],
    { ...WINDOW, stride_h: 2, stride_w: 2, fused_activation_function: 'RELU6' },
  ],
  [
    'CONV_2D',
    [map([3, 8, 10, 8]), weights(4, 3, 3, 4)],
    [map([3, 2, 4, 4])],
    { ...WINDOW, padding: 'VALID', dilation_h_factor: 3, dilation_w_factor: 3 },
  ],
  [
    'CONV_2D',
    [map([1, 9, 9, 4]), weights(4, 1, 1, 4)],
    [map([1, 2, 2, 4])],
    { ...WINDOW, padding: 'VALID', stride_h: 5, stride_w: 5 },
  ],
  [
    'DEPTHWISE_CONV_2D',
    [IMAGE, weights(1, 3, 3, 8)],
    [map([1, 8, 10, 8])],
    { ...WINDOW, depth_multiplier: 2, fused_activation_function: 'RELU' },
  ],
  [
    'TRANSPOSE_CONV',
    [integers([1, 16, 20, 8]), weights(8, 3, 3, 4), IMAGE],
    [map([1, 16, 20, 8])],
    { ...WINDOW, stride_h: 2, stride_w: 2 },
  ],
  ['FULLY_CONNECTED', [map([6, 12]), weights(7, 12)], [map([6, 7])], { fused_activation_function: 'RELU' }],
  ['FULLY_CONNECTED', [map([6, 12]), map([7, 12])], [map([6, 7])]],
  ['BATCH_MATMUL', [map([2, 6, 12]), map([2, 7, 12])], [map([2, 6, 7])], { adj_y: true }],
  ['AVERAGE_POOL_2D', [map([2, 8, 10, 4])], [map([2, 8, 10, 4])], POOL],
  ['MAX_POOL_2D', [map([2, 8, 10, 4])], [map([2, 4, 5, 4])], { ...POOL, stride_h: 2, stride_w: 2 }],
  ...[...UNARY, ...RELUS].map((kind): Row => [kind, [IMAGE], [IMAGE]]),
  ['TANH', [map([1, 40], 'int16')], [map([1, 40], 'int16')]],
  ['LEAKY_RELU', [map([1, 40], 'int16')], [map([1, 40], 'int16')], { alpha: 1.5 }],
  ['PRELU', [IMAGE, weights(1, 1, 4)], [IMAGE]],
  ...BINARY.map((kind): Row => [kind, [IMAGE, map([1, 1, 10, 1])], [IMAGE]]),
  ['MUL', [map([3, 8, 1, 4]), map([3, 1, 10, 4])], [map([3, 8, 10, 4])]],
  ...COMPARISONS.map((kind): Row => [kind, [IMAGE, IMAGE], [BOOLEANS]]),
  ['LOGICAL_AND', [BOOLEANS, BOOLEANS], [BOOLEANS]],
  ['LOGICAL_NOT', [BOOLEANS], [BOOLEANS]],
  ['SELECT_V2', [BOOLEANS, IMAGE, IMAGE], [IMAGE]],
  ['CAST', [IMAGE], [map([1, 8, 10, 4], 'int32')]],
  ['SOFTMAX', [map([1, 6, 30])], [map([1, 6, 30])], { beta: 1 }],
  ['SOFTMAX', [map([4, 20], 'int16')], [map([4, 20], 'int16')], { beta: 1 }],
  ...REDUCTIONS.map((kind): Row => [kind, [IMAGE, integers([1])], [map([1, 10, 4])]]),
  ['MEAN', [map([1, 70, 9, 4]), integers([1, 2])], [map([1, 1, 1, 4])], { keep_dims: true }],
  ['ARG_MAX', [IMAGE, integers([3])], [map([1, 8, 10], 'int32')], { output_type: 'int32' }],
  ['CONCATENATION', [IMAGE, IMAGE], [map([1, 8, 20, 4])], { axis: 2, fused_activation_function: 'RELU' }],
  ['PACK', [map([8, 4]), map([8, 4])], [map([8, 2, 4])], { values_count: 2, axis: 1 }],
  ['UNPACK', [map([8, 2, 4])], [map([8, 4]), map([8, 4])], { num: 2, axis: 1 }],
  ['SPLIT', [integers([3]), IMAGE], [map([1, 8, 10, 2]), map([1, 8, 10, 2])], { num_splits: 2 }],
  [
    'SPLIT_V',
    [IMAGE, integers([3, 5]), integers([1])],
    [map([1, 3, 10, 4]), map([1, 5, 10, 4])],
    { num_splits: 2 },
  ],
  ['SLICE', [IMAGE, integers([0, 2, 1, 0]), integers([1, 4, -1, 3])], [map([1, 4, 9, 3])]],
  [
    'STRIDED_SLICE',
    [IMAGE, integers([0, 1, 0, 0]), integers([1, 8, 10, 4]), integers([1, 2, 3, 1])],
    [map([1, 4, 4, 4])],
    { end_mask: 12 },
  ],
  ['PAD', [IMAGE, integers([0, 0, 1, 2, 3, 0, 0, 1], [4, 2])], [map([1, 11, 13, 5])]],
  ['PADV2', [IMAGE, integers([0, 0, 1, 2, 3, 0, 0, 1], [4, 2]), weights(1)], [map([1, 11, 13, 5])]],
  [
    'MIRROR_PAD',
    [IMAGE, integers([0, 0, 1, 2, 3, 1, 0, 0], [4, 2])],
    [map([1, 11, 14, 4])],
    { mode: 'SYMMETRIC' },
  ],
  ['TILE', [IMAGE, integers([2, 1, 3, 2])], [map([2, 8, 30, 8])]],
  ['TRANSPOSE', [map([2, 3, 8, 4]), integers([2, 0, 3, 1])], [map([8, 2, 4, 3])]],
  ['RESHAPE', [IMAGE, integers([4, 80])], [map([4, 80])], { new_shape: [4, 80] }],
  ['SQUEEZE', [IMAGE], [map([8, 10, 4])], { squeeze_dims: [0] }],
  ['EXPAND_DIMS', [IMAGE, integers([0])], [map([1, 1, 8, 10, 4])]],
  ['RESIZE_BILINEAR', [IMAGE, integers([16, 20])], [map([1, 16, 20, 4])], { half_pixel_centers: true }],
  ['RESIZE_BILINEAR', [map([1, 1, 1, 4]), integers([16, 20])], [map([1, 16, 20, 4])]],
  ['RESIZE_NEAREST_NEIGHBOR', [IMAGE, integers([64, 80])], [map([1, 64, 80, 4])]],
  ['REVERSE_V2', [IMAGE, integers([2])], [IMAGE]],
  ['GATHER', [IMAGE, integers([2, 0, 5], [1, 3])], [map([1, 3, 10, 4])], { axis: 1, batch_dims: 1 }],
  ['SCATTER_ND', [integers([4, 1], [2, 1]), map([2, 6]), integers([9, 6])], [map([9, 6])]],
  lstm,
  ['DEPTH_TO_SPACE', [IMAGE], [map([1, 16, 20, 1])], { block_size: 2 }],
  ['SHAPE', [IMAGE], [map([4], 'int32')]],
];

const modelOf = ([kind, inputs, outputs, options]: Row): TfliteModel => {
  const builder = networkBuilder(1, kind);
  const make = ({ data, variable, ...part }: Part): BuiltTensor => {
    const name = `t${builder.tensorCount()}`;
    const specification = { ...part, name, quantisation: EVERYDAY };
    if (data) return builder.tensor({ ...specification, data });
    return variable ? builder.tensor({ ...specification, variable }) : builder.input(specification);
  };
  const read = inputs.map((part) => part && make(part));
  const written = outputs.map((part) =>
    builder.tensor({ ...part, name: `t${builder.tensorCount()}`, quantisation: EVERYDAY }),
  );
  builder.operator({ kind, inputs: read, outputs: written, ...(options && { options }) });
  const model = builder.model(written);
  if (kind !== lstm[0]) return model;
  // An LSTM names five tensors for what it computes in between; any will do.
  const [graph] = model.root.subgraphs!;
  const operators = graph!.operators!.map((operator) => ({ ...operator, intermediates: [0, 0, 0, 0, 0] }));
  return { ...model, root: { ...model.root, subgraphs: [{ ...graph!, operators }] } };
};

/** A model for each operator that an NPU has, in one or several ways of use, and for some that none has. */
export const operatorModels = (): readonly (readonly [kind: string, model: TfliteModel])[] =>
  ROWS.map((row) => [row[0], modelOf(row)]);
