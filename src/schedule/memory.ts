import { roundUp } from '../cost/integers.js';
import type { System } from '../npu/system.js';
import { allocate } from './allocate.js';
import { encodedTensorsOfAll, LARGEST_COMPARED } from './encoded-tensors.js';
import { liveRanges } from './liveness.js';
import { AREA, type Machine } from './machine.js';
import type { Program, ProgramOp, ProgramTensor } from './program.js';
import type { Scheduled } from './schedule.js';

const ALIGNMENT = 16;

/** Bytes allocated; docs/model/scheduling.md#memory-used. */
export interface MemoryUse {
  /** Feature maps; without spilling also weight buffers. */
  readonly featureMaps: number;
  /** Staging memory of its own, 0 unless the mode spills. */
  readonly staging: number;
  readonly constants: number;
}

/**
 * Calls back for every constant feature map and look-up table that an operation on the NPU reads: `key` is equal for
 * equal contents that are stored once.
 *
 * @param program number of the program that `tensors` are of
 */
export function forEachConstant(
  op: ProgramOp,
  tensors: readonly ProgramTensor[],
  program: number,
  visit: (key: string, bytes: number) => void,
): void {
  if (op.cost === undefined) return;
  const visitFeatureMap = (id: number): void => {
    const { constant, bytes, contentKey } = tensors[id]!;
    if (constant)
      visit(bytes > LARGEST_COMPARED ? `tensor ${id} of ${program}` : contentKey, roundUp(bytes, ALIGNMENT));
  };
  op.ifms.forEach(visitFeatureMap);
  op.chainedIfms.forEach(visitFeatureMap);
  for (const { key, bytes } of op.tables) visit(key, roundUp(bytes, ALIGNMENT));
}

/** Bytes of constant feature maps and tables of some programs, each content once. */
function constantBytes(programs: readonly Program[]): number {
  const contents = new Map<string, number>();
  programs.forEach(({ ops, tensors }, p) => {
    for (const op of ops) {
      forEachConstant(op, tensors, p, (key, bytes) => {
        if (!contents.has(key)) contents.set(key, bytes);
      });
    }
  });
  let sum = 0;
  for (const bytes of contents.values()) sum += bytes;
  return sum;
}

/** No operation of the program runs on the NPU. */
export const runsOnCpu = (program: Program): boolean => program.ops.every((op) => op.cost === undefined);

/** Bytes that each area of the program takes under that schedule. */
export function memoryUse(system: System, program: Program, scheduled: Scheduled): MemoryUse {
  const { schedule, placement, bufferOwner, snapshot, cascaded } = scheduled;
  // A network without any operation for the NPU is left as it is.
  if (runsOnCpu(program)) return { featureMaps: 0, staging: 0, constants: 0 };
  // Without cascades and spilling the snapshot's live ranges are those of the one memory there is.
  const known = cascaded || system.spilling ? undefined : snapshot.liveness;
  const size = (target: number, limit?: number): number =>
    allocate(known ?? liveRanges(program, schedule, placement, target, false, bufferOwner), ALIGNMENT, limit);
  return {
    featureMaps: size(AREA.featureMaps),
    staging: system.spilling ? size(AREA.staging, system.arenaCacheSize) : 0,
    constants: scheduled.encoded.bytes + constantBytes([program]),
  };
}

/** A graph's part in the memory of its network. */
interface GraphUse {
  readonly program: Program;
  readonly scheduled: Scheduled;
  readonly memory: MemoryUse;
}

/** Memory of graphs that run one at a time: the most of what changes, and all that is read-only, each content once. */
export function memoryOfAll(machine: Machine, graphs: readonly GraphUse[]): MemoryUse {
  const most = (area: 'featureMaps' | 'staging'): number =>
    Math.max(...graphs.map(({ memory }) => memory[area]));
  const used = graphs.filter(({ program }) => !runsOnCpu(program));
  const encoded = encodedTensorsOfAll(
    machine,
    used.map(({ program, scheduled: { schedule, requests } }) => ({ program, schedule, requests })),
  );
  return {
    featureMaps: most('featureMaps'),
    staging: most('staging'),
    constants: encoded.bytes + constantBytes(used.map(({ program }) => program)),
  };
}
