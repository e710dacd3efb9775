import { ACCESS_SLOTS, accessSlot, GROUP, type Channel, type Group } from '../cost/channels.js';
import type { BlockConfig, CostCall, FeatureMapTransfer } from '../cost/model.js';
import type { CostOp } from '../cost/operation.js';
import { AREAS, type Area } from '../estimate/types.js';
import type { Memory } from '../npu/system.js';
import { MEMORY_INDEX } from '../schedule/figures.js';
import { weightTransfers, type WeightRole } from '../schedule/weight-transfers.js';
import type { LayerFacts } from './facts.js';

/** What an operation keeps a memory busy with. */
export type User = FeatureMapTransfer['role'] | WeightRole;

/** Bytes on the bus of one memory, waste of short bursts and repeated passes included. */
export interface Use {
  readonly area: Area;
  readonly memory: Memory;
  readonly user: User;
  readonly bytes: number;
  /** How they are counted; see `accessSlot`. */
  readonly slot: number;
}

/** A variant of an operation: what it is compared with is the operation as it stands. */
export interface Variant {
  readonly op: CostOp;
  readonly config: BlockConfig;
  readonly call: CostCall;
  /** Size of weights and scales relative to those of the operation as it stands. */
  readonly weightRatio: number;
  readonly scaleRatio: number;
}

/** The operation as it stands. */
export const unchanged = ({ cost, config, call }: LayerFacts): Variant => ({
  op: cost,
  config,
  call,
  weightRatio: 1,
  scaleRatio: 1,
});

/**
 * What the access cycles of a variant's memories are made of (docs/model/scheduling.md#access-cycles), most bytes
 * first.
 */
export function usesOf(
  { machine, entry, places }: LayerFacts,
  { op, config, call, weightRatio, scaleRatio }: Variant,
): readonly Use[] {
  const { model } = machine;
  const uses: Use[] = [];
  const use = (memory: Memory, user: User, bytes: number, channel: Channel, group: Group): void => {
    const slot = accessSlot(channel, group);
    if (bytes > 0) uses.push({ area: AREAS[MEMORY_INDEX[memory.name]]!, memory, user, bytes, slot });
  };
  const elements = model.elements(op, config, call);
  for (const { role, memory, bytes, channel } of model.transfers(op, config, elements, places)) {
    use(memory, role, bytes, channel, GROUP.featureMap);
  }
  const encoding = entry.slices?.encoding;
  if (encoding !== undefined) {
    const staged = {
      weightBytes: encoding.weightBytes * weightRatio,
      scaleBytes: encoding.scaleBytes * scaleRatio,
      buffered: entry.buffer !== undefined,
      earlyBytes: entry.buffer?.prebuffered === true ? encoding.rangeBytes[0]! * weightRatio : 0,
    };
    for (const transfer of weightTransfers(machine, config, elements.passes, staged)) {
      const { role, memory, bytes, channel, group } = transfer;
      use(memory, role, bytes, channel, group);
    }
  }
  return uses.sort((a, b) => b.bytes - a.bytes);
}

/** Access cycles of each memory that is used. */
export function accessCyclesOf(facts: LayerFacts, uses: readonly Use[]): ReadonlyMap<Area, number> {
  const bytes = new Map<Area, { memory: Memory; slots: Float64Array }>();
  for (const { area, memory, bytes: n, slot } of uses) {
    const slots = bytes.get(area)?.slots ?? new Float64Array(ACCESS_SLOTS);
    slots[slot]! += n;
    bytes.set(area, { memory, slots });
  }
  const { model } = facts.machine;
  return new Map([...bytes].map(([area, { memory, slots }]) => [area, model.accessCycles(memory, slots, 0)]));
}
