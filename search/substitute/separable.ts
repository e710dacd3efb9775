import type { Constant, Operator, Quantisation, Tensor } from '../../src/graph/network.js';
import { local, type Replacement, type Substitution, type Target } from './substitution.js';

const UNKNOWN: Constant = {};

const zeroBias = (channels: number): Constant => ({ bytes: new Uint8Array(4 * channels) });

/** Lowest stored value, which a ReLU makes the zero point. */
const lowest = (tensor: Tensor): number => (tensor.type === 'uint8' ? 0 : -128);

const repeated = (value: number, count: number): number[] => new Array<number>(count).fill(value);

/** Quantisation of the depthwise weights: one scale per channel where the convolution has one per filter. */
const filterQuantisation = (weights: Tensor, channels: number): { quantisation?: Quantisation } => {
  const q = weights.quantisation;
  if (q === undefined) return {};
  if (q.scales.length <= 1) return { quantisation: q };
  const scales = repeated(q.scales[0]!, channels);
  return { quantisation: { scales, zeroPoints: repeated(0, channels), axis: 3 } };
};

/** Quantisation of the depthwise output: the input's, until the new weights say better. */
const intermediateQuantisation = (ifm: Tensor, relu: boolean): { quantisation?: Quantisation } => {
  const q = ifm.quantisation;
  if (q === undefined) return {};
  return { quantisation: relu ? { ...q, zeroPoints: [lowest(ifm)] } : q };
};

const stride1 = { stride_w: 1, stride_h: 1, dilation_w_factor: 1, dilation_h_factor: 1 };

const rewrite = (target: Target, relu: boolean): Replacement => {
  const { operator, ifm, ofm, weights, bias } = target;
  const channels = ifm.shape!.at(-1)!;
  const [filters, height, width] = weights.shape! as [number, number, number];
  const { options } = operator;
  const pointwiseWeights: Tensor = {
    ...weights,
    name: `${weights.name}/pointwise`,
    shape: [filters, 1, 1, channels],
    constant: UNKNOWN,
  };
  const depthwiseWeights: Tensor = {
    name: `${weights.name}/depthwise`,
    type: weights.type,
    shape: [1, height, width, channels],
    ...filterQuantisation(weights, channels),
    constant: UNKNOWN,
    variable: false,
  };
  const depthwiseBias: Tensor = {
    name: `${weights.name}/depthwise_bias`,
    type: 'int32',
    shape: [channels],
    constant: zeroBias(channels),
    variable: false,
  };
  const intermediate: Tensor = {
    name: `${ofm.name}/depthwise`,
    type: ifm.type,
    shape: [...ofm.shape!.slice(0, -1), channels],
    ...intermediateQuantisation(ifm, relu),
    variable: false,
  };
  // The first two take the places of the convolution's own weights and bias.
  const tensors = [pointwiseWeights, ...(bias ? [bias] : []), depthwiseWeights, depthwiseBias, intermediate];
  const [w, b, mid] = [depthwiseWeights, depthwiseBias, intermediate].map((t) => local(tensors.indexOf(t)));
  const depthwise: Operator = {
    kind: 'DEPTHWISE_CONV_2D',
    inputs: [operator.inputs[0]!, w!, b!],
    outputs: [mid!],
    intermediates: [],
    options: {
      padding: options['padding'] ?? 'SAME',
      stride_w: options['stride_w'] ?? 1,
      stride_h: options['stride_h'] ?? 1,
      depth_multiplier: 1,
      fused_activation_function: relu ? 'RELU' : 'NONE',
      dilation_w_factor: options['dilation_w_factor'] ?? 1,
      dilation_h_factor: options['dilation_h_factor'] ?? 1,
    },
    origin: operator.origin,
  };
  const pointwise: Operator = {
    ...operator,
    inputs: [mid!, local(0), ...operator.inputs.slice(2).map((t) => (t < 0 ? t : local(1)))],
    options: { ...options, ...stride1, padding: 'VALID' },
  };
  return { tensors, operators: [depthwise, pointwise] };
};

/**
 * A convolution as a depthwise with its kernel, stride, dilation and padding and no activation, then a 1×1 with its
 * bias and activation. The weights of both are not known yet.
 */
export const separable: Substitution = {
  name: 'separable',
  code: 's',
  illegal: () => undefined,
  rewrite: (target) => rewrite(target, false),
};

/** As `separable`, with a ReLU fused into the depthwise, as in networks that are trained in this form. */
export const separableRelu: Substitution = {
  name: 'separable:relu',
  code: 'r',
  illegal: () => undefined,
  rewrite: (target) => rewrite(target, true),
};
