import type { Graph, Network, Operator, Tensor } from '../../src/graph/network.js';
import { channelRelation, type ConstantAxes } from '../channels.js';
import type { Digits, Space } from '../space.js';
import { STANDARD, findSubstitution } from './index.js';
import { withChannels, withChannelValues, withLastEntry, withUnknownValues } from './resize.js';
import { local, type Replacement, type Substitution } from './substitution.js';

/** Makes networks and counts of one space from digits. */
export interface Applier {
  /** The network of a design; the original object where nothing changes. Everything that stays is shared. */
  readonly network: (digits: Digits) => Network;
  /** Elements of the weights and biases of convolutions and fully connected operators of a design. */
  readonly parameters: (digits: Digits) => number;
}

/** What one operator becomes for one (option, channel counts): either resized constants or a replacement. */
interface Piece {
  readonly resized: readonly { readonly input: number; readonly tensor: Tensor }[];
  readonly newShape?: readonly number[];
  readonly replacement?: Replacement;
  readonly parameters: number;
}

/** An operator with all that its pieces depend on. */
interface Slot {
  readonly operator: Operator;
  /** Position of its site in the space; −1 for none. */
  readonly site: number;
  /** Positions in the space of the width groups it touches. */
  readonly groups: readonly number[];
  readonly constants: readonly ConstantAxes[];
  /** Constant tensors that only this operator uses: their indices may be given to what replaces them. */
  readonly exclusive: ReadonlySet<number>;
  readonly pieces: Map<number, Piece>;
}

const WEIGHTED: ReadonlySet<string> = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED']);

const elementsOf = (tensor: Tensor): number => tensor.shape?.reduce((n, d) => n * d, 1) ?? 0;

const constantInputs = (operator: Operator, tensors: readonly Tensor[]): number[] =>
  WEIGHTED.has(operator.kind)
    ? operator.inputs.slice(1, 3).filter((t) => tensors[t]?.constant !== undefined)
    : [];

/** Weights and biases (elements) of the convolutions and fully connected operators of the entry graph, shared ones once. */
export const parametersOf = (network: Network): number => {
  const { operators, tensors } = network.graphs[0];
  const counted = new Set(operators.flatMap((operator) => constantInputs(operator, tensors)));
  return [...counted].reduce((sum, t) => sum + elementsOf(tensors[t]!), 0);
};

const countReaders = (graph: Graph): Uint32Array => {
  const readers = new Uint32Array(graph.tensors.length);
  for (const operator of graph.operators) for (const t of operator.inputs) if (t >= 0) readers[t]!++;
  for (const t of graph.outputs) readers[t]!++;
  return readers;
};

const resizeConstant = (tensor: Tensor, { axes, role }: ConstantAxes, counts: readonly number[]): Tensor => {
  if (role === 'shape') return withLastEntry(tensor, counts[0]!);
  if (role === 'data') return withChannelValues(tensor, counts[0]!);
  return withUnknownValues(
    tensor,
    axes.map(({ axis }, i) => [axis, counts[i]!] as const),
  );
};

/** Prepares a space: what depends on (operator, option, widths) is worked out once and kept. */
export const createApplier = (space: Space): Applier => {
  const { network } = space;
  const graph = network.graphs[0];
  const siteCount = space.sites.length;
  const groupOf = new Int32Array(graph.tensors.length).fill(-1);
  space.groups.forEach(({ group }, g) => group.tensors.forEach((t) => (groupOf[t] = g)));
  const siteOf = new Map(space.sites.map(({ site }, s) => [site.operator, s]));
  const substitutions = space.sites.map(({ options }) =>
    options.map((name): Substitution | undefined =>
      name === STANDARD ? undefined : findSubstitution(name)!,
    ),
  );
  const readers = countReaders(graph);
  const slots = graph.operators.map((operator, index): Slot => {
    const touched = [...operator.inputs, ...operator.outputs].map((t) => groupOf[t] ?? -1);
    const constants = channelRelation(operator, graph).constants;
    return {
      operator,
      site: siteOf.get(index) ?? -1,
      groups: [...new Set(touched)].filter((g) => g >= 0),
      constants,
      exclusive: new Set(
        operator.inputs.slice(1).filter((t) => graph.tensors[t]?.constant !== undefined && readers[t] === 1),
      ),
      pieces: new Map(),
    };
  });
  const base = parametersOf(network);
  const standing = slots.map(({ operator }) =>
    constantInputs(operator, graph.tensors).reduce((sum, t) => sum + elementsOf(graph.tensors[t]!), 0),
  );
  const shared = graph.operators.some((operator) =>
    constantInputs(operator, graph.tensors).some((t) => readers[t]! > 1),
  );
  const featureMaps = space.groups.map(({ group, widths }) =>
    widths.map((width) =>
      width === group.channels ? undefined : group.tensors.map((t) => withChannels(graph.tensors[t]!, width)),
    ),
  );

  const widthDigit = (digits: Digits, group: number): number => digits[siteCount + group]!;
  const channelsIn = (digits: Digits, tensor: number): number => {
    const g = groupOf[tensor]!;
    return g < 0 ? graph.tensors[tensor]!.shape!.at(-1)! : space.groups[g]!.widths[widthDigit(digits, g)]!;
  };
  const resizedMap = (digits: Digits, tensor: number): Tensor => {
    const g = groupOf[tensor]!;
    const changed = g < 0 ? undefined : featureMaps[g]![widthDigit(digits, g)];
    return changed?.[space.groups[g]!.group.tensors.indexOf(tensor)] ?? graph.tensors[tensor]!;
  };

  const makePiece = (slot: Slot, digits: Digits, substitution: Substitution | undefined): Piece => {
    const { operator } = slot;
    const resized = slot.constants.flatMap((constant) => {
      const counts = constant.axes.map(({ follows }) => channelsIn(digits, follows));
      const same = constant.axes.every(
        ({ follows }, i) => counts[i] === graph.tensors[follows]!.shape!.at(-1),
      );
      if (same) return [];
      const tensor = graph.tensors[operator.inputs[constant.input]!]!;
      return [{ input: constant.input, tensor: resizeConstant(tensor, constant, counts) }];
    });
    if (substitution === undefined) {
      const newShape = operator.options['new_shape'];
      const last = channelsIn(digits, operator.outputs[0]!);
      const patch =
        Array.isArray(newShape) && newShape.length > 0 && Number(newShape.at(-1)) > 0
          ? { newShape: (newShape as number[]).with(-1, last) }
          : {};
      const parameters = constantInputs(operator, graph.tensors).reduce((sum, t) => {
        const changed = resized.find((r) => operator.inputs[r.input] === t);
        return sum + elementsOf(changed?.tensor ?? graph.tensors[t]!);
      }, 0);
      return { resized, ...patch, parameters };
    }
    const constantAt = (input: number): Tensor | undefined =>
      resized.find((r) => r.input === input)?.tensor ?? graph.tensors[operator.inputs[input] ?? -1];
    const replacement = substitution.rewrite({
      operator,
      ifm: resizedMap(digits, operator.inputs[0]!),
      ofm: resizedMap(digits, operator.outputs[0]!),
      weights: constantAt(1)!,
      bias: constantAt(2),
    });
    const parameters = replacement.operators.reduce(
      (sum, op) =>
        sum +
        op.inputs
          .slice(1, 3)
          .reduce((n, t) => n + (t < -1 ? elementsOf(replacement.tensors[local(t)]!) : 0), 0),
      0,
    );
    return { resized: [], replacement, parameters };
  };

  /** The piece of a slot; undefined where the operator stays as it is. */
  const pieceOf = (slot: Slot, digits: Digits): Piece | undefined => {
    const siteDigit = slot.site < 0 ? 0 : digits[slot.site]!;
    const substitution = slot.site < 0 ? undefined : substitutions[slot.site]![siteDigit];
    let changed = substitution !== undefined;
    let key = siteDigit;
    for (const g of slot.groups) {
      const digit = widthDigit(digits, g);
      changed ||= featureMaps[g]![digit] !== undefined;
      key = key * space.groups[g]!.widths.length + digit;
    }
    if (!changed) return undefined;
    let piece = slot.pieces.get(key);
    if (piece === undefined) {
      piece = makePiece(slot, digits, substitution);
      slot.pieces.set(key, piece);
    }
    return piece;
  };

  const networkOf = (digits: Digits): Network => {
    const tensors = graph.tensors.slice();
    const operators: Operator[] = [];
    let changed = false;
    for (const slot of slots) {
      const piece = pieceOf(slot, digits);
      if (piece === undefined) {
        operators.push(slot.operator);
        continue;
      }
      changed = true;
      if (piece.replacement === undefined) operators.push(resize(slot, piece, tensors));
      else place(slot, piece.replacement, tensors, operators);
    }
    if (!changed) return network;
    for (let g = 0; g < featureMaps.length; g++) {
      const maps = featureMaps[g]![widthDigit(digits, g)];
      if (maps === undefined) continue;
      const indices = space.groups[g]!.group.tensors;
      for (let i = 0; i < maps.length; i++) tensors[indices[i]!] = maps[i]!;
    }
    return { ...network, graphs: [{ ...graph, tensors, operators }, ...network.graphs.slice(1)] };
  };

  const parameters = (digits: Digits): number => {
    if (shared) return parametersOf(networkOf(digits));
    let sum = base;
    for (let i = 0; i < slots.length; i++) {
      const piece = pieceOf(slots[i]!, digits);
      if (piece !== undefined) sum += piece.parameters - standing[i]!;
    }
    return sum;
  };
  return { network: networkOf, parameters };
};

/** The operator with its resized constants, which keep their places where nothing else uses them. */
const resize = (slot: Slot, piece: Piece, tensors: Tensor[]): Operator => {
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
const place = (slot: Slot, replacement: Replacement, tensors: Tensor[], operators: Operator[]): void => {
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
