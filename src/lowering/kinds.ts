import type { OpKind } from './operations.js';

/** Kinds of operation before they are rewritten; most bear the name of the TFLite operator. */
export type TfKind =
  | 'Reshape'
  | 'Concat'
  | 'Pack'
  | 'Unpack'
  | 'Split'
  | 'SplitV'
  | 'Slice'
  | 'StridedSlice'
  | 'Pad'
  | 'MirrorPad'
  | 'Tile'
  | 'ReverseV2'
  | 'Softmax'
  | 'Mean'
  | 'ReduceList'
  | 'SquaredDifference'
  | 'ResizeImage'
  | 'TransposeConv2D'
  | 'BatchMatMul'
  | 'Logistic'
  | 'HyperbolicTangent'
  | 'Exp'
  | 'Log'
  | 'Rsqrt'
  | 'HardSwish'
  | 'LeakyReluList'
  | 'PreluList'
  | 'Neg'
  | 'Cast'
  | 'Less'
  | 'LessEqual'
  | 'GatherV2'
  | 'ScatterNd'
  | 'Select'
  | 'Lstm'
  | 'ArgMaxList'
  | 'Unknown';

export type Kind = OpKind | TfKind;

/**
 * Where the inputs of an operator go: names of roles by position, `ifm*` counts on; or the positions of those that are
 * no feature maps.
 */
export type InputLayout =
  'ifms' | 'weights' | 'transpose-conv' | 'parameters' | 'split' | 'scatter' | 'lstm' | readonly number[];

export interface Builtin {
  readonly kind: Kind;
  /** Report column "Original Operator". */
  readonly original: string;
  readonly inputs: InputLayout;
  /** Families whose NPU has the operator (docs/model/lowering.md#npu-operators). */
  readonly npu: 'all' | 'extended' | 'none';
}

const row = (
  kind: Kind,
  original: string,
  inputs: InputLayout = 'ifms',
  npu: Builtin['npu'] = 'all',
): Builtin => ({ kind, original, inputs, npu });

/** Builtin operators by schema name (docs/model/lowering.md#input-roles). */
const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['ABS', row('Abs', 'Abs')],
  ['ADD', row('Add', 'Add')],
  ['ARG_MAX', row('ArgMaxList', 'ArgMax', 'parameters')],
  ['AVERAGE_POOL_2D', row('AvgPool', 'AvgPool')],
  ['BATCH_MATMUL', row('BatchMatMul', 'BatchMatMul')],
  ['CONCATENATION', row('Concat', 'Concat')],
  ['CONV_2D', row('Conv2D', 'Conv2D', 'weights')],
  ['DEPTHWISE_CONV_2D', row('DepthwiseConv2D', 'DepthwiseConv2D', 'weights')],
  ['EXP', row('Exp', 'Exp')],
  ['EXPAND_DIMS', row('Reshape', 'ExpandDims', 'parameters')],
  ['FULLY_CONNECTED', row('FullyConnected', 'FullyConnected', 'weights')],
  ['HARD_SWISH', row('HardSwish', 'HardSwish')],
  ['LEAKY_RELU', row('LeakyReluList', 'LeakyRelu')],
  ['LOG', row('Log', 'Log')],
  ['LOGISTIC', row('Logistic', 'Sigmoid')],
  ['MAXIMUM', row('Maximum', 'Maximum')],
  ['MAX_POOL_2D', row('MaxPool', 'MaxPool')],
  ['MEAN', row('Mean', 'Mean', 'parameters')],
  ['MINIMUM', row('Minimum', 'Minimum')],
  ['MIRROR_PAD', row('MirrorPad', 'MirrorPad', 'parameters')],
  ['MUL', row('Mul', 'Mul')],
  ['NEG', row('Neg', 'Neg')],
  ['PACK', row('Pack', 'Pack')],
  ['PAD', row('Pad', 'Pad', 'parameters')],
  ['PADV2', row('Pad', 'PadV2', 'parameters')],
  ['PRELU', row('PreluList', 'Prelu', 'parameters')],
  ['QUANTIZE', row('Quantize', 'Quantize')],
  ['REDUCE_MAX', row('ReduceList', 'ReduceMax', 'parameters')],
  ['REDUCE_MIN', row('ReduceList', 'ReduceMin', 'parameters')],
  ['RELU', row('Relu', 'Relu')],
  ['RELU6', row('Relu6', 'Relu6')],
  ['RELU_0_TO_1', row('Relu0To1', 'Relu0To1')],
  ['RELU_N1_TO_1', row('ReluN1To1', 'ReluN1To1')],
  ['RESHAPE', row('Reshape', 'Reshape', 'parameters')],
  ['RESIZE_BILINEAR', row('ResizeImage', 'ResizeBilinear', 'parameters')],
  ['RESIZE_NEAREST_NEIGHBOR', row('ResizeImage', 'ResizeNearestNeighbor', 'parameters')],
  ['REVERSE_V2', row('ReverseV2', 'ReverseV2', 'parameters')],
  ['RSQRT', row('Rsqrt', 'Rsqrt')],
  ['SLICE', row('Slice', 'Slice', 'parameters')],
  ['SOFTMAX', row('Softmax', 'Softmax')],
  ['SPLIT', row('Split', 'Split', 'split')],
  ['SPLIT_V', row('SplitV', 'SplitV', 'parameters')],
  ['SQUARED_DIFFERENCE', row('SquaredDifference', 'SquaredDifference')],
  ['SQUEEZE', row('Reshape', 'Squeeze', 'parameters')],
  ['STRIDED_SLICE', row('StridedSlice', 'StridedSlice', 'parameters')],
  ['SUB', row('Sub', 'Sub')],
  ['SUM', row('ReduceSum', 'ReduceSum', 'parameters')],
  ['TANH', row('HyperbolicTangent', 'Tanh')],
  ['TILE', row('Tile', 'Tile', 'parameters')],
  ['TRANSPOSE', row('Transpose', 'Transpose', 'parameters')],
  ['TRANSPOSE_CONV', row('TransposeConv2D', 'TransposeConv2D', 'transpose-conv')],
  ['UNIDIRECTIONAL_SEQUENCE_LSTM', row('Lstm', 'UnidirectionalSequenceLstm', 'lstm')],
  ['UNPACK', row('Unpack', 'Unpack')],
  ['CAST', row('Cast', 'Cast', 'ifms', 'extended')],
  ['DIV', row('Div', 'Div', 'ifms', 'extended')],
  ['EQUAL', row('Equal', 'Equal', 'ifms', 'extended')],
  ['NOT_EQUAL', row('NotEqual', 'NotEqual', 'ifms', 'extended')],
  ['GREATER', row('Greater', 'Greater', 'ifms', 'extended')],
  ['GREATER_EQUAL', row('GreaterEqual', 'GreaterEqual', 'ifms', 'extended')],
  ['LESS', row('Less', 'Less', 'ifms', 'extended')],
  ['LESS_EQUAL', row('LessEqual', 'LessEqual', 'ifms', 'extended')],
  ['GATHER', row('GatherV2', 'GatherV2', 'ifms', 'extended')],
  ['SCATTER_ND', row('ScatterNd', 'ScatterNd', 'scatter', 'extended')],
  ['LOGICAL_AND', row('LogicalAnd', 'LogicalAnd', 'ifms', 'extended')],
  ['LOGICAL_OR', row('LogicalOr', 'LogicalOr', 'ifms', 'extended')],
  ['LOGICAL_NOT', row('LogicalNot', 'LogicalNot', 'ifms', 'extended')],
  ['REDUCE_ALL', row('ReduceList', 'ReduceAll', 'parameters', 'extended')],
  ['REDUCE_ANY', row('ReduceList', 'ReduceAny', 'parameters', 'extended')],
  ['SELECT', row('Select', 'Select', 'ifms', 'extended')],
  ['SELECT_V2', row('Select', 'SelectV2', 'ifms', 'extended')],
  ['SPACE_TO_BATCH_ND', row('Unknown', 'SpaceToBatchND', 'parameters', 'none')],
  ['BATCH_TO_SPACE_ND', row('Unknown', 'BatchToSpaceND', 'parameters', 'none')],
]);

/**
 * Names in reports of operators that no NPU has, where they are not the schema's in camel case
 * (docs/model/reports.md#operator-names).
 */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['FAKE_QUANT', 'FakeQuantWithMinMaxArgs'],
  ['L2_NORMALIZATION', 'L2Norm'],
  ['L2_POOL_2D', 'L2Pool2D'],
  ['LOCAL_RESPONSE_NORMALIZATION', 'LRN'],
  ['LSH_PROJECTION', 'LSHProjection'],
  ['REDUCE_PROD', 'ReduceProduct'],
  ['TOPK_V2', 'TopKV2'],
]);

/** Operators of the CPU only whose inputs are not all feature maps (docs/model/lowering.md#input-roles). */
const CPU_INPUTS: Readonly<Record<string, InputLayout>> = {
  SVDF: [1, 2, 3, 4],
  LSTM: [1],
  RNN: [1],
  UNIDIRECTIONAL_SEQUENCE_RNN: [1],
  BIDIRECTIONAL_SEQUENCE_LSTM: [1],
  BIDIRECTIONAL_SEQUENCE_RNN: [1],
  ARG_MIN: [1],
  ONE_HOT: [1],
  TOPK_V2: [1],
  REVERSE_SEQUENCE: [1],
  SEGMENT_SUM: [1],
  REDUCE_PROD: [1],
  NON_MAX_SUPPRESSION_V4: [2, 3, 4],
  NON_MAX_SUPPRESSION_V5: [2, 3, 4, 5],
  LSH_PROJECTION: [0, 2],
};

const camelCase = (name: string): string =>
  name
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');

const UNKNOWN = new Map<string, Builtin>();

/** The row of a builtin operator, made on demand for operators that no NPU has. */
export function builtinOf(name: string): Builtin {
  const known = BUILTINS.get(name) ?? UNKNOWN.get(name);
  if (known !== undefined) return known;
  const made = row('Unknown', RENAMED.get(name) ?? camelCase(name), CPU_INPUTS[name] ?? 'ifms', 'none');
  UNKNOWN.set(name, made);
  return made;
}

/** Activation operators that a fused activation function becomes (docs/model/lowering.md#split-activations). */
export const FUSED_ACTIVATIONS: Readonly<Record<string, { kind: Kind; builtin: string }>> = {
  RELU: { kind: 'Relu', builtin: 'RELU' },
  RELU_N1_TO_1: { kind: 'ReluN1To1', builtin: 'RELU_N1_TO_1' },
  RELU6: { kind: 'Relu6', builtin: 'RELU6' },
  TANH: { kind: 'HyperbolicTangent', builtin: 'TANH' },
  SIGN_BIT: { kind: 'Unknown', builtin: 'SIGN_BIT' },
};

const set = (...kinds: Kind[]): ReadonlySet<Kind> => new Set(kinds);

/** Operations that can ride on another one's output stage (docs/model/lowering.md#fusing). */
export const ACTIVATIONS = set(
  'Relu',
  'Relu0To1',
  'Relu6',
  'ReluN',
  'ReluN1To1',
  'Prelu',
  'Clamp',
  'Sigmoid',
  'Tanh',
  'LUT',
);

/** Activations that only clip. */
export const CLIPPING = set('Relu', 'Relu0To1', 'Relu6', 'ReluN1To1', 'Clamp');

/** Elementwise operations with two inputs. */
export const BINARY = set(
  'Add',
  'Sub',
  'Mul',
  'Minimum',
  'Maximum',
  'SHL',
  'SHR',
  'Asr',
  'Div',
  'And',
  'Or',
  'Xor',
  'AndNot',
  'LogicalAnd',
  'LogicalOr',
  'LogicalXor',
  'Equal',
  'NotEqual',
  'Greater',
  'GreaterEqual',
);

/** Elementwise operations (docs/model/lowering.md#mac-count). */
export const ELEMENTWISE = set(...BINARY, 'Abs', 'LeakyRelu', 'CLZ', 'Not', 'LogicalNot');
