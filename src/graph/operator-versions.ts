import type { Graph, Operator, Tensor } from './network.js';

/** First version of each operator that takes int8 tensors, where it is not 1. */
export const INT8_VERSIONS: Readonly<Record<string, number>> = {
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 3,
  FULLY_CONNECTED: 4,
  TRANSPOSE_CONV: 2,
  AVERAGE_POOL_2D: 2,
  MAX_POOL_2D: 2,
  ADD: 2,
  SUB: 2,
  MUL: 2,
  CONCATENATION: 2,
  SOFTMAX: 2,
  LOGISTIC: 2,
  TANH: 2,
  RELU: 2,
  RELU6: 2,
  MEAN: 2,
  PAD: 2,
  LEAKY_RELU: 2,
  MAXIMUM: 2,
  MINIMUM: 2,
  TRANSPOSE: 2,
  STRIDED_SLICE: 2,
  SPLIT: 2,
  RESIZE_BILINEAR: 2,
  RESIZE_NEAREST_NEIGHBOR: 2,
};

/** First version of DEPTHWISE_CONV_2D with dilation. */
const DILATED_DEPTHWISE = 2;

/** First version of CONV_2D with groups. */
const GROUPED_CONVOLUTION = 6;

const isDilated = ({ options }: Operator): boolean =>
  (options['dilation_h_factor'] ?? 1) !== 1 || (options['dilation_w_factor'] ?? 1) !== 1;

const isGrouped = (ifm: Tensor | undefined, weights: Tensor | undefined): boolean =>
  ifm?.shape !== undefined && weights?.shape !== undefined && ifm.shape.at(-1) !== weights.shape.at(-1);

/** First version of the operator with which a TFLite runtime takes it with these 8-bit tensors and options. */
export const requiredVersion = (operator: Operator, { tensors }: Graph): number => {
  const { kind } = operator;
  const [ifm, weights] = operator.inputs.map((t) => tensors[t]);
  const needs = [1];
  if (ifm?.type === 'int8') needs.push(INT8_VERSIONS[kind] ?? 1);
  if (kind === 'DEPTHWISE_CONV_2D' && isDilated(operator)) needs.push(DILATED_DEPTHWISE);
  if (kind === 'CONV_2D' && isGrouped(ifm, weights)) needs.push(GROUPED_CONVOLUTION);
  return Math.max(...needs);
};
