/**
 * Channels between the NPU and a memory. Only Ethos-U85 gives them bandwidths of their own
 * (docs/model/cycles-u85.md#channel-bandwidth).
 */
export const CHANNEL = {
  memoryToMemory: 0,
  ifmStream: 1,
  weight: 2,
  fastWeight: 3,
  ifm: 4,
  scale: 5,
  write: 6,
} as const;
export type Channel = (typeof CHANNEL)[keyof typeof CHANNEL];
export const CHANNELS = 7;

/** What is moved, as far as access cycles tell it apart. */
export const GROUP = { featureMap: 0, weight: 1, scale: 2 } as const;
export type Group = (typeof GROUP)[keyof typeof GROUP];
export const GROUPS = 3;

/** Length of the array in which the bytes moved to or from one memory are collected. */
export const ACCESS_SLOTS = CHANNELS * GROUPS;

/** Index into such an array. */
export const accessSlot = (channel: Channel, group: Group): number => channel * GROUPS + group;
