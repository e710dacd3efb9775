import type { Operator, Tensor } from '../../src/graph/network.js';
import { layerConstants, mapTensor, nominalMap } from './layers.js';
import {
  local,
  type Replacement,
  type Substitution,
  type SubstitutionFamily,
  type Target,
  type Values,
  UNKNOWN_RETAINED,
} from './substitution.js';
import { solveTwoLayers } from './two-layers.js';
import { leadingShare, rankBound, type Unfolding } from './unfolding.js';

/** How the kernel is divided: all of it in the second layer, or its height in the first and its width in the second. */
type Division = 'channels' | 'spatial';

type Shape4 = readonly [number, number, number, number];

/** Weights as [outputs, kernel height, kernel width, inputs]: those of fully connected layers have no kernel. */
const shapeOf = ({ shape }: Tensor): Shape4 =>
  shape!.length === 2 ? [shape![0]!, 1, 1, shape![1]!] : (shape as unknown as Shape4);

/** Input channels × everything else. */
const byChannels = (weights: Tensor): Unfolding => {
  const [outputs, height, width, inputs] = shapeOf(weights);
  return {
    kind: 'channels',
    blocks: 1,
    rows: inputs,
    columns: outputs * height * width,
    position: (_, input, rest) => rest * inputs + input,
  };
};

/** (Kernel rows × input channels) × (output channels × kernel columns). */
const bySides = (weights: Tensor): Unfolding => {
  const [outputs, height, width, inputs] = shapeOf(weights);
  return {
    kind: 'sides',
    blocks: 1,
    rows: height * inputs,
    columns: outputs * width,
    position: (_, row, column) => {
      const [y, input] = [Math.floor(row / inputs), row % inputs];
      const [output, x] = [Math.floor(column / width), column % width];
      return ((output * height + y) * width + x) * inputs + input;
    },
  };
};

const UNFOLD = { channels: byChannels, spatial: bySides } as const;

/** Padding, strides and dilations of a layer that has a kernel's height, its width, both or neither. */
const windowFor = (options: Operator['options'], height: boolean, width: boolean): Operator['options'] => ({
  padding: height || width ? (options['padding'] ?? 'SAME') : 'VALID',
  stride_h: height ? (options['stride_h'] ?? 1) : 1,
  stride_w: width ? (options['stride_w'] ?? 1) : 1,
  dilation_h_factor: height ? (options['dilation_h_factor'] ?? 1) : 1,
  dilation_w_factor: width ? (options['dilation_w_factor'] ?? 1) : 1,
});

/** What a layer's options leave to a layer that has its kernel's height, its width, both or neither. */
const optionsFor = (
  { kind, options }: Operator,
  height: boolean,
  width: boolean,
  last: boolean,
): Operator['options'] => ({
  ...options,
  ...(kind === 'CONV_2D' && windowFor(options, height, width)),
  fused_activation_function: last ? (options['fused_activation_function'] ?? 'NONE') : 'NONE',
});

const rewrite = (target: Target, rank: number, division: Division, values: Values): Replacement => {
  const { operator, ifm, ofm, weights, bias } = target;
  const [outputs, height, width, inputs] = shapeOf(weights);
  const spatial = division === 'spatial';
  const isConvolution = operator.kind === 'CONV_2D';
  const kernelShape = (to: number, h: number, w: number, from: number): number[] =>
    isConvolution ? [to, h, w, from] : [to, from];
  const solved =
    values === 'known' ? solveTwoLayers(target, UNFOLD[division](weights), rank, 'none') : undefined;
  const name = `${ofm.name}/lowrank`;
  const [lastWeights, lastBias] = layerConstants(
    target,
    `${name}/second`,
    kernelShape(outputs, spatial ? 1 : height, width, rank),
    0,
    solved && { rows: solved.second, bias: solved.secondBias, inputScale: solved.first.output.scales[0]! },
  );
  const [firstWeights, firstBias] = layerConstants(
    target,
    `${name}/first`,
    kernelShape(rank, spatial ? height : 1, 1, inputs),
    0,
    solved && {
      rows: solved.first.stored,
      bias: solved.first.bias,
      inputScale: ifm.quantisation!.scales[0]!,
    },
  );
  const map = mapTensor(
    `${name}/first`,
    ifm.type,
    (isConvolution ? ifm : ofm).shape!.map((size, axis, { length }) =>
      axis === length - 1 ? rank : spatial && axis === 1 ? ofm.shape![1]! : size,
    ),
    solved?.first.output ?? nominalMap(target, 'none'),
  );
  // The first two take the places of the convolution's own weights and bias.
  const tensors: Tensor[] = [lastWeights];
  const add = (tensor: Tensor): number => local(tensors.push(tensor) - 1);
  const lastInputs = [local(0), ...(bias === undefined ? operator.inputs.slice(2, 3) : [add(lastBias)])];
  const firstInputs = [operator.inputs[0]!, add(firstWeights), add(firstBias)];
  const intermediate = add(map);
  const operators: Operator[] = [
    {
      ...operator,
      inputs: firstInputs,
      outputs: [intermediate],
      options: optionsFor(operator, spatial, false, false),
    },
    {
      ...operator,
      inputs: [intermediate, ...lastInputs],
      options: optionsFor(operator, !spatial, true, true),
    },
  ];
  return values === 'known'
    ? { tensors, operators, retained: solved?.retained ?? UNKNOWN_RETAINED }
    : { tensors, operators };
};

const illegal = ({ weights }: Target, rank: number, division: Division): string | undefined => {
  const [, height, width] = shapeOf(weights);
  if (division === 'spatial' && (height === 1 || width === 1)) {
    return `a ${height}x${width} kernel cannot be divided into its height and its width`;
  }
  const bound = rankBound(UNFOLD[division](weights));
  return rank < bound
    ? undefined
    : `its weights have at most rank ${bound}, so only lower ranks save anything`;
};

/**
 * A convolution or fully connected layer through `rank` channels: a 1×1 down to them, then the kernel with its stride, dilation and padding; or
 * (`spatial`) the kernel's height down to them, then its width, each with its side's stride, dilation and padding.
 * The second has the bias and the activation. The weights are the best approximation of this rank of the unfolded
 * weights. Nothing is fused between the two, and the first adds no bias: so the second's padding, which is zero, is
 * what the first makes of the convolution's own.
 */
export const lowrank = (rank: number, division: Division): Substitution => ({
  name: `lowrank*${rank}${division === 'spatial' ? ':spatial' : ''}`,
  code: `${division === 'spatial' ? 'k' : 'l'}${rank}`,
  illegal: (target) => illegal(target, rank, division),
  rewrite: (target, values) => rewrite(target, rank, division, values),
  keepsFunction: true,
  retained: ({ weights }) => leadingShare(weights, UNFOLD[division](weights), rank),
});

/** The option of this name (`lowrank*16`, `lowrank*16:spatial`) or code (`l16`, `k16`). */
const findLowrank = (nameOrCode: string): Substitution | undefined => {
  const name = /^lowrank\*([1-9]\d{0,4})(:spatial)?$/.exec(nameOrCode);
  if (name !== null) return lowrank(Number(name[1]), name[2] === undefined ? 'channels' : 'spatial');
  const code = /^([lk])([1-9]\d{0,4})$/.exec(nameOrCode);
  return code === null ? undefined : lowrank(Number(code[2]), code[1] === 'l' ? 'channels' : 'spatial');
};

/** A rank that the hardware likes near a share of the channels: a multiple of 8, or below 8 any. */
const near = (channels: number): number =>
  channels < 8 ? Math.max(1, Math.round(channels)) : 8 * Math.round(channels / 8);

/** About a quarter and a half of the input channels of a kernel, where that is fewer than the rank. */
const usualRanks = ({ weights }: Target): number[] => {
  const [, height, width, inputs] = shapeOf(weights);
  if (height * width === 1) return [];
  const bound = rankBound(byChannels(weights));
  return [...new Set([near(inputs / 4), near(inputs / 2)])].filter((rank) => rank < bound);
};

/** Two layers through fewer channels. */
export const LOWRANK: SubstitutionFamily = {
  names: ['lowrank*R', 'lowrank*R:spatial'],
  forms: [
    ['lowrank*R', 'a 1x1 down to R channels, then the kernel; of fully connected layers two of them'],
    ['lowrank*R:spatial', "the kernel's height down to R channels, then its width"],
  ],
  find: findLowrank,
  least: lowrank(1, 'channels'),
  usual: (target) => usualRanks(target).map((rank) => lowrank(rank, 'channels').name),
};
