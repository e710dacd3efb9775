import type { Graph, Network, Tensor } from '../../src/graph/network.js';
import { once } from '../../src/lazy.js';
import type { Digits, Space } from '../space/space.js';
import { channelMap, keepingOrder, type ChannelMap } from './kept-channels.js';
import { withChannels } from './resize.js';
import type { WidthGroup } from '../space/width-groups.js';

/** The width groups of a space, asked by tensors of the entry graph. */
export interface GroupWidths {
  /** Position in the space of the group that a feature map belongs to; −1 for none. */
  readonly groupOf: Int32Array;
  /** Whether the group has another number of channels than the original. */
  readonly isChanged: (group: number, digits: Digits) => boolean;
  readonly widthDigit: (group: number, digits: Digits) => number;
  /** Channels of a feature map in a design. */
  readonly channels: (tensor: number, digits: Digits) => number;
  /** Where a feature map's channels come from; undefined where they stay. */
  readonly map: (tensor: number, digits: Digits) => ChannelMap | undefined;
  /** The group's channels in the order in which they are kept. */
  readonly order: (group: number) => Int32Array;
  /** A feature map of a design. */
  readonly featureMap: (tensor: number, digits: Digits) => Tensor;
  /** Puts the changed feature maps of a design into a list of the entry graph's tensors. */
  readonly place: (tensors: Tensor[], digits: Digits) => void;
}

interface Changed {
  readonly map: ChannelMap;
  /** The group's feature maps, in its order. */
  readonly featureMaps: readonly Tensor[];
}

/** Channels of a width group in the order in which they are kept. */
export type OrderOf = (group: WidthGroup, graph: Graph) => Int32Array;

/** Computes the orders of a space's width groups when they are first asked for. */
export const createGroupWidths = (
  space: Pick<Space, 'sites' | 'groups'>,
  network: Network,
  orderOf: OrderOf = keepingOrder,
): GroupWidths => {
  const graph = network.graphs[0];
  const siteCount = space.sites.length;
  const groupOf = new Int32Array(graph.tensors.length).fill(-1);
  space.groups.forEach(({ group }, g) => group.tensors.forEach((t) => (groupOf[t] = g)));
  const orders = space.groups.map(({ group }) => once(() => orderOf(group, graph)));
  const changes = space.groups.map(({ group, widths }, g) =>
    widths.map((width): (() => Changed) | undefined =>
      width === group.channels
        ? undefined
        : once(() => {
            const map = channelMap(orders[g]!(), width);
            return { map, featureMaps: group.tensors.map((t) => withChannels(graph.tensors[t]!, map)) };
          }),
    ),
  );
  const widthDigit = (group: number, digits: Digits): number => digits[siteCount + group]!;
  const changed = (tensor: number, digits: Digits): (() => Changed) | undefined => {
    const g = groupOf[tensor] ?? -1;
    return g < 0 ? undefined : changes[g]![widthDigit(g, digits)];
  };
  return {
    groupOf,
    widthDigit,
    isChanged: (group, digits) => changes[group]![widthDigit(group, digits)] !== undefined,
    channels: (tensor, digits) => {
      const g = groupOf[tensor] ?? -1;
      return g < 0 ? graph.tensors[tensor]!.shape!.at(-1)! : space.groups[g]!.widths[widthDigit(g, digits)]!;
    },
    map: (tensor, digits) => changed(tensor, digits)?.().map,
    order: (group) => orders[group]!(),
    featureMap: (tensor, digits) => {
      const { tensors } = space.groups[groupOf[tensor] ?? -1]?.group ?? {};
      return changed(tensor, digits)?.().featureMaps[tensors!.indexOf(tensor)] ?? graph.tensors[tensor]!;
    },
    place: (tensors, digits) => {
      space.groups.forEach(({ group }, g) => {
        const maps = changes[g]![widthDigit(g, digits)]?.().featureMaps;
        if (maps !== undefined) group.tensors.forEach((t, i) => (tensors[t] = maps[i]!));
      });
    },
  };
};
