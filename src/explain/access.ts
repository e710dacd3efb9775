import type { BlockConfig, CostCall } from '../cost/model.js';
import type { CostOp } from '../cost/operation.js';
import { AREAS, type Area } from '../estimate-types.js';
import type { Memory } from '../npu/system.js';
import { MEMORY_INDEX } from '../schedule/figures.js';
import type { LayerFacts } from './facts.js';

/** What an operation keeps a memory busy with. */
export type User = 'ifm' | 'ifm2' | 'ofm' | 'scratch' | 'weights' | 'weight copy' | 'scales';

/** Bytes on the bus of one memory, waste of short bursts and repeated passes included. */
export interface Use {
  readonly area: Area;
  readonly memory: Memory;
  readonly user: User;
  readonly bytes: number;
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

/** What the access cycles of a variant's memories are made of (reference 02 §4.3), most bytes first. */
export function usesOf(
  { machine: { model, system }, entry }: LayerFacts,
  { op, config, call, weightRatio, scaleRatio }: Variant,
): readonly Use[] {
  const uses: Use[] = [];
  const use = (memory: Memory, user: User, bytes: number): void => {
    if (bytes > 0) uses.push({ area: AREAS[MEMORY_INDEX[memory.name]]!, memory, user, bytes });
  };
  const elements = model.elements(op, config, call);
  const { ifmMemory, ifm2Memory, ofmMemory, scratchMemory } = call;
  const bytes = model.bytes(op, config, elements, ifmMemory, ifm2Memory, ofmMemory);
  use(ifmMemory, 'ifm', bytes.ifm);
  use(ifm2Memory, 'ifm2', bytes.ifm2);
  use(ofmMemory, 'ofm', bytes.ofm);
  use(scratchMemory, 'scratch', bytes.scratch);
  const encoding = entry.slices?.encoding;
  if (encoding !== undefined) {
    const { buffer } = entry;
    const weights = encoding.weightBytes * weightRatio;
    use(buffer === undefined ? system.constants : system.staging, 'weights', weights * elements.passes);
    use(system.constants, 'scales', encoding.scaleBytes * scaleRatio * elements.passes);
    if (buffer !== undefined) {
      const early = buffer.prebuffered ? encoding.rangeBytes[0]! * weightRatio : 0;
      use(system.constants, 'weight copy', weights - early);
      use(system.staging, 'weight copy', weights - early);
    }
  }
  return uses.sort((a, b) => b.bytes - a.bytes);
}

/** Access cycles of each memory that is used. */
export function accessCyclesOf(facts: LayerFacts, uses: readonly Use[]): ReadonlyMap<Area, number> {
  const bytes = new Map<Area, { memory: Memory; sum: number }>();
  for (const { area, memory, bytes: n } of uses) {
    bytes.set(area, { memory, sum: (bytes.get(area)?.sum ?? 0) + n });
  }
  return new Map(
    [...bytes].map(([area, { memory, sum }]) => [area, facts.machine.model.accessCycles(memory, sum)]),
  );
}
