import type { Graph, Operator, Tensor } from '../../src/graph/network.js';
import { elementsOf } from '../../src/graph/shape.js';

/** A constant input of an operator that changes its size with channel counts. */
export interface ConstantAxes {
  /** Position in `Operator.inputs`. */
  readonly input: number;
  /** Axes of the constant, each with the feature map (tensor index) whose channel count it follows. */
  readonly axes: readonly { readonly axis: number; readonly follows: number }[];
  /**
   * `weights`: added channels are zero. `data`: added channels repeat the last one, and nothing reads them.
   * `shape`: an int32 shape whose last entry is the channel count.
   */
  readonly role: 'weights' | 'data' | 'shape';
}

/** What one operator demands of the channel counts (last axes) of the feature maps it touches. */
export interface ChannelRelation {
  /** Pairs of feature maps (tensor indices) whose channel counts must agree. */
  readonly ties: readonly (readonly [number, number])[];
  /** Feature maps whose channel count this operator fixes, with the reason. */
  readonly frozen: readonly { readonly tensor: number; readonly reason: string }[];
  /** Output whose channel count is free because the operator's weights set it (convolution, fully connected). */
  readonly source?: number;
  readonly constants: readonly ConstantAxes[];
}

/** Size of a tensor's last axis; undefined where there is none or it is dynamic. */
export const channelsOf = (tensor: Tensor | undefined): number | undefined => {
  const last = tensor?.shape?.at(-1);
  return last === undefined || last < 1 ? undefined : last;
};

/** Reads an int32 or int64 constant; undefined when it is not a constant with values. */
const integersOf = (tensor: Tensor | undefined): number[] | undefined => {
  const bytes = tensor?.constant?.bytes;
  if (tensor === undefined || bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tensor.type === 'int32') {
    return Array.from({ length: bytes.byteLength >> 2 }, (_, i) => view.getInt32(4 * i, true));
  }
  if (tensor.type === 'int64') {
    return Array.from({ length: bytes.byteLength >> 3 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
  }
  return undefined;
};

type Rule = (operator: Operator, graph: Graph) => ChannelRelation;

const at = (graph: Graph, index: number | undefined): Tensor | undefined =>
  index === undefined || index < 0 ? undefined : graph.tensors[index];

const freezeAll = (operator: Operator, graph: Graph, reason: string): ChannelRelation => ({
  ties: [],
  frozen: [...operator.inputs, ...operator.outputs]
    .filter((t) => t >= 0 && graph.tensors[t]?.constant === undefined)
    .map((tensor) => ({ tensor, reason })),
  constants: [],
});

const freezeByDefault: Rule = (operator, graph) =>
  freezeAll(operator, graph, `${operator.kind} does not pass channels through one by one`);

/** Weights [O, …, I] (`inputAxis` set) or depthwise [1, H, W, O]; bias [O]. */
const weighted =
  (outputAxis: number, inputAxis: number | undefined): Rule =>
  (operator, graph) => {
    const [x = -1, w = -1, b = -1] = operator.inputs;
    const y = operator.outputs[0] ?? -1;
    const weights = at(graph, w);
    const freeze = (reason: string): ChannelRelation => freezeAll(operator, graph, reason);
    if (weights?.constant === undefined) return freeze(`${operator.kind} has weights that are not constant`);
    const channels = channelsOf(at(graph, y));
    const rank = Math.max(outputAxis, inputAxis ?? 0) + 1;
    if (channels === undefined || weights.shape?.length !== rank || weights.shape[outputAxis] !== channels) {
      return freeze(`${operator.kind} has weights of an unexpected shape`);
    }
    const depth = channelsOf(at(graph, x));
    const depthOfWeights = inputAxis === undefined ? channels : weights.shape[inputAxis];
    if (depthOfWeights !== depth) {
      return freeze(
        operator.kind === 'FULLY_CONNECTED'
          ? 'FULLY_CONNECTED mixes positions and channels'
          : `${operator.kind} has groups or a depth multiplier`,
      );
    }
    const bias = at(graph, b);
    const biasAxis = (bias?.shape?.length ?? 0) - 1;
    if (bias !== undefined && (bias.constant === undefined || bias.shape?.[biasAxis] !== channels)) {
      return freeze(`${operator.kind} has a bias that is not one constant per channel`);
    }
    const axes = [{ axis: outputAxis, follows: y }];
    if (inputAxis !== undefined) axes.push({ axis: inputAxis, follows: x });
    const constants: ConstantAxes[] = [{ input: 1, axes, role: 'weights' }];
    if (bias !== undefined) {
      constants.push({ input: 2, axes: [{ axis: biasAxis, follows: y }], role: 'weights' });
    }
    return inputAxis === undefined
      ? { ties: [[x, y]], frozen: [], constants }
      : { ties: [], frozen: [], source: y, constants };
  };

/** Any number of feature maps and constants, combined element by element with broadcasting. */
const elementwise: Rule = (operator, graph) => {
  const y = operator.outputs[0] ?? -1;
  const channels = channelsOf(at(graph, y));
  if (channels === undefined) return freezeByDefault(operator, graph);
  const ties: [number, number][] = [];
  const frozen: { tensor: number; reason: string }[] = [];
  const constants: ConstantAxes[] = [];
  for (const [input, t] of operator.inputs.entries()) {
    const tensor = at(graph, t);
    if (tensor === undefined) continue;
    const depth = tensor.shape?.length === 0 ? 1 : channelsOf(tensor);
    if (tensor.constant !== undefined) {
      if (depth === 1) continue;
      if (depth !== channels || tensor.constant.bytes === undefined) {
        return freezeByDefault(operator, graph);
      }
      const axis = (tensor.shape?.length ?? 0) - 1;
      constants.push({ input, axes: [{ axis, follows: y }], role: 'data' });
    } else if (depth === channels) {
      ties.push([t, y]);
    } else if (depth === 1) {
      frozen.push({ tensor: t, reason: `${operator.kind} broadcasts its single channel` });
    } else {
      return freezeByDefault(operator, graph);
    }
  }
  return { ties, frozen, constants };
};

/** One feature map in, one out, channel by channel; further inputs are parameters without a channel axis. */
const passing: Rule = (operator, graph) => {
  const x = operator.inputs[0] ?? -1;
  const y = operator.outputs[0] ?? -1;
  const depth = channelsOf(at(graph, x));
  return depth !== undefined && depth === channelsOf(at(graph, y)) && operator.outputs.length === 1
    ? { ties: [[x, y]], frozen: [], constants: [] }
    : freezeByDefault(operator, graph);
};

/** Normalises over the channels: zeros that are added to them would change the others. */
const mixing: Rule = (operator, graph) => freezeAll(operator, graph, `${operator.kind} mixes the channels`);

const reducing: Rule = (operator, graph) => {
  const rank = at(graph, operator.inputs[0])?.shape?.length ?? 0;
  const axes = integersOf(at(graph, operator.inputs[1]))?.map((a) => (a < 0 ? a + rank : a));
  return axes === undefined || axes.includes(rank - 1)
    ? freezeAll(operator, graph, `${operator.kind} reduces the channels`)
    : passing(operator, graph);
};

const padding: Rule = (operator, graph) => {
  const paddings = integersOf(at(graph, operator.inputs[1]));
  return paddings === undefined || paddings.at(-1) !== 0 || paddings.at(-2) !== 0
    ? freezeAll(operator, graph, `${operator.kind} pads the channels`)
    : passing(operator, graph);
};

/** Blocks of positions moved to or from the batch axis; the last axis must not be one of those that are cut. */
const blocking: Rule = (operator, graph) => {
  const rank = at(graph, operator.inputs[0])?.shape?.length ?? 0;
  const blocks = integersOf(at(graph, operator.inputs[1]));
  return blocks === undefined || blocks.length > rank - 2
    ? freezeByDefault(operator, graph)
    : passing(operator, graph);
};

/** Reshapes that keep the last axis: only the positions are arranged anew. */
const reshaping: Rule = (operator, graph) => {
  const [x = -1, s = -1] = operator.inputs;
  const y = operator.outputs[0] ?? -1;
  const depth = channelsOf(at(graph, x));
  const freeze = (): ChannelRelation =>
    freezeAll(operator, graph, `${operator.kind} mixes positions and channels`);
  if (depth === undefined || depth !== channelsOf(at(graph, y))) return freeze();
  if (elementsOf(at(graph, x)!.shape!) !== elementsOf(at(graph, y)!.shape!)) return freeze();
  const shape = at(graph, s);
  if (operator.kind !== 'RESHAPE' || shape === undefined)
    return { ties: [[x, y]], frozen: [], constants: [] };
  const entries = integersOf(shape);
  if (shape.type !== 'int32' || entries === undefined || entries.length === 0) return freeze();
  const axes = [{ axis: entries.length - 1, follows: y }];
  return { ties: [[x, y]], frozen: [], constants: [{ input: 1, axes, role: 'shape' }] };
};

const concatenating: Rule = (operator, graph) => {
  const rank = at(graph, operator.outputs[0])?.shape?.length ?? 0;
  const axis = Number(operator.options['axis'] ?? 0);
  return (axis < 0 ? axis + rank : axis) === rank - 1
    ? freezeAll(operator, graph, 'CONCATENATION joins channels')
    : elementwise(operator, graph);
};

const convolution = weighted(0, 3);

const each = (rule: Rule, ...kinds: string[]): [string, Rule][] => kinds.map((kind) => [kind, rule]);

/** Rules by operator name; operators that are not listed freeze everything they touch. */
const RULES: ReadonlyMap<string, Rule> = new Map([
  ...each(convolution, 'CONV_2D'),
  ...each(weighted(0, 1), 'FULLY_CONNECTED'),
  ...each(weighted(3, undefined), 'DEPTHWISE_CONV_2D'),
  ...each(elementwise, 'ADD', 'SUB', 'MUL', 'DIV', 'MAXIMUM', 'MINIMUM', 'SQUARED_DIFFERENCE', 'PRELU'),
  ...each(passing, 'RELU', 'RELU6', 'RELU_N1_TO_1', 'RELU_0_TO_1', 'LEAKY_RELU', 'ELU', 'GELU', 'HARD_SWISH'),
  ...each(passing, 'LOGISTIC', 'TANH', 'ABS', 'EXP', 'LOG', 'NEG', 'SQRT', 'RSQRT', 'SQUARE', 'SIN', 'COS'),
  ...each(passing, 'QUANTIZE', 'DEQUANTIZE', 'CAST'),
  ...each(mixing, 'SOFTMAX', 'LOG_SOFTMAX', 'L2_NORMALIZATION'),
  ...each(passing, 'AVERAGE_POOL_2D', 'MAX_POOL_2D', 'L2_POOL_2D'),
  ...each(passing, 'RESIZE_BILINEAR', 'RESIZE_NEAREST_NEIGHBOR'),
  ...each(blocking, 'SPACE_TO_BATCH_ND', 'BATCH_TO_SPACE_ND'),
  ...each(reducing, 'MEAN', 'SUM', 'REDUCE_MAX', 'REDUCE_MIN', 'REDUCE_PROD'),
  ...each(padding, 'PAD', 'PADV2', 'MIRROR_PAD'),
  ...each(reshaping, 'RESHAPE', 'SQUEEZE', 'EXPAND_DIMS'),
  ...each(concatenating, 'CONCATENATION'),
]);

/** The weights among an operator's constants. */
export const weightsAmong = (constants: readonly ConstantAxes[]): ConstantAxes | undefined =>
  constants.find(({ input, role }) => input === 1 && role === 'weights');

/** What `operator` demands of channel counts. */
export const channelRelation = (operator: Operator, graph: Graph): ChannelRelation =>
  (RULES.get(operator.kind) ?? freezeByDefault)(operator, graph);
