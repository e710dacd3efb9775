import { bufferSchedule } from '../../../src/schedule/buffering.js';
import { encodedTensors, useOf, type Use } from '../../../src/schedule/encoded-tensors.js';
import { CPU_ENTRY, plainEntry, type Entry } from '../../../src/schedule/entry.js';
import { scheduleFigures } from '../../../src/schedule/figures.js';
import type { Snapshot } from '../../../src/schedule/liveness.js';
import type { Machine } from '../../../src/schedule/machine.js';
import type { Plan } from '../../../src/schedule/plan.js';
import type { Program } from '../../../src/schedule/program.js';
import { shareBuffers } from '../../../src/schedule/schedule.js';
import { addDesignSums, DESIGN_SUMS } from '../figures.js';
import type { FvpFigures } from '../fvp-figures.js';
import { addedFigures } from '../segment-figures.js';
import { bufferPiecesOf } from './live-pieces.js';

/** The operations of a segment in a program that was scheduled, with nothing cascaded and memory for everything. */
export interface SegmentProgram {
  readonly program: Program;
  /** Its operations: from `from` to before `to`. */
  readonly from: number;
  readonly to: number;
  /** Where every tensor lies. */
  readonly areas: Uint8Array;
  /** Schedule without weight buffers. */
  readonly plain: readonly Entry[];
}

/** What the operations of a segment cost after a given operation and before given readers. */
export interface ScheduledSegment {
  readonly sums: Float64Array;
  /** Figures that add up over segments, in the order of `FIGURES`; 0 for others. */
  readonly figures: Float64Array;
  readonly encodedBytes: number;
  readonly buffers: Float64Array;
  /** Its last operation, or the one before it where it has none. */
  readonly last: Entry | undefined;
  readonly uses: readonly Use[];
}

/** Memory use without anything in it. */
const emptySnapshot = ({ ops }: Program): Snapshot => {
  const length = 2 * ops.length + 2;
  const none = new Int32Array(0);
  const times = Int32Array.from(ops, (_, i) => 2 * i);
  const nothing = new Float64Array(length);
  const liveness = { count: 0, starts: none, ends: none, sizes: nothing, rangeOf: none, times, length };
  return { liveness, used: nothing, buffers: nothing, peak: 0 };
};

const SNAPSHOTS = new WeakMap<Program, Snapshot>();

const snapshotOf = (program: Program): Snapshot => {
  let snapshot = SNAPSHOTS.get(program);
  if (snapshot === undefined) SNAPSHOTS.set(program, (snapshot = emptySnapshot(program)));
  return snapshot;
};

/**
 * Schedules the operations of a segment; undefined if some of them use the same weight buffer.
 *
 * @param before the operation before it
 * @param readers plans of the operations outside that read its results first, by their index in the program
 */
export function scheduleSegment(
  machine: Machine,
  { program, from, to, areas, plain }: SegmentProgram,
  before: Entry | undefined,
  readers: ReadonlyMap<number, Plan | undefined>,
  fvp: FvpFigures,
): ScheduledSegment | undefined {
  const reference = plain.slice();
  for (const [index, plan] of readers) {
    reference[index] = plan === undefined ? CPU_ENTRY : plainEntry(plan);
  }
  const { spilling, arenaCacheSize } = machine.system;
  const limit = spilling ? arenaCacheSize : Infinity;
  const schedule = bufferSchedule(
    machine,
    program,
    reference,
    snapshotOf(program),
    limit,
    from,
    to - 1,
    before,
  );
  const own = { ...program, ops: program.ops.slice(from, to) };
  const figures = scheduleFigures(machine, own, schedule, areas, before?.hideCycles);
  const encoded = encodedTensors(machine, own, schedule);
  if (shareBuffers(own, schedule, encoded).some((owner, k) => owner !== k)) return undefined;
  const sums = new Float64Array(DESIGN_SUMS);
  const summands = { machine, program: own, scheduled: { schedule, placement: { areas } }, figures };
  addDesignSums(summands, fvp, sums);
  return {
    sums,
    figures: addedFigures(summands, fvp),
    encodedBytes: encoded.bytes,
    buffers: bufferPiecesOf(schedule),
    last: schedule.at(-1) ?? before,
    uses: schedule.flatMap(({ plan, slices }, k) =>
      plan === undefined || slices === undefined ? [] : (useOf(own, k, plan, slices) ?? []),
    ),
  };
}
