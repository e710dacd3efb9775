import { ACCESS_SLOTS, accessSlot, CHANNEL, GROUP, type Channel, type Group } from '../cost/channels.js';
import { EDGE, type CyclesParts, type FeatureMapTransfer, type Places } from '../cost/model.js';
import type { Memory, MemoryName } from '../npu/system.js';
import type { Entry, Schedule } from './entry.js';
import { AREA, memoryOf, type Machine } from './machine.js';
import type { Plan, Slices } from './plan.js';
import type { Program, ProgramOp } from './program.js';

/** Index of each memory in the figures; the order of the report's columns. */
export const MEMORY_INDEX: Readonly<Record<MemoryName, number>> = {
  Sram: 0,
  Dram: 1,
  OnChipFlash: 2,
  OffChipFlash: 3,
};
const MEMORIES = 4;

/** Bytes moved per memory, by role. `other` is scales and look-up tables. */
export const TRAFFIC = { fmRead: 0, fmWrite: 1, weightRead: 2, weightWrite: 3, other: 4 } as const;
const ROLES = 5;

/** Columns of the figures of one operation. */
export const COLUMN = {
  npuCycles: 0,
  cycles: 1,
  /** Run cycles of the operation itself. */
  runCycles: 2,
  /** Access cycles, one column per memory. */
  access: 3,
  /** Bytes of the operation's parts, waste of short bursts and repeated passes included. */
  ifmBytes: 7,
  ifm2Bytes: 8,
  ofmBytes: 9,
  weightBytes: 10,
  scaleBytes: 11,
  /** Bytes moved, `ROLES` columns per memory. */
  traffic: 12,
} as const;
export const COLUMNS = COLUMN.traffic + MEMORIES * ROLES;

/** Column of the bytes that one memory moves in one role. */
export const trafficColumn = (memory: number, role: number): number => COLUMN.traffic + memory * ROLES + role;

const NO_ROW: Float64Array = new Float64Array(COLUMNS);

/** Reported figures of a schedule's operations; those of CPU operations are zeros. */
export interface FigureTable {
  /** Rows of `COLUMNS` figures. Rows are shared between schedules; their cycles lack what `npu` adds. */
  readonly rows: readonly Float64Array[];
  readonly npuCycles: Float64Array;
  readonly cycles: Float64Array;
}

/** One figure of one operation. */
export function figureAt(table: FigureTable, op: number, column: number): number {
  if (column === COLUMN.npuCycles) return table.npuCycles[op]!;
  if (column === COLUMN.cycles) return table.cycles[op]!;
  return table.rows[op]![column]!;
}

/** Internal memory that look-up tables are copied to. */
const LUT_MEMORY: Memory = {
  name: 'Sram',
  bytesPerCycle: 1,
  readLatency: 0,
  writeLatency: 0,
  burstLength: 1,
  portsUsed: 1,
  maxReads: 1000,
  maxWrites: 1000,
};

/** Where the tensors of an operation finally lie. */
export function placesOf(machine: Machine, op: ProgramOp, areas: Uint8Array): Places {
  const { system } = machine;
  const at = (tensor: number): Memory => memoryOf(system, areas[tensor]!);
  const ifm = at(op.ifms[0]!);
  return {
    ifm,
    ifm2: op.ifms.length > 1 ? at(op.ifms[1]!) : ifm,
    ofm: op.keepsResult ? system.featureMaps : at(op.ofms[0]!),
    scratch: system.featureMaps,
    externals: op.externals.map(at),
  };
}

/** Run cycles of the whole operation with its tensors where they finally lie. */
function finalCycles(
  machine: Machine,
  plan: Plan,
  places: Places,
  buffered: boolean,
  parts?: CyclesParts,
): number {
  const { system } = machine;
  const [, ofmH, ofmW, ofmC] = plan.op.ofm.shape;
  const [, ifmH, ifmW] = plan.op.ifms[0]!.shape;
  return machine.model.cycles(
    plan.op,
    plan.config,
    {
      ofmH,
      ofmW,
      ofmC,
      ifmH,
      ifmW,
      edge: EDGE.whole,
      ifmMemory: places.ifm,
      ifm2Memory: places.ifm2,
      ofmMemory: places.ofm,
      scratchMemory: places.scratch,
      weightReadLatency: buffered ? system.staging.readLatency : system.constants.readLatency,
    },
    parts,
  );
}

/** Cycles of the reported operation's parts, for explanations. */
export function finalParts(
  machine: Machine,
  op: ProgramOp,
  plan: Plan,
  buffered: boolean,
  areas: Uint8Array,
): CyclesParts {
  const parts: CyclesParts = {
    macCycles: 0,
    outputCycles: 0,
    ifmIn: 0,
    ofmOut: 0,
    blocks: 0,
    macBlock: 0,
    slowest: 'mac',
  };
  finalCycles(machine, plan, placesOf(machine, op, areas), buffered, parts);
  return parts;
}

/** Bytes moved by one operation, per memory: by role for the report, by channel for access cycles. */
class Traffic {
  readonly row = new Float64Array(COLUMNS);
  private readonly busy = new Float64Array(MEMORIES * ACCESS_SLOTS);

  /** Counts bytes for the report. */
  move(memory: Memory, role: number, bytes: number): void {
    this.row[trafficColumn(MEMORY_INDEX[memory.name], role)]! += bytes;
  }

  /** Counts bytes for access cycles. */
  occupy(memory: Memory, channel: Channel, group: Group, bytes: number): void {
    this.busy[MEMORY_INDEX[memory.name] * ACCESS_SLOTS + accessSlot(channel, group)]! += bytes;
  }

  featureMap({ role, memory, channel, bytes }: FeatureMapTransfer): void {
    this.move(memory, channel === CHANNEL.write ? TRAFFIC.fmWrite : TRAFFIC.fmRead, bytes);
    this.occupy(memory, channel, GROUP.featureMap, bytes);
    const column = BYTES_COLUMN[role];
    if (column !== undefined) this.row[column] = bytes;
  }

  /** Fills in the access cycles of `memories` and the most of them as the operation's cycles. */
  settle(machine: Machine, memories: Iterable<Memory>): void {
    for (const memory of memories) {
      const m = MEMORY_INDEX[memory.name];
      const cycles = machine.model.accessCycles(memory, this.busy, m * ACCESS_SLOTS);
      this.row[COLUMN.access + m] = cycles;
      this.row[COLUMN.cycles] = Math.max(this.row[COLUMN.cycles]!, cycles);
    }
  }
}

const BYTES_COLUMN: Readonly<Partial<Record<FeatureMapTransfer['role'], number>>> = {
  ifm: COLUMN.ifmBytes,
  ifm2: COLUMN.ifm2Bytes,
  ofm: COLUMN.ofmBytes,
};

/** Everything in a row that does not depend on the operation before; docs/model/scheduling.md#traffic. */
function baseRow(
  machine: Machine,
  plan: Plan,
  slices: Slices,
  buffered: boolean,
  prebuffered: boolean,
  places: Places,
): Float64Array {
  const { model, system } = machine;
  const { constants, staging } = system;
  const traffic = new Traffic();
  const { row } = traffic;
  for (const transfer of model.transfers(plan.op, plan.config, plan.elements, places)) {
    traffic.featureMap(transfer);
  }
  const { encoding } = slices;
  if (encoding !== undefined) {
    const { passes } = plan.elements;
    const weightBytes = passes * encoding.weightBytes;
    const scaleBytes = passes * encoding.scaleBytes;
    const source = buffered ? staging : constants;
    const channel = buffered ? model.stagedWeightChannel(plan.config) : CHANNEL.weight;
    traffic.move(source, TRAFFIC.weightRead, weightBytes);
    traffic.move(source, TRAFFIC.other, scaleBytes);
    traffic.occupy(source, channel, GROUP.weight, weightBytes);
    traffic.occupy(constants, CHANNEL.scale, GROUP.scale, scaleBytes);
    if (buffered) {
      const early = prebuffered ? encoding.rangeBytes[0]! : 0;
      const copied = Math.max(encoding.weightBytes - early, 0);
      traffic.occupy(constants, CHANNEL.memoryToMemory, GROUP.weight, copied);
      traffic.occupy(staging, CHANNEL.write, GROUP.weight, copied);
      traffic.move(constants, TRAFFIC.weightRead, encoding.allocatedBytes);
      traffic.move(staging, TRAFFIC.weightWrite, encoding.allocatedBytes);
    }
    row[COLUMN.weightBytes] = weightBytes;
    row[COLUMN.scaleBytes] = scaleBytes;
  }
  if (plan.op.lutBytes > 0) traffic.move(constants, TRAFFIC.other, plan.op.lutBytes);
  row[COLUMN.runCycles] = finalCycles(machine, plan, places, buffered);
  traffic.settle(machine, [constants, system.featureMaps, staging]);
  return row;
}

/** NPU cycles with the transfers that cannot be hidden in `slack`; docs/model/scheduling.md#npu-cycles. */
function npuCycles(machine: Machine, plan: Plan, entry: Entry, slack: number, run: number): number {
  const { constants, staging } = machine.system;
  const { lutBytes } = plan.op;
  const lut = lutBytes === 0 ? 0 : machine.model.copyCycles(LUT_MEMORY, constants, lutBytes);
  const encoding = entry.slices?.encoding;
  if (entry.buffer === undefined || encoding === undefined) return run + Math.max(lut - slack, 0);
  const first = machine.model.copyCycles(staging, constants, encoding.firstTransferBytes);
  const wait = Math.max(first - slack, 0);
  return Math.max(plan.fullTransfer - slack + entry.hideCycles, run + wait) + lut;
}

const AREA_COUNT = Object.keys(AREA).length;

/** A number for the areas that an operation's tensors lie in. */
function placementKey(op: ProgramOp, areas: Uint8Array): number {
  let key = areas[op.ofms[0]!]!;
  for (const id of op.ifms) key = key * AREA_COUNT + areas[id]!;
  for (const id of op.externals) key = key * AREA_COUNT + areas[id]!;
  return key;
}

/**
 * Figures of every operation in order.
 *
 * @param slack cycles of the operation before the first, in which a transfer can hide
 */
export function scheduleFigures(
  machine: Machine,
  { ops }: Pick<Program, 'ops'>,
  schedule: Schedule,
  areas: Uint8Array,
  slack = 0,
): FigureTable {
  const rows: Float64Array[] = [];
  const npu = new Float64Array(schedule.length);
  const cycles = new Float64Array(schedule.length);
  let hidden = slack;
  for (let i = 0; i < schedule.length; i++) {
    const entry = schedule[i]!;
    const { plan, slices, buffer } = entry;
    let row: Float64Array = NO_ROW;
    if (plan !== undefined && slices !== undefined) {
      const op = ops[i]!;
      const how = buffer === undefined ? 0 : buffer.prebuffered ? 2 : 1;
      const key = placementKey(op, areas) * 3 + how;
      const known = slices.rows.get(key);
      row = known ?? baseRow(machine, plan, slices, how !== 0, how === 2, placesOf(machine, op, areas));
      if (known === undefined) slices.rows.set(key, row);
      npu[i] = npuCycles(machine, plan, entry, hidden, row[COLUMN.runCycles]!);
      cycles[i] = Math.max(npu[i]!, row[COLUMN.cycles]!);
    }
    rows.push(row);
    hidden = entry.hideCycles;
  }
  return { rows, npuCycles: npu, cycles };
}
