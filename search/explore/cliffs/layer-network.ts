import type { Network } from '../../../src/graph/network.js';
import { channelRelation, channelsOf } from '../../space/channel-rules.js';
import type { WidthGroup } from '../../space/width-groups.js';

/** A convolution or fully connected operator as a network of its own, with the width group of its outputs. */
export interface LayerNetwork {
  /** In the network that it is from. */
  readonly operator: number;
  readonly network: Network;
  readonly group: WidthGroup;
}

/**
 * A convolution or fully connected operator of the entry graph as a network of its own; undefined for an operator whose
 * weights do not set its number of channels. Nothing else reads its outputs, so their number can change freely.
 */
export const layerNetwork = ({ name, graphs: [graph] }: Network, index: number): LayerNetwork | undefined => {
  const operator = graph.operators[index]!;
  const { source } = channelRelation(operator, graph);
  const channels = source === undefined ? undefined : channelsOf(graph.tensors[source]);
  if (source === undefined || channels === undefined) return undefined;
  const used = [...new Set([...operator.inputs, ...operator.outputs].filter((t) => t >= 0))];
  const place = (t: number): number => used.indexOf(t);
  const inputs = used.filter((t) => operator.inputs.includes(t) && graph.tensors[t]!.constant === undefined);
  return {
    operator: index,
    network: {
      name,
      graphs: [
        {
          name: graph.name,
          tensors: used.map((t) => graph.tensors[t]!),
          operators: [
            {
              ...operator,
              inputs: operator.inputs.map(place),
              outputs: operator.outputs.map(place),
              origin: 0,
            },
          ],
          inputs: inputs.map(place),
          outputs: operator.outputs.map(place),
        },
      ],
    },
    group: { operator: 0, operators: [0], tensors: [place(source)], channels },
  };
};

/** All layers of a network that can stand alone, in its order. */
export const layersOf = (network: Network): LayerNetwork[] =>
  [...network.graphs[0].operators.keys()].flatMap((operator) => layerNetwork(network, operator) ?? []);
