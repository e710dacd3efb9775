import type { Graph, Network, Tensor } from '../../src/graph/network.js';
import { isReplaceable, type Target } from '../substitute/index.js';
import { channelsOf } from './channel-rules.js';

/** An operator that some substitution may replace. */
export interface Site {
  /** Index in the entry graph's operator list. */
  readonly operator: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  /** Channels of the unchanged network. */
  readonly inputChannels: number;
  readonly outputChannels: number;
}

/** A site of the unchanged network as substitutions see it. */
export const targetAt = (network: Network, site: Site): Target => {
  const { tensors, operators } = network.graphs[0];
  const operator = operators[site.operator]!;
  return {
    operator,
    ifm: tensors[operator.inputs[0]!]!,
    ofm: tensors[operator.outputs[0]!]!,
    weights: tensors[operator.inputs[1]!]!,
    bias: tensors[operator.inputs[2] ?? -1],
  };
};

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
  if (operator?.kind !== 'CONV_2D' && operator?.kind !== 'FULLY_CONNECTED') return undefined;
  const [x, w] = [operator.inputs[0], operator.inputs[1]].map((t) => graph.tensors[t ?? -1]);
  const y = graph.tensors[operator.outputs[0] ?? -1];
  const shape = w?.shape ?? [];
  if (shape.length !== (operator.kind === 'CONV_2D' ? 4 : 2)) return undefined;
  const [outputChannels = 0, depth] = [shape[0], shape.at(-1)];
  const [kernelHeight = 1, kernelWidth = 1] = shape.slice(1, -1);
  const inputChannels = channelsOf(x);
  if (w?.constant === undefined) return undefined;
  if (inputChannels === undefined || depth !== inputChannels) return undefined;
  if (channelsOf(y) !== outputChannels) return undefined;
  if (!isByte(x) || !isByte(w) || !isByte(y)) return undefined;
  return { operator: index, kernelHeight, kernelWidth, inputChannels, outputChannels };
};

/**
 * The sites of a network, in the order of its operators: 8-bit convolutions and fully connected operators of the
 * entry graph with constant weights and one group, whose result is used, that some substitution may replace.
 */
export const findSites = (network: Network): Site[] => {
  const [graph] = network.graphs;
  const live = liveTensors(graph);
  return graph.operators
    .flatMap(({ outputs }, index) => (outputs.some((t) => live.has(t)) ? (siteAt(graph, index) ?? []) : []))
    .filter((site) => isReplaceable(targetAt(network, site)));
};
