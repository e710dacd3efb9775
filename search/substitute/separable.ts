import type { Operator, Tensor } from '../../src/graph/network.js';
import type { Activation } from './substitution.js';
import { layerConstants, mapTensor, nominalMap, windowFor } from './layers.js';
import { someChannels } from './requantise.js';
import {
  local,
  type Replacement,
  type Substitution,
  type SubstitutionFamily,
  type Target,
  type Values,
  UNKNOWN_RETAINED,
} from './substitution.js';
import { solveTwoLayers, type TwoLayers } from './two-layers.js';
import { leadingShare, rankBound, type Unfolding } from './unfolding.js';

/** Most depthwise convolutions side by side. */
const MOST_TERMS = 4;

/** For each input channel, kernel positions × output channels. */
const slices = (weights: Tensor): Unfolding => {
  const [outputs, height, width, inputs] = weights.shape! as [number, number, number, number];
  const positions = height * width;
  return {
    kind: 'slices',
    blocks: inputs,
    rows: positions,
    columns: outputs,
    position: (input, at, output) => (output * positions + at) * inputs + input,
  };
};

/** A depthwise convolution of the replacement: the channels `from` to `to` of the intermediate. */
interface Branch {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly multiplier: number;
}

/**
 * One branch per term. The terms of a single input channel are one branch with a depth multiplier instead, which the
 * hardware runs as an ordinary convolution (docs/model/lowering.md#small-rewrites); with more channels a multiplier
 * would be taken apart into as many depthwise convolutions and a transposition
 * (docs/model/lowering.md#depth-multipliers).
 */
const branchesOf = (target: Target, terms: number): Branch[] => {
  const channels = target.weights.shape![3]!;
  const name = `${target.ofm.name}/depthwise`;
  if (terms === 1 || channels === 1) return [{ name, from: 0, to: terms * channels, multiplier: terms }];
  return Array.from({ length: terms }, (_, t) => ({
    name: `${name}${t + 1}`,
    from: t * channels,
    to: (t + 1) * channels,
    multiplier: 1,
  }));
};

/** Tensors of one depthwise: weights, bias, output. */
const depthwiseTensors = (
  target: Target,
  activation: Activation,
  solved: TwoLayers | undefined,
  { name, from, to }: Branch,
): [Tensor, Tensor, Tensor] => {
  const { ifm, ofm, weights } = target;
  const [, height, width] = weights.shape! as [number, number, number];
  const channels = to - from;
  return [
    ...layerConstants(
      target,
      name,
      [1, height, width, channels],
      3,
      solved && someChannels(solved.first, from, to),
    ),
    mapTensor(
      name,
      ifm.type,
      [...ofm.shape!.slice(0, -1), channels],
      solved?.first.output ?? nominalMap(target, activation),
    ),
  ];
};

const rewrite = (target: Target, terms: number, activation: Activation, values: Values): Replacement => {
  const { operator, ifm, ofm, weights, bias } = target;
  const channels = weights.shape![3]!;
  const { options, origin } = operator;
  const solved = values === 'known' ? solveTwoLayers(target, slices(weights), terms, activation) : undefined;
  const biased = bias !== undefined || activation === 'shifted-relu';
  const shape = [weights.shape![0]!, 1, 1, terms * channels];
  const pointwise = layerConstants(target, `${ofm.name}/pointwise`, shape, 0, solved?.second);
  // The first two take the places of the convolution's own weights and bias.
  const tensors = pointwise.slice(0, biased ? 2 : 1);
  const add = (tensor: Tensor): number => local(tensors.push(tensor) - 1);
  const operators = branchesOf(target, terms).map((branch): Operator => {
    const [kernel, shift, map] = depthwiseTensors(target, activation, solved, branch);
    return {
      kind: 'DEPTHWISE_CONV_2D',
      inputs: [operator.inputs[0]!, add(kernel), add(shift)],
      outputs: [add(map)],
      intermediates: [],
      options: {
        ...windowFor(options, true, true),
        depth_multiplier: branch.multiplier,
        fused_activation_function: activation === 'none' ? 'NONE' : 'RELU',
      },
      origin,
    };
  });
  let intermediate = operators[0]!.outputs[0]!;
  if (operators.length > 1) {
    const joined = mapTensor(
      `${ofm.name}/depthwise`,
      ifm.type,
      [...ofm.shape!.slice(0, -1), terms * channels],
      solved?.first.output ?? nominalMap(target, activation),
    );
    intermediate = add(joined);
    operators.push({
      kind: 'CONCATENATION',
      inputs: operators.map((op) => op.outputs[0]!),
      outputs: [intermediate],
      intermediates: [],
      options: { axis: joined.shape!.length - 1, fused_activation_function: 'NONE' },
      origin,
    });
  }
  operators.push({
    ...operator,
    inputs: [intermediate, local(0), ...(biased ? [local(1)] : operator.inputs.slice(2, 3))],
    options: { ...options, ...windowFor(options, false, false) },
  });
  const retained = solved?.retained ?? UNKNOWN_RETAINED;
  return values === 'known' ? { tensors, operators, retained } : { tensors, operators };
};

const illegal = ({ weights }: Target, terms: number): string | undefined => {
  if (weights.shape!.length !== 4) return 'it has no kernel to separate';
  if (weights.shape![1]! * weights.shape![2]! === 1) return 'a 1x1 kernel has nothing to separate';
  const bound = rankBound(slices(weights));
  if (terms <= bound) return undefined;
  const [outputs, height, width] = weights.shape! as [number, number, number];
  return `a ${height}x${width} kernel with ${outputs} output channels has at most ${bound} terms per input channel`;
};

const SHIFTED_NOTE =
  "shifted-relu computes the same function as without the ReLU; what it saves rests on the estimator's rule that an " +
  'operation with a fused activation takes fewer cycles per output element';

const CODES: Readonly<Record<Activation, string>> = { none: 's', relu: 'r', 'shifted-relu': 'h' };

/**
 * A convolution as `terms` depthwise convolutions side by side, each with its kernel, stride, dilation and padding,
 * joined over their channels, then a 1×1 with its bias and activation (network decoupling: Guo et al., BMVC 2018,
 * arXiv 1808.05517). The filters of an input channel are the leading left singular vectors of the (kernel positions ×
 * output channels) slice of its weights, the rows of the 1×1 their projections. With kernel positions or output
 * channels many terms this is the convolution itself.
 */
export const separable = (terms: number, activation: Activation): Substitution => ({
  name: `separable${terms === 1 ? '' : `*${terms}`}${activation === 'none' ? '' : `:${activation}`}`,
  code: `${CODES[activation]}${terms === 1 ? '' : terms}`,
  illegal: (target) => illegal(target, terms),
  rewrite: (target, values) => rewrite(target, terms, activation, values),
  keepsFunction: activation !== 'relu',
  ...(activation === 'shifted-relu' && { note: SHIFTED_NOTE }),
  factors: ({ weights }) => ({ unfolding: slices(weights), terms, activation }),
  retained: ({ weights }) => (activation === 'relu' ? NaN : leadingShare(weights, slices(weights), terms)),
});

const all = Array.from({ length: MOST_TERMS }, (_, i) =>
  (Object.keys(CODES) as Activation[]).map((activation) => separable(i + 1, activation)),
).flat();

/** Depthwise convolutions and a 1×1. */
export const SEPARABLE: SubstitutionFamily = {
  names: all.map(({ name }) => name),
  forms: [
    ['separable', 'a depthwise convolution, then a 1x1'],
    [
      'separable*T',
      `T depthwise convolutions side by side, then a 1x1 over all of them (T 2 to ${MOST_TERMS})`,
    ],
    [
      '...:shifted-relu',
      'the same function with a ReLU between the two, which the cost model may find cheaper',
    ],
    ['...:relu', 'a ReLU that changes the function: for training, the retained weights are not known'],
  ],
  byDefault: 'separable',
  find: (nameOrCode) => all.find(({ name, code }) => name === nameOrCode || code === nameOrCode),
  least: all[0]!,
  usual: () => all.filter(({ keepsFunction }) => keepsFunction).map(({ name }) => name),
};
