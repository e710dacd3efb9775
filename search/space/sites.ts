import type { Graph, Network, Tensor } from '../../src/graph/network.js';
import { channelsOf } from './channel-rules.js';

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

/** Tensors that an output of the graph, or something that outlives an inference, depends on. */
const liveTensors = ({ operators, outputs, tensors }: Graph): ReadonlySet<number> => {
  const live = new Set(outputs);
  // Operators come in the order of execution, so that one pass from the end finds all.
  for (const { inputs, outputs: written } of [...operators].reverse()) {
    const acts = written.length === 0 || inputs.some((t) => tensors[t]?.variable === true);
    if (acts || written.some((t) => live.has(t))) for (const t of inputs) live.add(t);
  }
  return live;
};

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
 * than 1×1, constant weights and one group, whose result is used.
 */
export const findSites = (network: Network): Site[] => {
  const [graph] = network.graphs;
  const live = liveTensors(graph);
  return graph.operators.flatMap(({ outputs }, index) =>
    outputs.some((t) => live.has(t)) ? (siteAt(graph, index) ?? []) : [],
  );
};
