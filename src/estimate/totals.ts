import { roundUp, volume } from '../cost/integers.js';
import type { Area, AreaTraffic, Estimate, PerArea } from './types.js';
import type { Evaluation } from './evaluation.js';
import type { WeightArray } from '../weights/weight-array.js';
import type { System } from '../npu/system.js';
import {
  COLUMN,
  COLUMNS,
  figureAt,
  MEMORY_INDEX,
  TRAFFIC,
  trafficColumn,
  type FigureTable,
} from '../schedule/figures.js';
import type { MemoryUse } from '../schedule/memory.js';
import type { Entry } from '../schedule/entry.js';
import type { Machine } from '../schedule/machine.js';
import type { Program, ProgramOp } from '../schedule/program.js';
import type { Scheduled } from '../schedule/schedule.js';

/** The figures of a network as a whole. */
export type Totals = Pick<
  Estimate,
  | 'memoryUsed'
  | 'originalWeightBytes'
  | 'encodedWeightBytes'
  | 'traffic'
  | 'macs'
  | 'npuCycles'
  | 'accessCycles'
  | 'cycles'
  | 'cpuOperators'
  | 'predictedWeights'
>;

/** A value per memory, in the order of the figures' columns. */
export const perArea = <T>(value: (index: number, area: Area) => T): PerArea<T> => ({
  sram: value(0, 'sram'),
  dram: value(1, 'dram'),
  on_chip_flash: value(2, 'on_chip_flash'),
  off_chip_flash: value(3, 'off_chip_flash'),
});

/** Multiply-accumulates of one operation, by the reference's count. */
export const macsOf = ({ model }: Machine, op: ProgramOp, { plan }: Entry): number =>
  plan === undefined ? 0 : model.macs(plan.op, plan.config, op.macs);

/** The evaluations of a network's graphs, in the order of the file. */
export const graphsOf = (last: Evaluation): readonly Evaluation[] => [...last.before, last];

/** Scheduled operations with their figures: all of a graph, or some that follow one another. */
export interface Summands {
  readonly machine: Machine;
  readonly program: Pick<Program, 'ops' | 'sharing'>;
  readonly scheduled: Pick<Scheduled, 'schedule'>;
  readonly figures: FigureTable;
}

/**
 * Calls back for the first operation that reads each weight tensor: only its weights count
 * (docs/model/reports.md#totals).
 */
export function forEachWeightTensor(
  { program, scheduled }: Pick<Summands, 'program' | 'scheduled'>,
  visit: (op: number, weights: WeightArray, encodedBytes: number) => void,
): void {
  const { readers } = program.sharing;
  const seen = readers.size === 0 ? undefined : new Set<number>();
  for (let i = 0; i < program.ops.length; i++) {
    const { lowered, weights } = program.ops[i]!;
    if (weights === undefined || seen?.has(weights.source) === true) continue;
    seen?.add(weights.source);
    visit(i, lowered.weights!, scheduled.schedule[i]!.slices?.encoding?.weightBytes ?? 0);
  }
}

/** What follows the columns of the operations in a row of sums. */
const SUM = {
  macs: COLUMNS,
  cpuOperators: COLUMNS + 1,
  originalWeightBytes: COLUMNS + 2,
  encodedWeightBytes: COLUMNS + 3,
  /** Weight tensors whose encoded size is predicted. */
  predicted: COLUMNS + 4,
} as const;

/** Numbers in a row of sums. */
export const SUMS = COLUMNS + Object.keys(SUM).length;

/** Adds up all that totals are made of. */
export function addSums(summands: Summands, sums: Float64Array): void {
  const { machine, program, scheduled, figures } = summands;
  program.ops.forEach((op, i) => {
    for (let column = 0; column < COLUMNS; column++) sums[column]! += figureAt(figures, i, column);
    sums[SUM.macs]! += macsOf(machine, op, scheduled.schedule[i]!);
    if (op.cost === undefined) sums[SUM.cpuOperators]!++;
  });
  forEachWeightTensor(summands, (_, { shape, sourceVolume, predicted }, encodedBytes) => {
    sums[SUM.originalWeightBytes]! += roundUp(sourceVolume ?? volume(shape), 16);
    sums[SUM.encodedWeightBytes]! += encodedBytes;
    if (predicted) sums[SUM.predicted]!++;
  });
}

function memoryPerArea(system: System, memory: MemoryUse): PerArea<number> {
  const bytes = [0, 0, 0, 0];
  bytes[MEMORY_INDEX[system.featureMaps.name]]! += memory.featureMaps;
  bytes[MEMORY_INDEX[system.constantsShownAs]]! += memory.constants;
  bytes[MEMORY_INDEX[system.staging.name]]! += memory.staging;
  return perArea((m) => bytes[m]!);
}

/** The totals of a network whose operations add up to `sums`; docs/model/reports.md#totals. */
export const totalsFrom = (sums: Float64Array, memory: MemoryUse, system: System): Totals => ({
  memoryUsed: memoryPerArea(system, memory),
  originalWeightBytes: sums[SUM.originalWeightBytes]!,
  encodedWeightBytes: sums[SUM.encodedWeightBytes]!,
  predictedWeights: sums[SUM.predicted]! > 0,
  traffic: perArea((m): AreaTraffic => {
    const role = (r: number): number => sums[trafficColumn(m, r)]!;
    const featureMapRead = role(TRAFFIC.fmRead);
    const featureMapWrite = role(TRAFFIC.fmWrite);
    const weightRead = role(TRAFFIC.weightRead);
    const weightWrite = role(TRAFFIC.weightWrite);
    const total = featureMapRead + featureMapWrite + weightRead + weightWrite + role(TRAFFIC.other);
    return { featureMapRead, featureMapWrite, weightRead, weightWrite, total };
  }),
  macs: sums[SUM.macs]!,
  npuCycles: sums[COLUMN.npuCycles]!,
  accessCycles: perArea((m) => sums[COLUMN.access + m]!),
  cycles: sums[COLUMN.cycles]!,
  cpuOperators: sums[SUM.cpuOperators]!,
});

/** Sums over all operations of all graphs; docs/model/reports.md#totals. */
export function totalsOf(evaluation: Evaluation): Totals {
  const sums = new Float64Array(SUMS);
  for (const graph of graphsOf(evaluation)) addSums(graph, sums);
  return totalsFrom(sums, evaluation.memory, evaluation.machine.system);
}
