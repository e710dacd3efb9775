import type { Graph, Operator, Tensor } from '../../src/graph/network.js';
import { channelRelation, type ConstantAxes } from '../space/channel-rules.js';
import type { Space } from '../space/space.js';
import type { GroupWidths } from './group-widths.js';
import { countParameters, parameterInputs } from './parameters.js';
import { local, type Replacement, type RetainedWeights } from '../substitute/substitution.js';
import type { WidthShares } from './width-shares.js';

/** What one operator becomes for one (option, channel counts): either resized constants or a replacement. */
export interface Piece {
  readonly resized: readonly { readonly input: number; readonly tensor: Tensor }[];
  readonly newShape?: readonly number[];
  readonly replacement?: Replacement;
  readonly parameters: number;
  /** Worked out when it is first asked for. */
  retained?: RetainedWeights;
}

/** An operator with all that its pieces depend on. */
export interface Slot {
  readonly operator: Operator;
  /** Position of its site in the space; −1 for none. */
  readonly site: number;
  /** Positions in the space of the width groups it touches. */
  readonly groups: readonly number[];
  readonly constants: readonly ConstantAxes[];
  /** Constant tensors that only this operator uses: their indices may be given to what replaces them. */
  readonly exclusive: ReadonlySet<number>;
  /** Parameters of the unchanged operator. */
  readonly parameters: number;
  readonly pieces: Map<number, Piece>;
  /** Kept shares for all its widths, computed when they are first asked for. */
  shares?: WidthShares;
  /** Retained weights of its options without values, by widths. */
  readonly decomposed: Map<number, readonly number[]>;
}

const countReaders = (graph: Graph): Uint32Array => {
  const readers = new Uint32Array(graph.tensors.length);
  for (const operator of graph.operators) for (const t of operator.inputs) if (t >= 0) readers[t]!++;
  for (const t of graph.outputs) readers[t]!++;
  return readers;
};

/**
 * The operators of a space's network.
 * @returns also whether operators share weights or biases
 */
export const slotsOf = (space: Space, widths: GroupWidths): { slots: Slot[]; shared: boolean } => {
  const graph = space.network.graphs[0];
  const siteOf = new Map(space.sites.map(({ site }, s) => [site.operator, s]));
  const readers = countReaders(graph);
  const tensorAt = (t: number): Tensor | undefined => graph.tensors[t];
  let shared = false;
  const slots = graph.operators.map((operator, index): Slot => {
    const touched = [...operator.inputs, ...operator.outputs].map((t) => widths.groupOf[t] ?? -1);
    shared ||= parameterInputs(operator, tensorAt).some((t) => readers[t]! > 1);
    return {
      operator,
      site: siteOf.get(index) ?? -1,
      groups: [...new Set(touched)].filter((g) => g >= 0),
      constants: channelRelation(operator, graph).constants,
      exclusive: new Set(
        operator.inputs.slice(1).filter((t) => tensorAt(t)?.constant !== undefined && readers[t] === 1),
      ),
      parameters: countParameters([operator], tensorAt),
      pieces: new Map(),
      decomposed: new Map(),
    };
  });
  return { slots, shared };
};

/** The operator with its resized constants, which keep their places where nothing else uses them. */
export const resize = (slot: Slot, piece: Piece, tensors: Tensor[]): Operator => {
  const { operator } = slot;
  let inputs: number[] | undefined;
  for (const { input, tensor } of piece.resized) {
    const index = operator.inputs[input]!;
    if (slot.exclusive.has(index)) {
      tensors[index] = tensor;
    } else {
      inputs ??= operator.inputs.slice();
      inputs[input] = tensors.push(tensor) - 1;
    }
  }
  if (inputs === undefined && piece.newShape === undefined) return operator;
  const options =
    piece.newShape === undefined ? operator.options : { ...operator.options, new_shape: piece.newShape };
  return { ...operator, inputs: inputs ?? operator.inputs, options };
};

/** Appends a replacement's operators; its tensors take the places of the constants that it frees, then new ones. */
export const place = (
  slot: Slot,
  replacement: Replacement,
  tensors: Tensor[],
  operators: Operator[],
): void => {
  const free = [...slot.exclusive];
  const index = replacement.tensors.map((tensor, i) => {
    const t = free[i];
    if (t === undefined) return tensors.push(tensor) - 1;
    tensors[t] = tensor;
    return t;
  });
  const resolve = (t: number): number => (t < -1 ? index[local(t)]! : t);
  for (const operator of replacement.operators) {
    operators.push({
      ...operator,
      inputs: operator.inputs.map(resolve),
      outputs: operator.outputs.map(resolve),
    });
  }
};
