import type { CyclesParts } from '../cost/model.js';
import { roundUp, volume } from '../cost/integers.js';
import {
  AREAS,
  type Area,
  type AreaTraffic,
  type Estimate,
  type Layer,
  type LayerDetail,
  type PerArea,
} from '../estimate-types.js';
import type { Evaluation } from '../estimate.js';
import type { LoweredOp } from '../lowering/operations.js';
import type { MemoryName } from '../npu/system.js';
import type { Entry } from './entry.js';
import { finalCycles, MEMORY_INDEX, TRAFFIC, TRAFFIC_ROLES, type OpFigures } from './figures.js';
import type { Plan } from './plan.js';
import type { ProgramOp } from './program.js';

const perArea = <T>(value: (index: number, area: Area) => T): PerArea<T> => ({
  sram: value(0, 'sram'),
  dram: value(1, 'dram'),
  on_chip_flash: value(2, 'on_chip_flash'),
  off_chip_flash: value(3, 'off_chip_flash'),
});

const areaOf = (name: MemoryName): Area => AREAS[MEMORY_INDEX[name]]!;

const NO_ACCESS = perArea(() => 0);

function boundBy(figures: OpFigures): LayerDetail['boundBy'] {
  if (figures.npuCycles >= figures.cycles) return 'npu';
  return AREAS[figures.accessCycles.indexOf(figures.cycles)]!;
}

function layerDetail(
  evaluation: Evaluation,
  op: ProgramOp,
  entry: Entry & { readonly plan: Plan },
  figures: OpFigures,
): LayerDetail {
  const { machine, program, scheduled } = evaluation;
  const { plan, encoding, buffer } = entry;
  const { config } = plan;
  const parts: CyclesParts = {
    macCycles: 0,
    outputCycles: 0,
    ifmIn: 0,
    ofmOut: 0,
    blocks: 0,
    macBlock: 0,
  };
  finalCycles(machine, op, entry, scheduled.placement.areas, parts);
  const hasParts = parts.blocks > 0;
  return {
    ifmShapes: plan.op.ifms.map((view) => view.shape),
    ofmShape: plan.op.ofm.shape,
    ofmType: program.tensors[op.ofms[0]!]!.type,
    ifmFormat: plan.op.ifms[0]!.format,
    ofmFormat: plan.op.ofm.format,
    ofmBlock: [config.ofmH, config.ofmW, config.ofmC],
    ifmBlock: [config.ifmH, config.ifmW, config.ifmC],
    traversal: config.traversal,
    runCycles: figures.runCycles,
    ...(hasParts && { macCycles: parts.macCycles, outputCycles: parts.outputCycles }),
    ...(encoding !== undefined && {
      weights: {
        format: 'standard',
        predicted: plan.op.weights?.predicted ?? false,
        encodedBytes: encoding.weightBytes,
        scaleBytes: encoding.scaleBytes,
        depthSlices: entry.boundaries,
        buffering: buffer === undefined ? 'none' : buffer.parts.length === 2 ? 'double' : 'single',
        prebuffered: buffer?.prebuffered ?? false,
        passes: plan.elements.passes,
      },
    }),
    cascade: entry.place?.cascade ?? 0,
    bytes: {
      ifm: figures.bytes.ifm,
      ifm2: figures.bytes.ifm2,
      ofm: figures.bytes.ofm,
      weights: figures.weightBytes,
      scales: figures.scaleBytes,
    },
    boundBy: boundBy(figures),
  };
}

const rowName = (op: LoweredOp): string => op.ofms[0]?.tensor.name ?? '';

function opLayers(evaluation: Evaluation, index: number, macs: (op: LoweredOp) => number): Layer[] {
  const { program, scheduled, figures } = evaluation;
  const op = program.ops[index]!;
  const entry = scheduled.schedule[index]!;
  const own = figures[index];
  const { lowered } = op;
  const stagingUsage = scheduled.snapshot.used[scheduled.snapshot.liveness.times[index]!]!;
  const main: Layer = {
    originalOperator: lowered.original,
    operator: lowered.kind,
    target: lowered.target,
    ...(lowered.reason !== undefined && { reason: lowered.reason }),
    origin: lowered.origin,
    fused: false,
    name: rowName(lowered),
    stagingUsage,
    cycles: own?.cycles ?? 0,
    npuCycles: own?.npuCycles ?? 0,
    accessCycles: own === undefined ? NO_ACCESS : perArea((m) => own.accessCycles[m]!),
    macs: lowered.target === 'NPU' ? macs(lowered) : 0,
    ...(own !== undefined &&
      entry.plan !== undefined && {
        detail: layerDetail(evaluation, op, { ...entry, plan: entry.plan }, own),
      }),
  };
  const fused = lowered.subs.map(
    (sub): Layer => ({
      originalOperator: sub.original,
      operator: sub.kind,
      target: sub.target,
      origin: sub.origin,
      fused: true,
      name: rowName(sub),
      stagingUsage: 0,
      cycles: 0,
      npuCycles: 0,
      accessCycles: NO_ACCESS,
      macs: 0,
    }),
  );
  return [main, ...fused];
}

/** Weight bytes before and after encoding, each weight array once (reference 04 §11.1). */
function weightTotals({ program, scheduled }: Evaluation): {
  original: number;
  encoded: number;
  predicted: boolean;
} {
  const seen = new Set<string>();
  let original = 0;
  let encoded = 0;
  let predicted = false;
  program.ops.forEach(({ cost }, i) => {
    const weights = cost?.weights;
    if (weights === undefined || seen.has(weights.key)) return;
    seen.add(weights.key);
    original += roundUp(volume(weights.shape), 16);
    encoded += scheduled.schedule[i]!.encoding?.weightBytes ?? 0;
    predicted ||= weights.predicted;
  });
  return { original, encoded, predicted };
}

function memoryPerArea({ machine: { system }, memory }: Evaluation): PerArea<number> {
  const bytes = [0, 0, 0, 0];
  bytes[MEMORY_INDEX[system.featureMaps.name]]! += memory.featureMaps;
  bytes[MEMORY_INDEX[system.constantsShownAs]]! += memory.constants;
  bytes[MEMORY_INDEX[system.staging.name]]! += memory.staging;
  return perArea((m) => bytes[m]!);
}

/** Bytes that the staging column's percentages refer to: in Sram_Only the constants count too. */
function stagingMemory({ machine: { system }, memory }: Evaluation): number {
  if (system.spilling) return memory.staging;
  return memory.featureMaps + (system.constants.name === system.staging.name ? memory.constants : 0);
}

const sum = (figures: Evaluation['figures'], value: (f: OpFigures) => number): number => {
  let total = 0;
  for (const f of figures) if (f !== undefined) total += value(f);
  return total;
};

/** Puts an evaluation into the form that reports are made of. */
export function describe(evaluation: Evaluation, macs: (op: LoweredOp) => number): Estimate {
  const { machine, program, scheduled, figures } = evaluation;
  const { system, accelerator } = machine;
  const layers = program.ops.flatMap((_, i) => opLayers(evaluation, i, macs));
  const cascaded = scheduled.schedule.filter((entry) => entry.place !== undefined);
  const cascades = cascaded.filter((entry) => entry.place?.first).length;
  const weights = weightTotals(evaluation);
  const traffic = perArea((m): AreaTraffic => {
    const role = (r: number): number => sum(figures, (f) => f.traffic[m * TRAFFIC_ROLES + r]!);
    const featureMapRead = role(TRAFFIC.fmRead);
    const featureMapWrite = role(TRAFFIC.fmWrite);
    const weightRead = role(TRAFFIC.weightRead);
    const weightWrite = role(TRAFFIC.weightWrite);
    return {
      featureMapRead,
      featureMapWrite,
      weightRead,
      weightWrite,
      total: featureMapRead + featureMapWrite + weightRead + weightWrite + role(TRAFFIC.other),
    };
  });
  const cpuOperators = program.ops.filter((op) => op.lowered.target === 'CPU').length;
  return {
    network: program.name,
    accelerator: accelerator.name,
    systemConfig: system.systemConfig,
    memoryMode: system.memoryMode,
    optimise: evaluation.optimise,
    coreClock: system.coreClock,
    macsPerCycle: accelerator.macsPerCycle * accelerator.cores,
    arenaCacheSize: system.arenaCacheSize,
    bandwidths: perArea((m) => {
      const name = (Object.keys(MEMORY_INDEX) as MemoryName[]).find((n) => MEMORY_INDEX[n] === m)!;
      return system.bandwidths[name];
    }),
    weightsArea: areaOf(system.constantsShownAs),
    featureMapArea: areaOf(system.featureMaps.name),
    layers,
    passesBeforeFusing: program.ops.length,
    passesAfterFusing: program.ops.length - cascaded.length + cascades,
    memoryUsed: memoryPerArea(evaluation),
    stagingMemoryUsed: stagingMemory(evaluation),
    originalWeightBytes: weights.original,
    encodedWeightBytes: weights.encoded,
    traffic,
    macs: layers.reduce((total, layer) => total + layer.macs, 0),
    npuCycles: sum(figures, (f) => f.npuCycles),
    accessCycles: perArea((m) => sum(figures, (f) => f.accessCycles[m]!)),
    cycles: sum(figures, (f) => f.cycles),
    cpuOperators,
    npuOperators: program.ops.length - cpuOperators,
    predictedWeights: weights.predicted,
  };
}
