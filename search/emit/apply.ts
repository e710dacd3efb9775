import type { Network, Operator, Tensor } from '../../src/graph/network.js';
import type { WeightFigures } from '../metrics.js';
import { weightsAmong } from '../space/channel-rules.js';
import type { Digits, Space } from '../space/space.js';
import { noiseOf } from './choice-noise.js';
import { createGroupWidths, type OrderOf } from './group-widths.js';
import type { ChannelMap } from './kept-channels.js';
import { findSubstitution, STANDARD } from '../substitute/index.js';
import { countParameters, parametersOf } from './parameters.js';
import { place, resize, slotsOf, type Piece, type Slot } from './pieces.js';
import { withEntries, withLastEntry, withUnknownValues, type AxisMap } from './resize.js';
import {
  local,
  WHOLE_RETAINED,
  type RetainedWeights,
  type Substitution,
  type Target,
  type Values,
} from '../substitute/substitution.js';
import { resizedStatistics } from './weight-statistics.js';
import { widthShares } from './width-shares.js';

export { parametersOf } from './parameters.js';

/** Makes networks and counts of one space from digits. Operators are those of the entry graph, by index. */
export interface Applier {
  /** The network of a design; the original object where nothing changes. Everything that stays is shared. */
  readonly network: (digits: Digits) => Network;
  /** What the weights of a design say; parameters that operators share count once. */
  readonly weights: (digits: Digits) => WeightFigures;
  /**
   * What those of one operator say, or of what replaces it; parameters that operators share count for each. The share of
   * its weights that is retained is that in kept channels times that of its substitution; with unknown values, what is
   * left of it `after` quantising is NaN for a substitution. A width group's noise counts at its first operator.
   */
  readonly operatorWeights: (operator: number, digits: Digits) => WeightFigures;
  /** Elements of the weights and biases of convolutions and fully connected operators of a design, shared ones once. */
  readonly parameters: (digits: Digits) => number;
  /**
   * Retained weights of a design: the product over its operators in their order. Weights that operators share count for
   * each.
   */
  readonly retained: (digits: Digits) => RetainedWeights;
  /** Operators share weights or biases. */
  readonly sharesParameters: boolean;
  /** An operator with weights as substitutions see it: with the widths of a design, and known values. */
  readonly target: (operator: number, digits: Digits) => Target;
  /** Where a feature map's channels come from; undefined where they stay. */
  readonly channelMap: (tensor: number, digits: Digits) => ChannelMap | undefined;
  /** Channels of a width group of the space, in the order in which they are kept. */
  readonly order: (group: number) => Int32Array;
}

/** What an applier does differently. */
export interface ApplierOptions {
  /** The channels of a width group in the order in which they are kept; by falling norm if not given. */
  readonly order?: OrderOf;
  /** Values of the weights of substitutions, where they are to be others than those of resized layers. */
  readonly replacements?: Values;
}

/**
 * Prepares a space: what depends on (operator, option, widths) is computed once and kept.
 *
 * Narrowing a width group leaves out the channels whose filters have the smallest norms; widening pads with zeros.
 * @param values with unknown ones, changed constants of weights have no bytes and nothing is decomposed
 */
export const createApplier = (
  space: Space,
  values: Values = 'known',
  { order, replacements = values }: ApplierOptions = {},
): Applier => {
  const { network } = space;
  const graph = network.graphs[0];
  const substitutions = space.sites.map(({ options }) =>
    options.map((name): Substitution | undefined =>
      name === STANDARD ? undefined : findSubstitution(name)!,
    ),
  );
  const widths = createGroupWidths(space, network, order);
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
      if (known === 'known') return [{ input, tensor: withEntries(tensor, maps, 'zero') }];
      const statistics = input === 1 ? resizedStatistics(slot.operator, tensor, maps) : undefined;
      return [{ input, tensor: withUnknownValues(tensor, maps, statistics) }];
    });

  /** Number of a slot's widths, after that of something else. */
  const widthsKey = (slot: Slot, digits: Digits, before = 0): number => {
    let key = before;
    for (const g of slot.groups) key = key * space.groups[g]!.widths.length + widths.widthDigit(g, digits);
    return key;
  };

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
      const replacement = substitution.rewrite(targetOf(slot, digits, resized), replacements);
      const tensorAt = (t: number): Tensor | undefined =>
        t < -1 ? replacement.tensors[local(t)] : graph.tensors[t];
      return { resized: [], replacement, parameters: countParameters(replacement.operators, tensorAt) };
    }
    const newShape = operator.options['new_shape'];
    const patch =
      Array.isArray(newShape) && newShape.length > 0 && Number(newShape.at(-1)) > 0
        ? { newShape: (newShape as number[]).with(-1, widths.channels(operator.outputs[0]!, digits)) }
        : {};
    const parameters = countParameters(
      [operator],
      (t) => resized.find((r) => operator.inputs[r.input] === t)?.tensor ?? graph.tensors[t],
    );
    return { resized, ...patch, parameters };
  };

  /** The piece of a slot; undefined where the operator stays as it is. */
  const pieceOf = (slot: Slot, digits: Digits): Piece | undefined => {
    let changed = substitutionOf(slot, digits) !== undefined;
    for (const g of slot.groups) changed ||= widths.isChanged(g, digits);
    if (!changed) return undefined;
    const key = widthsKey(slot, digits, slot.site < 0 ? 0 : digits[slot.site]!);
    let piece = slot.pieces.get(key);
    if (piece === undefined) {
      piece = makePiece(slot, digits);
      slot.pieces.set(key, piece);
    }
    return piece;
  };

  /** Share of the original weights that lies in kept channels. */
  const widthShare = (slot: Slot, digits: Digits): number => {
    const axes = (weightsAmong(slot.constants)?.axes ?? []).filter(
      ({ follows }) => widths.groupOf[follows]! >= 0,
    );
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

  /** Retained weights of a slot's option from its weights; options have decompositions in common, so all are asked at once. */
  const decomposedShare = (slot: Slot, digits: Digits): number => {
    const key = widthsKey(slot, digits);
    let shares = slot.decomposed.get(key);
    if (shares === undefined) {
      const target = targetOf(slot, digits, resizedConstants(slot, digits, 'known'));
      shares = substitutions[slot.site]!.map((substitution) => substitution?.retained(target) ?? 1);
      slot.decomposed.set(key, shares);
    }
    return shares[digits[slot.site]!]!;
  };

  const retainedOfPiece = (slot: Slot, piece: Piece, digits: Digits): RetainedWeights => {
    const share = widthShare(slot, digits);
    if (piece.replacement === undefined) return { before: share, after: share };
    const known = piece.replacement.retained;
    return {
      before: share * (known?.before ?? decomposedShare(slot, digits)),
      after: share * (known?.after ?? NaN),
    };
  };

  const slotRetained = (slot: Slot, digits: Digits): RetainedWeights => {
    const piece = pieceOf(slot, digits);
    return piece === undefined ? WHOLE_RETAINED : (piece.retained ??= retainedOfPiece(slot, piece, digits));
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

  const parameters = (digits: Digits): number => {
    if (shared) return parametersOf(networkOf(digits));
    let sum = base;
    for (const slot of slots) sum += slotParameters(slot, digits) - slot.parameters;
    return sum;
  };
  const retainedOf = (digits: Digits): RetainedWeights => {
    let [before, after] = [1, 1];
    for (const slot of slots) {
      const retained = slotRetained(slot, digits);
      before *= retained.before;
      after *= retained.after;
    }
    return { before, after };
  };
  const noise = noiseOf(space);

  return {
    network: networkOf,
    weights: (digits) => ({
      parameters: parameters(digits),
      retained: retainedOf(digits),
      noise: noise.all(digits),
    }),
    operatorWeights: (operator, digits) => ({
      parameters: slotParameters(slots[operator]!, digits),
      retained: slotRetained(slots[operator]!, digits),
      noise: noise.at(operator, digits),
    }),
    parameters,
    retained: retainedOf,
    sharesParameters: shared,
    target: (operator, digits) => {
      const slot = slots[operator]!;
      return targetOf(slot, digits, resizedConstants(slot, digits, 'known'));
    },
    channelMap: widths.map,
    order: widths.order,
  };
};

const known = new WeakMap<Space, Applier>();

/** The applier of a space, with known values; kept for as long as the space. */
export const applierOf = (space: Space): Applier => {
  const applier = known.get(space) ?? createApplier(space);
  known.set(space, applier);
  return applier;
};
