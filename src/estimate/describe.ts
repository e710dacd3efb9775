import { AREAS, type Area, type Estimate, type Layer, type LayerDetail } from './types.js';
import type { Evaluation } from './evaluation.js';
import type { LoweredOp } from '../lowering/operations.js';
import type { MemoryName } from '../npu/system.js';
import type { Entry } from '../schedule/entry.js';
import { COLUMN, figureAt, finalCall, finalParts, MEMORY_INDEX, placesOf } from '../schedule/figures.js';
import { memoryPeak } from './peak.js';
import type { Plan } from '../schedule/plan.js';
import type { Scheduled } from '../schedule/schedule.js';
import { graphsOf, macsOf, perArea, totalsOf } from './totals.js';
import type { ProgramOp } from '../schedule/program.js';

const areaOf = (name: MemoryName): Area => AREAS[MEMORY_INDEX[name]]!;

const NO_ACCESS = perArea(() => 0);

/** Reads one operation's figures by column. */
type Figure = (column: number) => number;

function boundBy(figure: Figure): LayerDetail['boundBy'] {
  const cycles = figure(COLUMN.cycles);
  if (figure(COLUMN.npuCycles) >= cycles) return 'npu';
  return AREAS.find((_, m) => figure(COLUMN.access + m) === cycles)!;
}

function layerDetail(
  evaluation: Evaluation,
  op: ProgramOp,
  plan: Plan,
  entry: Entry,
  figure: Figure,
): LayerDetail {
  const { machine, program, scheduled } = evaluation;
  const { slices, buffer } = entry;
  const encoding = slices?.encoding;
  const { config } = plan;
  const places = placesOf(machine, op, scheduled.placement.areas);
  const parts = finalParts(machine, plan, finalCall(machine, plan, places, buffer !== undefined));
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
    runCycles: figure(COLUMN.runCycles),
    ...(hasParts && { macCycles: parts.macCycles, outputCycles: parts.outputCycles }),
    ...(slices !== undefined &&
      encoding !== undefined && {
        weights: {
          format: machine.model.weightFormat(config),
          predicted: plan.op.weights?.predicted ?? false,
          encodedBytes: encoding.weightBytes,
          scaleBytes: encoding.scaleBytes,
          depthSlices: slices.boundaries,
          buffering: buffer === undefined ? 'none' : buffer.parts.length === 2 ? 'double' : 'single',
          prebuffered: buffer?.prebuffered ?? false,
          passes: plan.elements.passes,
        },
      }),
    cascade: entry.place?.cascade ?? 0,
    bytes: {
      ifm: figure(COLUMN.ifmBytes),
      ifm2: figure(COLUMN.ifm2Bytes),
      ofm: figure(COLUMN.ofmBytes),
      weights: figure(COLUMN.weightBytes),
      scales: figure(COLUMN.scaleBytes),
    },
    boundBy: boundBy(figure),
  };
}

const tfliteName = ({ source }: LoweredOp): string => source.customCode ?? source.kind;

const rowName = (op: LoweredOp): string => op.ofms[0]?.tensor.name ?? '';

function opLayers(evaluation: Evaluation, index: number): Layer[] {
  const { machine, program, scheduled, figures } = evaluation;
  const op = program.ops[index]!;
  const entry = scheduled.schedule[index]!;
  const figure: Figure = (column) => figureAt(figures, index, column);
  const { lowered } = op;
  const { used, liveness } = scheduled.snapshot;
  const stagingUsage = op.cost === undefined ? 0 : used[liveness.times[index]!]!;
  const main: Layer = {
    originalOperator: lowered.original,
    operator: lowered.kind,
    target: lowered.target,
    ...(lowered.reason !== undefined && { reason: lowered.reason }),
    origin: lowered.origin,
    fused: false,
    tfliteOperator: tfliteName(lowered),
    name: rowName(lowered),
    stagingUsage,
    cycles: figure(COLUMN.cycles),
    npuCycles: figure(COLUMN.npuCycles),
    accessCycles: perArea((m) => figure(COLUMN.access + m)),
    macs: macsOf(machine, op, entry),
    ...(entry.plan !== undefined && { detail: layerDetail(evaluation, op, entry.plan, entry, figure) }),
  };
  const fused = lowered.subs.map((sub): Layer => ({
    originalOperator: sub.original,
    operator: sub.kind,
    target: sub.target,
    origin: sub.origin,
    fused: true,
    tfliteOperator: tfliteName(sub),
    name: rowName(sub),
    stagingUsage: 0,
    cycles: 0,
    npuCycles: 0,
    accessCycles: NO_ACCESS,
    macs: 0,
  }));
  return [main, ...fused];
}

/** Bytes that the staging column's percentages refer to: in Sram_Only the constants count too. */
function stagingMemory({ machine: { system }, memory }: Evaluation): number {
  if (system.spilling) return memory.staging;
  return memory.featureMaps + (system.constants.name === system.staging.name ? memory.constants : 0);
}

/** Operations of a graph, those of a cascade counting as one. */
function passesOf({ schedule }: Scheduled): number {
  const cascaded = schedule.filter((entry) => entry.place !== undefined);
  return schedule.length - cascaded.length + cascaded.filter((entry) => entry.place?.first).length;
}

/**
 * Puts an evaluation into the form that reports are made of: the layers of the last graph (docs/model/reports.md#rows)
 * and the totals of all.
 */
export function describe(evaluation: Evaluation): Estimate {
  const { machine, program } = evaluation;
  const { system, hardware } = machine;
  const layers: Layer[] = [];
  const layerOf = program.ops.map((_, i) => {
    const row = layers.length;
    layers.push(...opLayers(evaluation, i));
    return row;
  });
  const peak = memoryPeak(evaluation, layerOf);
  const graphs = graphsOf(evaluation);
  const passes = graphs.reduce((sum, graph) => sum + graph.program.ops.length, 0);
  const totals = totalsOf(evaluation);
  return {
    network: program.name,
    traits: program.traits,
    accelerator: hardware.name,
    systemConfig: system.systemConfig,
    memoryMode: system.memoryMode,
    optimise: evaluation.optimise,
    coreClock: system.coreClock,
    macsPerCycle: hardware.peakMacs,
    arenaCacheSize: system.arenaCacheSize,
    bandwidths: perArea((m) => {
      const name = (Object.keys(MEMORY_INDEX) as MemoryName[]).find((n) => MEMORY_INDEX[n] === m)!;
      return system.bandwidths[name];
    }),
    weightsArea: areaOf(system.constantsShownAs),
    featureMapArea: areaOf(system.featureMaps.name),
    layers,
    passesBeforeFusing: passes,
    passesAfterFusing: graphs.reduce((sum, graph) => sum + passesOf(graph.scheduled), 0),
    stagingMemoryUsed: stagingMemory(evaluation),
    ...(peak !== undefined && { peak }),
    refused: system.spilling && evaluation.memory.staging > system.arenaCacheSize,
    npuOperators: passes - totals.cpuOperators,
    ...totals,
  };
}
