import { CHANNEL, GROUP, type Channel, type Group } from '../cost/channels.js';
import type { BlockConfig } from '../cost/model.js';
import type { Memory } from '../npu/system.js';
import type { Machine } from './machine.js';

/** What a transfer of weights is for: reading them, copying them to their buffer, reading scales. */
export type WeightRole = 'weights' | 'weight copy' | 'scales';

/** Bytes of weights or scales that keep a memory busy. */
export interface WeightTransfer {
  readonly role: WeightRole;
  readonly memory: Memory;
  readonly channel: Channel;
  readonly group: Group;
  readonly bytes: number;
}

/** Encoded sizes of an operation, and where its weights are when it runs. */
export interface StagedWeights {
  readonly weightBytes: number;
  readonly scaleBytes: number;
  /** In a buffer in the staging memory, rather than where the constants are. */
  readonly buffered: boolean;
  /** Copied while the operation before runs. */
  readonly earlyBytes: number;
}

/** Transfers of weights and scales while an operation runs; docs/model/scheduling.md#access-cycles. */
export function weightTransfers(
  { model, system: { constants, staging } }: Machine,
  config: BlockConfig,
  passes: number,
  { weightBytes, scaleBytes, buffered, earlyBytes }: StagedWeights,
): readonly WeightTransfer[] {
  const { weight, scale } = GROUP;
  const weights = passes * weightBytes;
  const scales: WeightTransfer = {
    role: 'scales',
    memory: constants,
    channel: CHANNEL.scale,
    group: scale,
    bytes: passes * scaleBytes,
  };
  if (!buffered) {
    const channel = CHANNEL.weight;
    return [{ role: 'weights', memory: constants, channel, group: weight, bytes: weights }, scales];
  }
  const channel = model.stagedWeightChannel(config);
  const copy = { role: 'weight copy', group: weight, bytes: Math.max(weightBytes - earlyBytes, 0) } as const;
  return [
    { role: 'weights', memory: staging, channel, group: weight, bytes: weights },
    scales,
    { ...copy, memory: constants, channel: CHANNEL.memoryToMemory },
    { ...copy, memory: staging, channel: CHANNEL.write },
  ];
}
