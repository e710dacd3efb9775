import type { Graph, Network, Tensor } from '../src/graph/network.js';
import { channelsOf } from './channels.js';

/** A convolution that a substitution may replace. */
export interface Site {
  /** Index in the entry graph's operator list. */
  readonly operator: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  /** Channels of the unchanged network. */
  readonly inputChannels: number;
  readonly outputChannels: number;
}

const isByte = (tensor: Tensor | undefined): boolean => tensor?.type === 'int8' || tensor?.type === 'uint8';

const siteAt = (graph: Graph, index: number): Site | undefined => {
  const operator = graph.operators[index];
  if (operator?.kind !== 'CONV_2D') return undefined;
  const [x, w] = [operator.inputs[0], operator.inputs[1]].map((t) => graph.tensors[t ?? -1]);
  const y = graph.tensors[operator.outputs[0] ?? -1];
  const [outputChannels = 0, kernelHeight = 0, kernelWidth = 0, depth] = w?.shape ?? [];
  const inputChannels = channelsOf(x);
  if (w?.constant === undefined || kernelHeight * kernelWidth <= 1) return undefined;
  if (inputChannels === undefined || depth !== inputChannels) return undefined;
  if (channelsOf(y) !== outputChannels) return undefined;
  if (!isByte(x) || !isByte(w) || !isByte(y)) return undefined;
  return { operator: index, kernelHeight, kernelWidth, inputChannels, outputChannels };
};

/**
 * The sites of a network, in the order of its operators: 8-bit convolutions of the entry graph with a kernel larger
 * than 1×1, constant weights and one group.
 */
export const findSites = (network: Network): Site[] =>
  network.graphs[0].operators.flatMap((_, index) => siteAt(network.graphs[0], index) ?? []);
