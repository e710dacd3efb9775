import type { CyclesParts, FeatureMapBytes } from '../cost/model.js';
import type { Memory, MemoryName } from '../npu/system.js';
import { EDGE } from '../cost/u55/cycles.js';
import type { Entry, Schedule } from './entry.js';
import { memoryOf, type Machine } from './machine.js';
import type { Plan } from './plan.js';
import type { Program, ProgramOp } from './program.js';

/** Index of each memory in the figures' arrays; the order of the report's columns. */
export const MEMORY_INDEX: Readonly<Record<MemoryName, number>> = {
  Sram: 0,
  Dram: 1,
  OnChipFlash: 2,
  OffChipFlash: 3,
};
const MEMORIES = 4;

/** Bytes per memory: rows of `OpFigures.traffic`. */
export const TRAFFIC = { fmRead: 0, fmWrite: 1, weightRead: 2, weightWrite: 3, other: 4 } as const;
export const TRAFFIC_ROLES = 5;

/** The reported figures of one operation; reference 04 section 8. */
export interface OpFigures {
  readonly npuCycles: number;
  readonly cycles: number;
  /** Run cycles of the operation itself. */
  readonly runCycles: number;
  /** Per memory. */
  readonly accessCycles: readonly number[];
  /** `traffic[memory * TRAFFIC_ROLES + role]`, bytes. */
  readonly traffic: readonly number[];
  readonly bytes: FeatureMapBytes;
  readonly weightBytes: number;
  readonly scaleBytes: number;
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

interface Memories {
  readonly ifm: Memory;
  readonly ifm2: Memory;
  readonly ofm: Memory;
}

function memories(machine: Machine, op: ProgramOp, areas: Uint8Array): Memories {
  const at = (tensor: number | undefined): Memory =>
    memoryOf(machine.system, tensor === undefined ? 1 : areas[tensor]!);
  const ifm = at(op.ifms[0]);
  return { ifm, ifm2: op.ifms.length > 1 ? at(op.ifms[1]) : ifm, ofm: at(op.ofms[0]) };
}

/** Run cycles of the whole operation with its tensors where they finally lie. */
export function finalCycles(
  machine: Machine,
  op: ProgramOp,
  entry: Entry & { readonly plan: Plan },
  areas: Uint8Array,
  parts?: CyclesParts,
): number {
  const { plan } = entry;
  const { system } = machine;
  const where = memories(machine, op, areas);
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
      ifmMemory: where.ifm,
      ifm2Memory: where.ifm2,
      ofmMemory: where.ofm,
      scratchMemory: system.featureMaps,
      weightReadLatency: entry.buffer === undefined ? system.constants.readLatency : system.staging.readLatency,
    },
    parts,
  );
}

function npuCycles(
  machine: Machine,
  entry: Entry & { readonly plan: Plan },
  slack: number,
  run: number,
): number {
  const { plan, encoding, buffer, hideCycles } = entry;
  const { constants, staging } = machine.system;
  let lut =
    plan.op.lutBytes === 0
      ? 0
      : machine.model.copyCycles(LUT_MEMORY, constants, plan.op.lutBytes);
  if (buffer === undefined || encoding === undefined) {
    lut = Math.max(lut - slack, 0);
    return run + lut;
  }
  const first = machine.model.copyCycles(staging, constants, encoding.firstTransferBytes);
  const wait = Math.max(first - slack, 0);
  return Math.max(plan.fullTransfer - slack + hideCycles, run + wait) + lut;
}

/** Figures of one NPU operation; `slack` are the cycles in which its first transfer can hide. */
export function opFigures(
  machine: Machine,
  op: ProgramOp,
  entry: Entry & { readonly plan: Plan },
  slack: number,
  areas: Uint8Array,
): OpFigures {
  const { plan, encoding, buffer } = entry;
  const { model, system } = machine;
  const where = memories(machine, op, areas);
  const runCycles = finalCycles(machine, op, entry, areas);
  const bytes = model.bytes(plan.op, plan.config, plan.elements, where.ifm, where.ifm2, where.ofm);

  const traffic = new Array<number>(MEMORIES * TRAFFIC_ROLES).fill(0);
  const busy = new Array<number>(MEMORIES).fill(0);
  const move = (memory: Memory, role: number, n: number): void => {
    traffic[MEMORY_INDEX[memory.name] * TRAFFIC_ROLES + role]! += n;
  };
  const occupy = (memory: Memory, n: number): void => {
    busy[MEMORY_INDEX[memory.name]]! += n;
  };
  const featureMap = (memory: Memory, role: number, n: number): void => {
    move(memory, role, n);
    occupy(memory, n);
  };
  featureMap(where.ifm, TRAFFIC.fmRead, bytes.ifm);
  featureMap(where.ifm2, TRAFFIC.fmRead, bytes.ifm2);
  featureMap(where.ofm, TRAFFIC.fmWrite, bytes.ofm);
  if (bytes.scratch > 0) {
    featureMap(system.featureMaps, TRAFFIC.fmRead, bytes.scratch / 2);
    featureMap(system.featureMaps, TRAFFIC.fmWrite, bytes.scratch / 2);
  }

  let weightBytes = 0;
  let scaleBytes = 0;
  if (encoding !== undefined) {
    const { passes } = plan.elements;
    weightBytes = passes * encoding.weightBytes;
    scaleBytes = passes * encoding.scaleBytes;
    occupy(system.constants, scaleBytes);
    const source = buffer === undefined ? system.constants : system.staging;
    move(source, TRAFFIC.weightRead, weightBytes);
    move(source, TRAFFIC.other, scaleBytes);
    if (buffer === undefined) {
      occupy(system.constants, weightBytes);
    } else {
      const early = buffer.prebuffered ? encoding.rangeBytes[0]! : 0;
      const copied = Math.max(encoding.weightBytes - early, 0);
      occupy(system.constants, copied);
      occupy(system.staging, copied + weightBytes);
      move(system.constants, TRAFFIC.weightRead, encoding.allocatedBytes);
      move(system.staging, TRAFFIC.weightWrite, encoding.allocatedBytes);
    }
  }
  if (plan.op.lutBytes > 0) move(system.constants, TRAFFIC.other, plan.op.lutBytes);

  const npu = npuCycles(machine, entry, slack, runCycles);
  const accessCycles = new Array<number>(MEMORIES).fill(0);
  let cycles = npu;
  for (const memory of new Set([system.constants, system.featureMaps, system.staging])) {
    const m = MEMORY_INDEX[memory.name];
    accessCycles[m] = model.accessCycles(memory, busy[m]!);
    cycles = Math.max(cycles, accessCycles[m]!);
  }
  return { npuCycles: npu, cycles, runCycles, accessCycles, traffic, bytes, weightBytes, scaleBytes };
}

/** Figures of every operation in order; undefined for CPU operations. */
export function scheduleFigures(
  machine: Machine,
  program: Program,
  schedule: Schedule,
  areas: Uint8Array,
): (OpFigures | undefined)[] {
  let slack = 0;
  return schedule.map((entry, i) => {
    const { plan } = entry;
    const figures =
      plan === undefined
        ? undefined
        : opFigures(machine, program.ops[i]!, { ...entry, plan }, slack, areas);
    slack = entry.hideCycles;
    return figures;
  });
}
