import type { Operator, Tensor } from '../../src/graph/network.js';
import { layerConstants, mapTensor, nominalMap, windowFor } from './layers.js';
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

/**
 * How the kernel is divided: all of it in the second layer, or its height in the first and its width in the second, or
 * all of it in the first.
 */
type Division = 'channels' | 'spatial' | 'outputs';

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

/** (Kernel positions × input channels) × output channels. */
const byOutputs = (weights: Tensor): Unfolding => {
  const [outputs, height, width, inputs] = shapeOf(weights);
  const rows = height * width * inputs;
  return {
    kind: 'outputs',
    blocks: 1,
    rows,
    columns: outputs,
    position: (_, row, output) => output * rows + row,
  };
};

/** One way to divide a kernel between two layers. */
interface DivisionForm {
  /** What follows `lowrank*R` in the option's name, and the letter of its code. */
  readonly suffix: string;
  readonly letter: string;
  readonly unfold: (weights: Tensor) => Unfolding;
  /** Whether the first layer has the kernel's height and its width; the second has what the first does not. */
  readonly height: boolean;
  readonly width: boolean;
}

const DIVISIONS: Readonly<Record<Division, DivisionForm>> = {
  channels: { suffix: '', letter: 'l', unfold: byChannels, height: false, width: false },
  spatial: { suffix: ':spatial', letter: 'k', unfold: bySides, height: true, width: false },
  outputs: { suffix: ':out', letter: 'o', unfold: byOutputs, height: true, width: true },
};

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
  const { unfold, height: high, width: wide } = DIVISIONS[division];
  const isConvolution = operator.kind === 'CONV_2D';
  const kernelShape = (to: number, h: number, w: number, from: number): number[] =>
    isConvolution ? [to, h, w, from] : [to, from];
  const solved = values === 'known' ? solveTwoLayers(target, unfold(weights), rank, 'none') : undefined;
  const name = `${ofm.name}/lowrank`;
  const [lastWeights, lastBias] = layerConstants(
    target,
    `${name}/second`,
    kernelShape(outputs, high ? 1 : height, wide ? 1 : width, rank),
    0,
    solved?.second,
  );
  const [firstWeights, firstBias] = layerConstants(
    target,
    `${name}/first`,
    kernelShape(rank, high ? height : 1, wide ? width : 1, inputs),
    0,
    solved?.first,
  );
  const map = mapTensor(
    `${name}/first`,
    ifm.type,
    (isConvolution ? ifm : ofm).shape!.map((size, axis, { length }) =>
      axis === length - 1 ? rank : (high && axis === 1) || (wide && axis === 2) ? ofm.shape![axis]! : size,
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
      options: optionsFor(operator, high, wide, false),
    },
    {
      ...operator,
      inputs: [intermediate, ...lastInputs],
      options: optionsFor(operator, !high, !wide, true),
    },
  ];
  return values === 'known'
    ? { tensors, operators, retained: solved?.retained ?? UNKNOWN_RETAINED }
    : { tensors, operators };
};

const isStrided = ({ kind, options }: Operator): boolean =>
  kind === 'CONV_2D' && Number(options['stride_h'] ?? 1) * Number(options['stride_w'] ?? 1) > 1;

const illegal = ({ operator, weights }: Target, rank: number, division: Division): string | undefined => {
  const [, height, width] = shapeOf(weights);
  if (division === 'spatial' && (height === 1 || width === 1)) {
    return `a ${height}x${width} kernel cannot be divided into its height and its width`;
  }
  if (division === 'outputs' && height * width === 1 && !isStrided(operator)) {
    return `it has no kernel and no stride, so lowrank*${rank} is the same`;
  }
  const bound = rankBound(DIVISIONS[division].unfold(weights));
  return rank < bound
    ? undefined
    : `its weights have at most rank ${bound}, so only lower ranks save anything`;
};

/**
 * A convolution or fully connected layer through `rank` channels: a 1×1 down to them, then the kernel with its stride,
 * dilation and padding; or (`spatial`) the kernel's height down to them, then its width, each with its side's stride,
 * dilation and padding; or (`outputs`) the kernel down to them, then a 1×1 up. The second has the bias and the
 * activation. The weights are the best approximation of this rank of the unfolded weights. Nothing is fused between the
 * two, and the first adds no bias: so the second's padding, which is zero, is what the first makes of the convolution's
 * own.
 */
export const lowrank = (rank: number, division: Division): Substitution => {
  const { suffix, letter, unfold } = DIVISIONS[division];
  return {
    name: `lowrank*${rank}${suffix}`,
    code: `${letter}${rank}`,
    illegal: (target) => illegal(target, rank, division),
    rewrite: (target, values) => rewrite(target, rank, division, values),
    keepsFunction: true,
    retained: ({ weights }) => leadingShare(weights, unfold(weights), rank),
    factors: ({ weights }) => ({ unfolding: unfold(weights), terms: rank, activation: 'none' }),
  };
};

const divisionWith = (key: 'suffix' | 'letter', text: string): Division | undefined =>
  (Object.keys(DIVISIONS) as Division[]).find((division) => DIVISIONS[division][key] === text);

/** The option of this name (`lowrank*16`, `lowrank*16:spatial`, `lowrank*16:out`) or code (`l16`, `k16`, `o16`). */
const findLowrank = (nameOrCode: string): Substitution | undefined => {
  const [, rank, suffix = ''] = /^lowrank\*([1-9]\d{0,4})(:[a-z]+)?$/.exec(nameOrCode) ?? [];
  const [, letter = '', short] = /^([a-z])([1-9]\d{0,4})$/.exec(nameOrCode) ?? [];
  const division = short === undefined ? divisionWith('suffix', suffix) : divisionWith('letter', letter);
  const number = rank ?? short;
  return division === undefined || number === undefined ? undefined : lowrank(Number(number), division);
};

/** A rank that the hardware likes near a share of the channels: a multiple of 8, or below 8 any. */
const near = (channels: number): number =>
  channels < 8 ? Math.max(1, Math.round(channels)) : 8 * Math.round(channels / 8);

/** About a quarter and a half of the channels, where that is fewer than the rank. */
const usualRanks = (channels: number, u: Unfolding): number[] =>
  [...new Set([near(channels / 4), near(channels / 2)])].filter((rank) => rank < rankBound(u));

/** Of a kernel: through about a quarter and a half of its input channels, or of its output channels. */
const usual = ({ weights }: Target): string[] => {
  const [outputs, height, width, inputs] = shapeOf(weights);
  if (height * width === 1) return [];
  return [
    ...usualRanks(inputs, byChannels(weights)).map((rank) => lowrank(rank, 'channels').name),
    ...usualRanks(outputs, byOutputs(weights)).map((rank) => lowrank(rank, 'outputs').name),
  ];
};

/** Two layers through fewer channels. */
export const LOWRANK: SubstitutionFamily = {
  names: ['lowrank*R', 'lowrank*R:spatial', 'lowrank*R:out'],
  forms: [
    ['lowrank*R', 'a 1x1 down to R channels, then the kernel; of fully connected layers two of them'],
    ['lowrank*R:spatial', "the kernel's height down to R channels, then its width"],
    ['lowrank*R:out', 'the kernel down to R channels, then a 1x1 up'],
  ],
  find: findLowrank,
  least: lowrank(1, 'channels'),
  usual,
};
