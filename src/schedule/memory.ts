import { roundUp } from '../cost/integers.js';
import type { System } from '../npu/system.js';
import { allocate } from './allocate.js';
import { liveRanges } from './liveness.js';
import { AREA } from './machine.js';
import type { Program } from './program.js';
import type { Scheduled } from './schedule.js';

const ALIGNMENT = 16;

/** Bytes allocated; reference 04 section 9. */
export interface MemoryUse {
  /** Feature maps; without spilling also weight buffers. */
  readonly featureMaps: number;
  /** Staging memory of its own, 0 unless the mode spills. */
  readonly staging: number;
  readonly constants: number;
}

/** Bytes of everything read-only: encoded weights, constant feature maps and tables, each content once. */
function constantBytes(program: Program, { schedule }: Scheduled): number {
  const seen = new Set<unknown>();
  let bytes = 0;
  const add = (key: unknown, size: number): void => {
    if (seen.has(key)) return;
    seen.add(key);
    bytes += roundUp(size, ALIGNMENT);
  };
  program.ops.forEach((op, i) => {
    const encoding = schedule[i]!.slices?.encoding;
    if (encoding !== undefined) add(encoding, encoding.allocatedBytes);
    for (const id of [...op.ifms, ...op.chainedIfms]) {
      const tensor = program.tensors[id]!;
      if (tensor.constant && op.lowered.target === 'NPU') add(tensor.contentKey, tensor.bytes);
    }
    for (const table of op.tables) add(table.key, table.bytes);
  });
  return bytes;
}

/** Bytes that each area of the program takes under that schedule. */
export function memoryUse(system: System, program: Program, scheduled: Scheduled): MemoryUse {
  const { schedule, placement, bufferOwner } = scheduled;
  const size = (target: number, limit?: number): number =>
    allocate(liveRanges(program, schedule, placement, target, false, bufferOwner), ALIGNMENT, limit);
  return {
    featureMaps: size(AREA.featureMaps),
    staging: system.spilling ? size(AREA.staging, system.arenaCacheSize) : 0,
    constants: constantBytes(program, scheduled),
  };
}
