import type { Graph, Network, Operator, Tensor } from '../../src/graph/network.js';
import { channelRelation, type ConstantAxes } from '../channels.js';
import type { Digits, Space } from '../space.js';
import { createGroupWidths, type GroupWidths } from './group-widths.js';
import { findSubstitution, STANDARD } from './index.js';
import { elementsOf, parameterInputs, parametersOf, parametersOfReplacement } from './parameters.js';
import { withEntries, withLastEntry, withUnknownValues, type AxisMap } from './resize.js';
import {
  local,
  type Replacement,
  type RetainedEnergy,
  type Substitution,
  type Target,
  type Values,
} from './substitution.js';
import { widthShares, type WidthShares } from './width-energy.js';

export { parametersOf } from './parameters.js';

/** Makes networks and counts of one space from digits. Operators are those of the entry graph, by index. */
export interface Applier {
  /** The network of a design; the original object where nothing changes. Everything that stays is shared. */
  readonly network: (digits: Digits) => Network;
  /** Elements of the weights and biases of convolutions and fully connected operators of a design, shared ones once. */
  readonly parameters: (digits: Digits) => number;
  /** Of one operator, or of what replaces it; weights that operators share count for each. */
  readonly operatorParameters: (operator: number, digits: Digits) => number;
  /**
   * Retained energy of a design: the product over its operators in their order. Weights that operators share count for
   * each.
   */
  readonly energy: (digits: Digits) => RetainedEnergy;
  /**
   * Retained energy of one operator: the share of its weights that lies in kept channels, times that of its
   * substitution. With unknown values, `after` is NaN for a substitution.
   */
  readonly operatorEnergy: (operator: number, digits: Digits) => RetainedEnergy;
}

/** What one operator becomes for one (option, channel counts): either resized constants or a replacement. */
interface Piece {
  readonly resized: readonly { readonly input: number; readonly tensor: Tensor }[];
  readonly newShape?: readonly number[];
  readonly replacement?: Replacement;
  readonly parameters: number;
  /** Worked out when it is first asked for. */
  energy?: RetainedEnergy;
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
  /** Parameters of the unchanged operator. */
  readonly parameters: number;
  readonly pieces: Map<number, Piece>;
  /** Kept shares for all its widths, worked out when they are first asked for. */
  shares?: WidthShares;
}

const WHOLE: RetainedEnergy = { before: 1, after: 1 };

const countReaders = (graph: Graph): Uint32Array => {
  const readers = new Uint32Array(graph.tensors.length);
  for (const operator of graph.operators) for (const t of operator.inputs) if (t >= 0) readers[t]!++;
  for (const t of graph.outputs) readers[t]!++;
  return readers;
};

const slotsOf = (space: Space, widths: GroupWidths): { slots: Slot[]; shared: boolean } => {
  const graph = space.network.graphs[0];
  const siteOf = new Map(space.sites.map(({ site }, s) => [site.operator, s]));
  const readers = countReaders(graph);
  const isConstant = (t: number): boolean => graph.tensors[t]?.constant !== undefined;
  let shared = false;
  const slots = graph.operators.map((operator, index): Slot => {
    const touched = [...operator.inputs, ...operator.outputs].map((t) => widths.groupOf[t] ?? -1);
    const own = parameterInputs(operator, isConstant);
    shared ||= own.some((t) => readers[t]! > 1);
    return {
      operator,
      site: siteOf.get(index) ?? -1,
      groups: [...new Set(touched)].filter((g) => g >= 0),
      constants: channelRelation(operator, graph).constants,
      exclusive: new Set(operator.inputs.slice(1).filter((t) => isConstant(t) && readers[t] === 1)),
      parameters: own.reduce((sum, t) => sum + elementsOf(graph.tensors[t]!), 0),
      pieces: new Map(),
    };
  });
  return { slots, shared };
};

/**
 * Prepares a space: what depends on (operator, option, widths) is worked out once and kept.
 *
 * Narrowing a width group leaves out the channels whose filters hold the least energy; widening pads with zeros.
 * @param values with unknown ones, changed constants of weights have no bytes and nothing is decomposed
 */
export const createApplier = (space: Space, values: Values = 'known'): Applier => {
  const { network } = space;
  const graph = network.graphs[0];
  const substitutions = space.sites.map(({ options }) =>
    options.map((name): Substitution | undefined =>
      name === STANDARD ? undefined : findSubstitution(name)!,
    ),
  );
  const widths = createGroupWidths(space, network);
  const { slots, shared } = slotsOf(space, widths);
  const base = parametersOf(network);

  const substitutionOf = (slot: Slot, digits: Digits): Substitution | undefined =>
    slot.site < 0 ? undefined : substitutions[slot.site]![digits[slot.site]!];

  const resizedConstants = (slot: Slot, digits: Digits, known: Values): Piece['resized'] =>
    slot.constants.flatMap(({ input, axes, role }) => {
      const maps = axes.flatMap(({ axis, follows }): AxisMap[] => {
        const map = widths.map(follows, digits);
        return map === undefined ? [] : [{ axis, map }];
      });
      if (maps.length === 0) return [];
      const tensor = graph.tensors[slot.operator.inputs[input]!]!;
      if (role === 'shape') return [{ input, tensor: withLastEntry(tensor, maps[0]!.map.length) }];
      if (role === 'data') return [{ input, tensor: withEntries(tensor, maps, 'last') }];
      const resized = known === 'known' ? withEntries(tensor, maps, 'zero') : withUnknownValues(tensor, maps);
      return [{ input, tensor: resized }];
    });

  const targetOf = ({ operator }: Slot, digits: Digits, resized: Piece['resized']): Target => {
    const constantAt = (input: number): Tensor | undefined =>
      resized.find((r) => r.input === input)?.tensor ?? graph.tensors[operator.inputs[input] ?? -1];
    return {
      operator,
      ifm: widths.featureMap(operator.inputs[0]!, digits),
      ofm: widths.featureMap(operator.outputs[0]!, digits),
      weights: constantAt(1)!,
      bias: constantAt(2),
    };
  };

  const makePiece = (slot: Slot, digits: Digits): Piece => {
    const { operator } = slot;
    const resized = resizedConstants(slot, digits, values);
    const substitution = substitutionOf(slot, digits);
    if (substitution !== undefined) {
      const replacement = substitution.rewrite(targetOf(slot, digits, resized), values);
      const parameters = parametersOfReplacement(replacement, graph.tensors);
      return { resized: [], replacement, parameters };
    }
    const newShape = operator.options['new_shape'];
    const patch =
      Array.isArray(newShape) && newShape.length > 0 && Number(newShape.at(-1)) > 0
        ? { newShape: (newShape as number[]).with(-1, widths.channels(operator.outputs[0]!, digits)) }
        : {};
    const isConstant = (t: number): boolean => graph.tensors[t]?.constant !== undefined;
    const parameters = parameterInputs(operator, isConstant).reduce((sum, t) => {
      const changed = resized.find((r) => operator.inputs[r.input] === t);
      return sum + elementsOf(changed?.tensor ?? graph.tensors[t]!);
    }, 0);
    return { resized, ...patch, parameters };
  };

  /** The piece of a slot; undefined where the operator stays as it is. */
  const pieceOf = (slot: Slot, digits: Digits): Piece | undefined => {
    let changed = substitutionOf(slot, digits) !== undefined;
    let key = slot.site < 0 ? 0 : digits[slot.site]!;
    for (const g of slot.groups) {
      changed ||= widths.isChanged(g, digits);
      key = key * space.groups[g]!.widths.length + widths.widthDigit(g, digits);
    }
    if (!changed) return undefined;
    let piece = slot.pieces.get(key);
    if (piece === undefined) {
      piece = makePiece(slot, digits);
      slot.pieces.set(key, piece);
    }
    return piece;
  };

  /** Share of the original weights' energy that lies in kept channels. */
  const widthShare = (slot: Slot, digits: Digits): number => {
    const weights = slot.constants.find(({ input, role }) => input === 1 && role === 'weights');
    const axes = (weights?.axes ?? []).filter(({ follows }) => widths.groupOf[follows]! >= 0);
    const narrowed = axes.some(
      ({ follows }) => widths.channels(follows, digits) < graph.tensors[follows]!.shape!.at(-1)!,
    );
    if (!narrowed) return 1;
    const groups = axes.map(({ follows }) => widths.groupOf[follows]!);
    slot.shares ??= widthShares(
      graph.tensors[slot.operator.inputs[1]!]!,
      axes.map(({ axis }, i) => ({
        axis,
        order: widths.order(groups[i]!),
        widths: space.groups[groups[i]!]!.widths,
      })),
    );
    return slot.shares(groups.map((g) => widths.widthDigit(g, digits)));
  };

  const energyOfPiece = (slot: Slot, piece: Piece, digits: Digits): RetainedEnergy => {
    const share = widthShare(slot, digits);
    const substitution = substitutionOf(slot, digits);
    if (substitution === undefined) return { before: share, after: share };
    const known = piece.replacement?.energy;
    const target = (): Target => targetOf(slot, digits, resizedConstants(slot, digits, 'known'));
    return {
      before: share * (known?.before ?? substitution.energy(target())),
      after: share * (known?.after ?? NaN),
    };
  };

  const slotEnergy = (slot: Slot, digits: Digits): RetainedEnergy => {
    const piece = pieceOf(slot, digits);
    return piece === undefined ? WHOLE : (piece.energy ??= energyOfPiece(slot, piece, digits));
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
    widths.place(tensors, digits);
    return { ...network, graphs: [{ ...graph, tensors, operators }, ...network.graphs.slice(1)] };
  };

  const slotParameters = (slot: Slot, digits: Digits): number =>
    pieceOf(slot, digits)?.parameters ?? slot.parameters;

  return {
    network: networkOf,
    parameters: (digits) => {
      if (shared) return parametersOf(networkOf(digits));
      let sum = base;
      for (const slot of slots) sum += slotParameters(slot, digits) - slot.parameters;
      return sum;
    },
    operatorParameters: (operator, digits) => slotParameters(slots[operator]!, digits),
    energy: (digits) => {
      let [before, after] = [1, 1];
      for (const slot of slots) {
        const energy = slotEnergy(slot, digits);
        before *= energy.before;
        after *= energy.after;
      }
      return { before, after };
    },
    operatorEnergy: (operator, digits) => slotEnergy(slots[operator]!, digits),
  };
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
