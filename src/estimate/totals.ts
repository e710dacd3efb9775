import { roundUp, volume } from '../cost/integers.js';
import type { Area, AreaTraffic, Estimate, PerArea } from './types.js';
import type { Evaluation } from './evaluation.js';
import type { WeightArray } from '../weights/weight-array.js';
import { COLUMN, columnSums, MEMORY_INDEX, TRAFFIC, trafficColumn } from '../schedule/figures.js';
import type { Entry } from '../schedule/entry.js';
import type { Machine } from '../schedule/machine.js';
import type { ProgramOp } from '../schedule/program.js';

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

/**
 * Calls back for the first operation that reads each weight tensor: only its weights count
 * (docs/model/reports.md#totals).
 */
export function forEachWeightTensor(
  { program, scheduled }: Evaluation,
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

/** Weight bytes before and after encoding. */
function weightTotals(
  evaluation: Evaluation,
): Pick<Totals, 'originalWeightBytes' | 'encodedWeightBytes' | 'predictedWeights'> {
  let originalWeightBytes = 0;
  let encodedWeightBytes = 0;
  let predictedWeights = false;
  for (const graph of graphsOf(evaluation)) {
    forEachWeightTensor(graph, (_, { shape, sourceVolume, predicted }, encodedBytes) => {
      originalWeightBytes += roundUp(sourceVolume ?? volume(shape), 16);
      encodedWeightBytes += encodedBytes;
      predictedWeights ||= predicted;
    });
  }
  return { originalWeightBytes, encodedWeightBytes, predictedWeights };
}

function memoryPerArea({ machine: { system }, memory }: Evaluation): PerArea<number> {
  const bytes = [0, 0, 0, 0];
  bytes[MEMORY_INDEX[system.featureMaps.name]]! += memory.featureMaps;
  bytes[MEMORY_INDEX[system.constantsShownAs]]! += memory.constants;
  bytes[MEMORY_INDEX[system.staging.name]]! += memory.staging;
  return perArea((m) => bytes[m]!);
}

/** Sums over all operations of all graphs; docs/model/reports.md#totals. */
export function totalsOf(evaluation: Evaluation): Totals {
  const sums = columnSums(evaluation.figures);
  let macs = 0;
  let cpuOperators = 0;
  for (const graph of graphsOf(evaluation)) {
    const { machine, program, scheduled, figures } = graph;
    if (graph !== evaluation) columnSums(figures, sums);
    program.ops.forEach((op, i) => {
      macs += macsOf(machine, op, scheduled.schedule[i]!);
      if (op.cost === undefined) cpuOperators++;
    });
  }
  return {
    memoryUsed: memoryPerArea(evaluation),
    ...weightTotals(evaluation),
    traffic: perArea((m): AreaTraffic => {
      const role = (r: number): number => sums[trafficColumn(m, r)]!;
      const featureMapRead = role(TRAFFIC.fmRead);
      const featureMapWrite = role(TRAFFIC.fmWrite);
      const weightRead = role(TRAFFIC.weightRead);
      const weightWrite = role(TRAFFIC.weightWrite);
      const total = featureMapRead + featureMapWrite + weightRead + weightWrite + role(TRAFFIC.other);
      return { featureMapRead, featureMapWrite, weightRead, weightWrite, total };
    }),
    macs,
    npuCycles: sums[COLUMN.npuCycles]!,
    accessCycles: perArea((m) => sums[COLUMN.access + m]!),
    cycles: sums[COLUMN.cycles]!,
    cpuOperators,
  };
}
