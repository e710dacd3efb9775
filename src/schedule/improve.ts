import { roundUp } from '../cost/integers.js';
import { bufferSchedule } from './buffering.js';
import { buildCascades, opMemory, type Cascade, type CascadeResult } from './cascades.js';
import { bufferBytes, plainEntry, type Entry, type Schedule } from './entry.js';
import { takeSnapshot, type Placement, type Snapshot } from './liveness.js';
import type { Machine } from './machine.js';
import { planFor } from './planning.js';
import type { Program, ProgramOp } from './program.js';
import { stripeHeight, stripeStep, type Striped } from './stripes.js';
import type { Format } from '../cost/operation.js';
import type { Shape4 } from '../lowering/operations.js';

/** A schedule with the cascades in it. */
export interface CascadedSchedule {
  readonly schedule: Schedule;
  readonly cascades: readonly Cascade[];
}

const BUCKETS = [13, 29, 59, 127] as const;

/**
 * The order in which cascades are improved (docs/model/scheduling.md#improving-cascades): that of a hash table keyed by
 * their last operation, in which a key joins the front of its bucket and new buckets go to the front.
 */
export function treatmentOrder(lasts: readonly number[]): number[] {
  let list: number[] = [];
  let grown = 0;
  const insert = (into: number[], key: number): void => {
    const buckets = BUCKETS[grown]!;
    const at = into.findIndex((other) => other % buckets === key % buckets);
    into.splice(at === -1 ? 0 : at, 0, key);
  };
  for (const key of [...lasts].sort((a, b) => a - b)) {
    if (grown < BUCKETS.length - 1 && list.length === BUCKETS[grown]!) {
      grown++;
      const old = list;
      list = [];
      for (const other of old) insert(list, other);
    }
    insert(list, key);
  }
  return list;
}

function shapeBytes(shape: Shape4, format: Format, bits: number): number {
  const [n, h, w, c] = shape;
  const depth = format === 'NHCWB16' ? roundUp(c, 16) : c;
  return Math.ceil((n * h * w * depth * bits) / 8);
}

/** Bytes of an operation's own feature maps, by the shapes it reads and writes. */
function connectionBytes(program: Program, op: ProgramOp): number {
  const bytes = (id: number, shape: Shape4): number => {
    const { format, bits, constant } = program.tensors[id]!;
    return constant ? 0 : shapeBytes(shape, format, bits);
  };
  const inputs = op.ifms.reduce((sum, id, k) => sum + bytes(id, op.ifmShapes[k]!), 0);
  return inputs + bytes(op.ofms[0]!, op.ofmShape);
}

/** Stripes for first … last so that the last operation produces `rows` at a time. */
function restripe(
  machine: Machine,
  program: Program,
  cascade: Cascade,
  rows: number,
  buffered: readonly Entry[],
): Entry[] {
  const { first, last } = cascade;
  const result: Entry[] = [];
  let wanted = rows;
  for (let i = last; i >= first; i--) {
    const op = program.ops[i]!;
    const stripeH = stripeHeight(op, wanted);
    const plan = planFor(machine, op.cost!, stripeH);
    machine.requests?.push({ index: i, plan, slices: plan.whole });
    const { encoding } = plan.whole;
    const kept = encoding !== undefined && buffered[i - first]!.buffer?.parts.length === 1;
    result[i - first] = {
      ...plainEntry(plan),
      buffer: kept ? { parts: [encoding.allocatedBytes], prebuffered: false } : undefined,
    };
    const upscale = op.cost!.upscale === 'none' ? 1 : 2;
    wanted = Math.trunc(stripeH / upscale) * op.cost!.kernel.strideH;
  }
  return result;
}

/** Larger stripes for one cascade, as far as the limit allows; docs/model/scheduling.md#improving-cascades. */
function improveCascade(
  machine: Machine,
  program: Program,
  placement: Placement,
  current: CascadedSchedule,
  fallback: Schedule,
  cascade: Cascade,
  limit: number,
): CascadedSchedule {
  const { first, last } = cascade;
  const { schedule } = current;
  const snapshot: Snapshot = takeSnapshot(program, schedule, placement);
  const { used, liveness } = snapshot;
  const lead = program.ops[first]!;
  const leadIfm = lead.ifms[lead.primaryIfm]!;
  const beside = Math.max(0, used[liveness.times[first]!]! - cascade.local);
  const pinned =
    !placement.spilling && program.tensors[leadIfm]!.consumers.length > 1
      ? program.tensors[leadIfm]!.bytes
      : 0;
  const outside = (i: number): number => beside + (i === first ? 0 : pinned);
  const memory = (i: number): { own: number; outside: number } => ({
    own: opMemory(program, schedule, placement, snapshot, i).own,
    outside: outside(i),
  });

  const before = schedule[first - 1];
  const buffered = bufferSchedule(
    machine,
    program,
    schedule,
    snapshot,
    limit,
    first,
    last,
    before?.plan === undefined
      ? before
      : {
          ...before,
          hideCycles: before.plan.opCycles,
          freeMemory: limit - used[liveness.times[first - 1]!]!,
        },
  );

  const end = program.ops[last]!;
  const step = stripeStep(end);
  const height = end.cost!.ofm.shape[1];
  let best: CascadeResult | undefined;
  let allowed = Infinity;
  for (
    let rows = roundUp(schedule[last]!.plan!.stripeH + 1, step);
    rows <= Math.trunc((height + 1) / 2);
    rows += step
  ) {
    const proposal = restripe(machine, program, cascade, rows, buffered);
    const striped: (Striped | undefined)[] = [];
    proposal.forEach((entry, k) => {
      striped[first + k] = {
        stripeH: entry.plan!.stripeH,
        bufferBytes: bufferBytes(entry.buffer),
        entry: () => entry,
      };
    });
    const built = buildCascades({
      program,
      placement,
      striped,
      fallback,
      snapshot,
      memory,
      guide: limit,
      from: first,
      to: last,
    });
    if (allowed === Infinity) allowed = built.cascades.length;
    let bytes = 0;
    built.entries.forEach((entry, k) => {
      const i = first + k;
      const joined = built.cascades.find((c) => c.first <= i && i <= c.last);
      const need =
        joined?.memory ?? bufferBytes(entry.buffer) + connectionBytes(program, program.ops[i]!) + outside(i);
      bytes = Math.max(bytes, need);
    });
    if (bytes > limit || built.cascades.length > allowed) break;
    best = built;
    if (built.cascades.length === 0) break;
  }
  if (best === undefined) return current;
  const improved = best;
  return {
    schedule: schedule.map((entry, i) => (i >= first && i <= last ? improved.entries[i - first]! : entry)),
    cascades: [...current.cascades.filter((c) => c !== cascade), ...improved.cascades],
  };
}

/** Improves all cascades of a schedule in turn. */
export function improveCascades(
  machine: Machine,
  program: Program,
  placement: Placement,
  start: CascadedSchedule,
  fallback: Schedule,
  limit: number,
): CascadedSchedule {
  let result = start;
  for (const last of treatmentOrder(start.cascades.map((c) => c.last))) {
    const cascade = start.cascades.find((c) => c.last === last)!;
    result = improveCascade(machine, program, placement, result, fallback, cascade, limit);
  }
  return result;
}
