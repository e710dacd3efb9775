import type { Graph, Network } from '../../src/graph/network.js';
import { groupBy } from '../../src/groups.js';
import { DisjointSets } from './disjoint-sets.js';
import { channelRelation, channelsOf } from './channel-rules.js';

/** Feature maps that must keep the same number of channels, because operators tie them together. */
export interface WidthGroup {
  /** First convolution or fully connected operator that writes the group: its name in design strings. */
  readonly operator: number;
  /** All operators whose output is in the group, ascending. */
  readonly operators: readonly number[];
  /** Tensor indices of the feature maps, ascending. */
  readonly tensors: readonly number[];
  /** Channels of the unchanged network. */
  readonly channels: number;
  /** Why the width cannot change; absent when it can. */
  readonly frozen?: string;
}

/** Disjoint sets of tensor indices; each set remembers the first reason that froze it. */
class TensorSets extends DisjointSets {
  private readonly reasons = new Map<number, string>();

  override join(a: number, b: number): boolean {
    const roots = [this.find(a), this.find(b)].sort((x, y) => x - y);
    const reason = roots.map((root) => this.reasons.get(root)).find((found) => found !== undefined);
    if (reason !== undefined) this.reasons.set(roots[0]!, reason);
    return super.join(a, b);
  }

  freeze(tensor: number, reason: string): void {
    const root = this.find(tensor);
    if (!this.reasons.has(root)) this.reasons.set(root, reason);
  }

  reason(tensor: number): string | undefined {
    return this.reasons.get(this.find(tensor));
  }
}

const setsOf = (graph: Graph): { sets: TensorSets; sources: Map<number, number> } => {
  const sets = new TensorSets(graph.tensors.length);
  const sources = new Map<number, number>();
  for (const t of graph.inputs) sets.freeze(t, "it holds the network's input");
  for (const t of graph.outputs) sets.freeze(t, "it holds the network's output");
  for (const [index, operator] of graph.operators.entries()) {
    const relation = channelRelation(operator, graph);
    for (const [a, b] of relation.ties) sets.join(a, b);
    for (const { tensor, reason } of relation.frozen) sets.freeze(tensor, reason);
    if (relation.source !== undefined) sources.set(relation.source, index);
    for (const t of [...operator.inputs, ...operator.outputs]) {
      const tensor = graph.tensors[t];
      if (tensor === undefined) continue;
      if (tensor.variable) sets.freeze(t, 'it holds state that outlives an inference');
      if (channelsOf(tensor) === undefined) sets.freeze(t, 'its shape is not known');
    }
  }
  for (const [t, tensor] of graph.tensors.entries()) {
    if (tensor.constant !== undefined) sets.freeze(t, 'it holds a constant');
  }
  return { sets, sources };
};

/**
 * The width groups of a network's entry graph that convolutions or fully connected operators write, by their first
 * writer. Groups that cannot vary are listed too, with the reason.
 */
export const findWidthGroups = (network: Network): WidthGroup[] => {
  const graph = network.graphs[0];
  const { sets, sources } = setsOf(graph);
  const writers = new Map<number, number>();
  for (const [index, operator] of graph.operators.entries())
    for (const t of operator.outputs) writers.set(t, index);
  const groups: WidthGroup[] = [];
  for (const tensors of groupBy(graph.tensors.keys(), (t) => sets.find(t)).values()) {
    const own = tensors.map((t) => sources.get(t)).filter((op) => op !== undefined);
    const channels = channelsOf(graph.tensors[tensors[0]!]);
    if (own.length === 0 || channels === undefined) continue;
    const frozen = sets.reason(tensors[0]!);
    groups.push({
      operator: Math.min(...own),
      operators: tensors.flatMap((t) => writers.get(t) ?? []).sort((a, b) => a - b),
      tensors,
      channels,
      ...(frozen === undefined ? {} : { frozen }),
    });
  }
  return groups.sort((a, b) => a.operator - b.operator);
};
