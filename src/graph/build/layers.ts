import type { OptionValue } from '../network.js';
import { elementsOf } from '../shape.js';
import type { BuiltTensor, NetworkBuilder } from './builder.js';
import {
  PROBABILITIES,
  ranged,
  SIGNED_UNIT,
  UNIT_RANGE,
  UNIT_RMS,
  type Activation,
  type Range,
} from './ranges.js';
import { generateWeights, laplacian, tensorStream } from './weights.js';

/** Options that windowed layers share; sizes are height and width. */
export interface WindowOptions {
  readonly name: string;
  readonly kernel: readonly [number, number];
  readonly stride?: readonly [number, number];
  readonly padding?: 'SAME' | 'VALID';
  readonly activation?: Activation;
}

/** Options of convolutions. */
export interface ConvolutionOptions extends WindowOptions {
  readonly dilation?: readonly [number, number];
  /** Default true. */
  readonly bias?: boolean;
}

const bytesOf = (values: Int8Array | Int32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Adds a graph input of int8 values from 0 to 1. */
export const input = (builder: NetworkBuilder, name: string, shape: readonly number[]): BuiltTensor =>
  builder.input({ name, shape, quantisation: UNIT_RANGE, rms: UNIT_RMS });

const inputScale = (tensor: BuiltTensor): number => {
  const scale = tensor.quantisation?.scales[0];
  if (scale === undefined) throw new RangeError(`${tensor.name} has no quantisation`);
  return scale;
};

interface WeightOptions {
  readonly name: string;
  readonly shape: readonly number[];
  readonly axis: number;
  readonly outputs: number;
  readonly perChannel: boolean;
  readonly bias: boolean;
}

/** Adds random weights and biases of a layer. Of `outputs` filters; `axis` of the weights' shape runs over them. */
const weights = (
  builder: NetworkBuilder,
  from: BuiltTensor,
  options: WeightOptions,
): { weights: BuiltTensor; bias: BuiltTensor | undefined } => {
  const { name, shape, axis, outputs, perChannel, bias } = options;
  const elements = elementsOf(shape);
  const inner = elementsOf(shape.slice(axis + 1));
  const channels = perChannel ? outputs : 1;
  const channelOf = perChannel ? (i: number): number => Math.floor(i / inner) % outputs : (): number => 0;
  const stream = tensorStream(builder.seed, builder.tensorCount());
  const { values, scales } = generateWeights(stream, elements, channels, channelOf, elements / outputs);
  const weightTensor = builder.tensor({
    name: `${name}/weights`,
    shape,
    quantisation: { scales, zeroPoints: scales.map(() => 0), axis: perChannel ? axis : 0 },
    data: bytesOf(values),
  });
  if (!bias) return { weights: weightTensor, bias: undefined };
  const biasScales = scales.map((scale) => Math.fround(scale * inputScale(from)));
  const deviation = 0.05 * from.rms;
  const biases = Int32Array.from({ length: outputs }, (_, i) =>
    Math.round((deviation * laplacian(stream)) / biasScales[perChannel ? i : 0]!),
  );
  const biasTensor = builder.tensor({
    name: `${name}/bias`,
    type: 'int32',
    shape: [outputs],
    quantisation: { scales: biasScales, zeroPoints: biasScales.map(() => 0), axis: 0 },
    data: bytesOf(biases),
  });
  return { weights: weightTensor, bias: biasTensor };
};

/** Size of a windowed layer's result on one axis. */
const windowed = (size: number, kernel: number, stride: number, dilation: number, padding: string): number =>
  padding === 'SAME'
    ? Math.ceil(size / stride)
    : Math.floor((size - dilation * (kernel - 1) - 1) / stride) + 1;

const windowShape = (from: BuiltTensor, options: ConvolutionOptions, depth: number): readonly number[] => {
  const { kernel, stride = [1, 1], dilation = [1, 1], padding = 'SAME' } = options;
  const [batch = 1, ...space] = from.shape;
  const sizes = [0, 1].map((i) => windowed(space[i]!, kernel[i]!, stride[i]!, dilation[i]!, padding));
  if (from.shape.length !== 4 || sizes.some((size) => size < 1))
    throw new RangeError(
      `${options.name}: a window of ${kernel.join('×')} does not fit ${from.shape.join('×')}`,
    );
  return [batch, ...sizes, depth];
};

const convolutionOptions = ({
  stride = [1, 1],
  dilation = [1, 1],
  ...options
}: ConvolutionOptions): Record<string, OptionValue> => ({
  padding: options.padding ?? 'SAME',
  stride_h: stride[0],
  stride_w: stride[1],
  dilation_h_factor: dilation[0],
  dilation_w_factor: dilation[1],
  fused_activation_function: options.activation ?? 'NONE',
});

/** √2: the growth of the root mean square that weights of standard deviation √(2 / fan-in) bring. */
const GROWTH = Math.SQRT2;

/** Adds CONV_2D with `filters` per-channel quantised filters O×H×W×I and an int32 bias. */
export const conv2d = (
  builder: NetworkBuilder,
  from: BuiltTensor,
  options: ConvolutionOptions & { readonly filters: number },
): BuiltTensor => {
  const { name, filters, kernel, activation = 'NONE', bias = true } = options;
  const shape = [filters, ...kernel, from.shape.at(-1)!];
  const output = windowShape(from, options, filters);
  const parts = weights(builder, from, { name, shape, axis: 0, outputs: filters, perChannel: true, bias });
  const result = builder.tensor({ name, shape: output, ...ranged(GROWTH * from.rms, activation) });
  builder.operator({
    kind: 'CONV_2D',
    inputs: [from, parts.weights, parts.bias],
    outputs: [result],
    options: convolutionOptions(options),
  });
  return result;
};

/** Adds DEPTHWISE_CONV_2D with per-channel quantised weights 1×H×W×O and an int32 bias. */
export const depthwiseConv2d = (
  builder: NetworkBuilder,
  from: BuiltTensor,
  options: ConvolutionOptions & { readonly multiplier?: number },
): BuiltTensor => {
  const { name, kernel, activation = 'NONE', bias = true, multiplier = 1 } = options;
  const depth = from.shape.at(-1)! * multiplier;
  const output = windowShape(from, options, depth);
  const shape = [1, ...kernel, depth];
  const parts = weights(builder, from, { name, shape, axis: 3, outputs: depth, perChannel: true, bias });
  const result = builder.tensor({ name, shape: output, ...ranged(GROWTH * from.rms, activation) });
  builder.operator({
    kind: 'DEPTHWISE_CONV_2D',
    inputs: [from, parts.weights, parts.bias],
    outputs: [result],
    options: { ...convolutionOptions(options), depth_multiplier: multiplier },
  });
  return result;
};

/** Adds FULLY_CONNECTED with weights O×I under one scale and an int32 bias; I is the last axis of its input. */
export const fullyConnected = (
  builder: NetworkBuilder,
  from: BuiltTensor,
  options: {
    readonly name: string;
    readonly units: number;
    readonly activation?: Activation;
    readonly bias?: boolean;
  },
): BuiltTensor => {
  const { name, units, activation = 'NONE', bias = true } = options;
  const depth = from.shape.at(-1)!;
  const shape = [units, depth];
  const parts = weights(builder, from, { name, shape, axis: 0, outputs: units, perChannel: false, bias });
  const output = [elementsOf(from.shape) / depth, units];
  const result = builder.tensor({ name, shape: output, ...ranged(GROWTH * from.rms, activation) });
  builder.operator({
    kind: 'FULLY_CONNECTED',
    inputs: [from, parts.weights, parts.bias],
    outputs: [result],
    options: { fused_activation_function: activation },
  });
  return result;
};

/** Adds AVERAGE_POOL_2D or MAX_POOL_2D; the stride is by default the kernel. */
export const pool2d = (
  builder: NetworkBuilder,
  from: BuiltTensor,
  kind: 'AVERAGE_POOL_2D' | 'MAX_POOL_2D',
  options: WindowOptions,
): BuiltTensor => {
  const { name, kernel, stride = kernel, padding = 'VALID', activation = 'NONE' } = options;
  const shape = windowShape(from, { ...options, stride, padding }, from.shape.at(-1)!);
  const result = builder.tensor({ ...from, name, shape });
  builder.operator({
    kind,
    inputs: [from],
    outputs: [result],
    options: {
      padding,
      stride_h: stride[0],
      stride_w: stride[1],
      filter_height: kernel[0],
      filter_width: kernel[1],
      fused_activation_function: activation,
    },
  });
  return result;
};

/** Adds ADD, SUB or MUL of two tensors that broadcast to one shape. */
export const binary = (
  builder: NetworkBuilder,
  kind: 'ADD' | 'SUB' | 'MUL',
  [left, right]: readonly [BuiltTensor, BuiltTensor],
  options: { readonly name: string; readonly activation?: Activation },
): BuiltTensor => {
  const { name, activation = 'NONE' } = options;
  const rank = Math.max(left.shape.length, right.shape.length);
  const at = (t: BuiltTensor, i: number): number => t.shape[t.shape.length - rank + i] ?? 1;
  const shape = Array.from({ length: rank }, (_, i) => Math.max(at(left, i), at(right, i)));
  const rms = kind === 'MUL' ? left.rms * right.rms : Math.hypot(left.rms, right.rms);
  const result = builder.tensor({ name, shape, ...ranged(rms, activation) });
  builder.operator({
    kind,
    inputs: [left, right],
    outputs: [result],
    options: { fused_activation_function: activation },
  });
  return result;
};

/** Adds CONCATENATION along `axis`; the result has the quantisation of the first input. */
export const concatenation = (
  builder: NetworkBuilder,
  parts: readonly BuiltTensor[],
  options: { readonly name: string; readonly axis: number },
): BuiltTensor => {
  const { name, axis } = options;
  const [first] = parts;
  if (!first) throw new RangeError(`${name} joins nothing`);
  const along = axis < 0 ? axis + first.shape.length : axis;
  const shape = first.shape.map((size, i) =>
    i === along ? parts.reduce((sum, t) => sum + t.shape[i]!, 0) : size,
  );
  const result = builder.tensor({ ...first, name, shape });
  builder.operator({ kind: 'CONCATENATION', inputs: parts, outputs: [result], options: { axis } });
  return result;
};

/** Adds RESHAPE; a size of −1 is computed. */
export const reshape = (
  builder: NetworkBuilder,
  from: BuiltTensor,
  options: { readonly name: string; readonly shape: readonly number[] },
): BuiltTensor => {
  const { name } = options;
  const elements = elementsOf(from.shape);
  const known = elementsOf(options.shape.filter((size) => size >= 0));
  const shape = options.shape.map((size) => (size < 0 ? elements / known : size));
  if (elementsOf(shape) !== elements || !shape.every(Number.isInteger))
    throw new RangeError(`${name}: ${from.shape.join('×')} cannot become ${options.shape.join('×')}`);
  const target = builder.tensor({
    name: `${name}/shape`,
    type: 'int32',
    shape: [shape.length],
    data: bytesOf(Int32Array.from(shape)),
  });
  const result = builder.tensor({ ...from, name, shape });
  builder.operator({
    kind: 'RESHAPE',
    inputs: [from, target],
    outputs: [result],
    options: { new_shape: shape },
  });
  return result;
};

/** Operators with one input and a result of the same shape. */
export type UnaryKind = 'RELU' | 'RELU6' | 'RELU_N1_TO_1' | 'HARD_SWISH' | 'LOGISTIC' | 'TANH' | 'SOFTMAX';

const unaryRange = (kind: UnaryKind, rms: number): Range => {
  if (kind === 'SOFTMAX' || kind === 'LOGISTIC') return { quantisation: PROBABILITIES, rms: 0.5 };
  if (kind === 'TANH') return { quantisation: SIGNED_UNIT, rms: Math.min(rms, 1) };
  return ranged(rms, kind === 'HARD_SWISH' ? 'NONE' : kind);
};

/** Adds an activation as an operator, or SOFTMAX over the last axis. */
export const unary = (
  builder: NetworkBuilder,
  kind: UnaryKind,
  from: BuiltTensor,
  options: { readonly name: string },
): BuiltTensor => {
  const result = builder.tensor({ name: options.name, shape: from.shape, ...unaryRange(kind, from.rms) });
  builder.operator({
    kind,
    inputs: [from],
    outputs: [result],
    ...(kind === 'SOFTMAX' && { options: { beta: 1 } }),
  });
  return result;
};
