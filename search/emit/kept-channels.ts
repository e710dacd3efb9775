import type { Graph } from '../../src/graph/network.js';
import { elementsOf } from '../../src/graph/shape.js';
import { channelRelation, weightsAmong } from '../space/channel-rules.js';
import type { WidthGroup } from '../space/width-groups.js';
import { realWeights } from '../substitute/real-weights.js';

/** Adds the squared real weights of each output channel of an operator; nothing where they are not known. */
const addNorms = (norms: Float64Array, graph: Graph, index: number): void => {
  const operator = graph.operators[index]!;
  const [y] = operator.outputs;
  const weights = weightsAmong(channelRelation(operator, graph).constants);
  const axis = weights?.axes.find(({ follows }) => follows === y)?.axis;
  const tensor = graph.tensors[operator.inputs[1] ?? -1];
  const values = tensor === undefined || axis === undefined ? undefined : realWeights(tensor);
  if (values === undefined) return;
  const channels = norms.length;
  const inner = elementsOf(tensor!.shape!.slice(axis! + 1));
  for (let from = 0, channel = 0; from < values.length; from += inner, channel = (channel + 1) % channels) {
    let sum = 0;
    for (let i = from; i < from + inner; i++) sum += values[i]! * values[i]!;
    norms[channel]! += sum;
  }
};

/**
 * Squared norm of each channel of a width group: the sum of the squared real weights, over all convolutions, depthwise
 * convolutions and fully connected operators that write the group, of the filters that make the channel.
 */
const channelNorms = (group: WidthGroup, graph: Graph): Float64Array => {
  const norms = new Float64Array(group.channels);
  for (const index of group.operators) addNorms(norms, graph, index);
  return norms;
};

/**
 * Channels of a width group in the order in which they are kept: by falling norm, equal ones by index. A width of
 * k keeps the first k, so that what a width keeps is part of what a larger one keeps.
 */
export const keepingOrder = (group: WidthGroup, graph: Graph): Int32Array => {
  const norms = channelNorms(group, graph);
  return Int32Array.from(norms.keys()).sort((a, b) => norms[b]! - norms[a]! || a - b);
};

/** Where each channel of a group's new width comes from: an old channel, or −1 for one that is padded. */
export type ChannelMap = Int32Array;

/** The first `width` channels of an order in their places; wider than the order: all, then padded ones. */
export const channelMap = (order: Int32Array, width: number): ChannelMap => {
  const map = new Int32Array(width).fill(-1);
  map.set(order.slice(0, width).sort());
  return map;
};
