import { inputError } from '../errors.js';
import { bufferSchedule } from './buffering.js';
import { buildCascades, opMemory } from './cascades.js';
import { encodedTensors, type EncodedTensors } from './encoded-tensors.js';
import { CPU_ENTRY, plainEntry, type Schedule } from './entry.js';
import { improveCascades } from './improve.js';
import { takeSnapshot, type Placement, type Snapshot } from './liveness.js';
import { AREA, type EncodingRequest, type Machine } from './machine.js';
import { type Plan } from './plan.js';
import { wholePlan } from './planning.js';
import type { Program, ProgramOp } from './program.js';
import { placeInStaging } from './staging.js';
import { minimalStripes, type Striped } from './stripes.js';

export type Optimise = 'Performance' | 'Size';

/** The schedule that was chosen, where its tensors lie, and the staging memory it uses. */
export interface Scheduled {
  readonly schedule: Schedule;
  readonly placement: Placement;
  readonly snapshot: Snapshot;
  readonly encoded: EncodedTensors;
  /** Requests for encoded weights, in order, where operations have weights in common. */
  readonly requests: readonly EncodingRequest[] | undefined;
  /** For each operation the one whose weight buffer it uses. */
  readonly bufferOwner: Int32Array;
  /** The schedule has cascades. */
  readonly cascaded: boolean;
}

const UNLIMITED = 2 ** 31 - 1;

/** Feature maps in the arena, constants with the constants. */
function initialPlacement(program: Program, spilling: boolean): Placement {
  const { tensors } = program;
  const areas = new Uint8Array(tensors.length);
  for (let i = 0; i < areas.length; i++) {
    areas[i] = tensors[i]!.constant ? AREA.constants : AREA.featureMaps;
  }
  return { areas, spilling };
}

/**
 * Consecutive operations with one encoded tensor in one slice use one buffer (docs/model/scheduling.md#shared-buffers).
 */
export function shareBuffers(program: Program, schedule: Schedule, encoded: EncodedTensors): Int32Array {
  const owners = new Int32Array(schedule.length);
  for (let i = 0; i < owners.length; i++) owners[i] = i;
  let previous = -1;
  schedule.forEach((entry, i) => {
    if (entry.plan === undefined) return;
    const before = previous === -1 ? undefined : schedule[previous];
    const { weights } = program.ops[i]!;
    if (
      entry.buffer !== undefined &&
      before?.buffer !== undefined &&
      encoded.owner[i] === encoded.owner[previous] &&
      weights?.offset === program.ops[previous]!.weights?.offset &&
      entry.slices?.boundaries.length === 2 &&
      before.slices?.boundaries.length === 2 &&
      entry.buffer.parts.length === before.buffer.parts.length
    ) {
      owners[i] = owners[previous]!;
    }
    previous = i;
  });
  return owners;
}

/** Asks for the weights of all stripes, those of the last operation first. */
function requestStripes(machine: Machine, program: Program, stripes: readonly (Striped | undefined)[]): void {
  for (let index = stripes.length - 1; index >= 0; index--) {
    if (program.ops[index]!.weights === undefined) continue;
    const plan = stripes[index]?.entry().plan;
    if (plan !== undefined) machine.requests?.push({ index, plan, slices: plan.whole });
  }
}

/** A schedule without weight buffers and its memory use. */
interface Unbuffered {
  readonly schedule: Schedule;
  readonly snapshot: Snapshot;
}

/**
 * The schedule with cascades, for when staging memory is scarce (docs/model/scheduling.md#choosing-a-schedule, steps 2
 * to 4).
 *
 * @param bufferedPeak peak of the buffered schedule without cascades; undefined in spilling modes
 * @returns undefined if that schedule fits
 */
function cascadedSchedule(
  machine: Machine,
  program: Program,
  placement: Placement,
  whole: Unbuffered,
  bufferedPeak: number | undefined,
  optimise: Optimise,
): Schedule | undefined {
  const { arenaCacheSize } = machine.system;
  const least = (used: Float64Array): number => used.reduce((a, b) => Math.min(a, b), Infinity);
  const stripes = minimalStripes(machine, program);
  if (machine.requests !== undefined) requestStripes(machine, program, stripes);
  const { entries, cascades } = buildCascades({
    program,
    placement,
    striped: stripes,
    fallback: whole.schedule,
    snapshot: whole.snapshot,
    memory: (i) => opMemory(program, whole.schedule, placement, whole.snapshot, i),
    guide: optimise === 'Size' ? least(whole.snapshot.used) : arenaCacheSize,
    from: 0,
    to: program.ops.length - 1,
  });
  const { peak } = cascades.length === 0 ? whole.snapshot : takeSnapshot(program, entries, placement);
  const limit = optimise === 'Size' && peak > 0 ? peak : arenaCacheSize;
  if (bufferedPeak !== undefined && bufferedPeak < limit) return undefined;
  if (cascades.length === 0) {
    return bufferSchedule(machine, program, whole.schedule, whole.snapshot, limit);
  }
  const start = { schedule: entries, cascades };
  const { schedule } = improveCascades(machine, program, placement, start, whole.schedule, limit);
  return bufferSchedule(machine, program, schedule, takeSnapshot(program, schedule, placement), limit);
}

/** Rolling buffers lie in staging memory (docs/model/scheduling.md#rolling-buffers). */
function placeRollingBuffers(program: Program, schedule: Schedule, placement: Placement): Placement {
  if (!placement.spilling) return placement;
  const areas = placement.areas.slice();
  schedule.forEach(({ place }, i) => {
    const op = program.ops[i]!;
    if (place?.rolling !== undefined) areas[op.ifms[op.primaryIfm]!] = AREA.staging;
  });
  return { ...placement, areas };
}

/** The plan of an operation of a program that messages name by `file`. */
function planOf(machine: Machine, { cost, lowered }: ProgramOp, file: string): Plan | undefined {
  if (cost === undefined) return undefined;
  const plan = wholePlan(machine, cost);
  if (plan !== undefined) return plan;
  const { name } = machine.hardware;
  throw inputError(
    `${file}: will not compile because operator ${lowered.origin} (${lowered.original}) becomes ${cost.kind} ` +
      `${cost.ofm.shape.join('×')} from ${cost.ifms[0]?.bits ?? 0}-bit elements, for which ${name} has no block config; ` +
      'choose another accelerator',
  );
}

/**
 * Chooses the schedule of a program on a machine; docs/model/scheduling.md#choosing-a-schedule.
 *
 * @param file how messages name the program; by default by its name
 * @throws ParetouError of kind `input` for an operation of which no block fits the accelerator
 */
export function scheduleProgram(
  shared: Machine,
  program: Program,
  optimise: Optimise,
  file: string = program.name,
): Scheduled {
  const machine: Machine = program.sharing.weights ? { ...shared, requests: [] } : shared;
  const { spilling, arenaCacheSize } = machine.system;
  let placement = initialPlacement(program, spilling);
  const plain = program.ops.map((op, index) => {
    const plan = planOf(machine, op, file);
    if (plan === undefined) return CPU_ENTRY;
    machine.requests?.push({ index, plan, slices: plan.whole });
    return plainEntry(plan);
  });
  const whole = { schedule: plain, snapshot: takeSnapshot(program, plain, placement) };
  let schedule: Schedule | undefined;
  let snapshot: Snapshot | undefined;
  if (!spilling) {
    schedule = bufferSchedule(machine, program, plain, whole.snapshot, UNLIMITED);
    snapshot = takeSnapshot(program, schedule, placement);
  }
  if (snapshot === undefined || optimise === 'Size' || snapshot.peak >= arenaCacheSize) {
    const cascaded = cascadedSchedule(machine, program, placement, whole, snapshot?.peak, optimise);
    if (cascaded !== undefined) snapshot = undefined;
    schedule = cascaded ?? schedule;
  }
  schedule = schedule!;
  const encoded = encodedTensors(machine, program, schedule, machine.requests);
  const bufferOwner = shareBuffers(program, schedule, encoded);
  placement = placeRollingBuffers(program, schedule, placement);
  if (spilling) placement = placeInStaging(program, schedule, placement, arenaCacheSize, bufferOwner);
  if (snapshot === undefined || bufferOwner.some((owner, i) => owner !== i)) {
    snapshot = takeSnapshot(program, schedule, placement, bufferOwner);
  }
  const cascaded = schedule.some((entry) => entry.place !== undefined);
  return { schedule, placement, snapshot, requests: machine.requests, encoded, bufferOwner, cascaded };
}
