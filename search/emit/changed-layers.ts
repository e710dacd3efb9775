import type { Graph } from '../../src/graph/network.js';
import type { Digits, Space } from '../space/space.js';
import { applierOf } from './apply.js';
import { isWeighted } from './parameters.js';
import { STANDARD } from '../substitute/index.js';
import type { RetainedWeights } from '../substitute/substitution.js';

/** A number of the original and of the design. */
export interface BeforeAfter {
  readonly before: number;
  readonly after: number;
}

/** An operator with weights that a design changes. */
export interface ChangedLayer {
  /** Index in the original graph. */
  readonly operator: number;
  readonly kind: string;
  /** Height and width; absent for fully connected layers. */
  readonly kernel?: readonly [number, number];
  /** What replaces it; `standard` where only its channels change. */
  readonly option: string;
  readonly inputChannels: BeforeAfter;
  readonly outputChannels: BeforeAfter;
  readonly parameters: BeforeAfter;
  /** NaN where it is not known. */
  readonly retained: RetainedWeights;
}

const kernelOf = (graph: Graph, operator: number): { readonly kernel?: readonly [number, number] } => {
  const shape = graph.tensors[graph.operators[operator]!.inputs[1] ?? -1]?.shape ?? [];
  return shape.length === 4 ? { kernel: [shape[1]!, shape[2]!] } : {};
};

/** The layers that a design changes, in the order of the original's operators. */
export const changedLayers = (space: Space, digits: Digits): ChangedLayer[] => {
  const applier = applierOf(space);
  const [graph] = space.network.graphs;
  const unchanged = new Uint16Array(digits.length);
  const optionAt = new Map(space.sites.map(({ site, options }, i) => [site.operator, options[digits[i]!]!]));
  const widthAt = new Map(
    space.groups.flatMap(({ group, widths }, i) =>
      group.tensors.map((t) => [t, widths[digits[space.sites.length + i]!]!] as const),
    ),
  );
  const channels = (tensor: number | undefined): BeforeAfter => {
    const before = graph.tensors[tensor ?? -1]?.shape?.at(-1) ?? 0;
    return { before, after: widthAt.get(tensor ?? -1) ?? before };
  };
  return graph.operators.flatMap(({ kind, inputs, outputs }, operator): ChangedLayer[] => {
    if (!isWeighted({ kind })) return [];
    const option = optionAt.get(operator) ?? STANDARD;
    const [inputChannels, outputChannels] = [channels(inputs[0]), channels(outputs[0])];
    const isResized = [inputChannels, outputChannels].some(({ before, after }) => before !== after);
    if (option === STANDARD && !isResized) return [];
    const [before, after] = [unchanged, digits].map((row) => applier.operatorWeights(operator, row));
    return [
      {
        operator,
        kind,
        ...kernelOf(graph, operator),
        option,
        inputChannels,
        outputChannels,
        parameters: { before: before!.parameters, after: after!.parameters },
        retained: after!.retained,
      },
    ];
  });
};
