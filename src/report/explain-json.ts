import type { Explanation, LayerExplanation } from '../explain/types.js';
import { operatorsOf } from '../explain/operators.js';
import { accessCyclesOf, unchanged, usesOf } from '../explain/access.js';
import { AREAS, type Estimate, type Layer } from '../estimate/types.js';
import { TRAVERSAL_NAMES } from '../theory/traversal.js';
import { cpuGroups } from '../explain/cpu.js';
import { cpuJson } from './cpu.js';
import { fvpJson } from './fvp.js';
import { traitsJson } from './traits.js';
import type { Json } from './json-value.js';

/** Version of the shape that {@link explanationJson} returns. */
export const EXPLAIN_SCHEMA = 'paretou/explain@1';

/** The system that figures hold for. */
export const systemJson = (estimate: Estimate): { readonly [key: string]: Json } => ({
  accelerator: estimate.accelerator,
  system_config: estimate.systemConfig,
  memory_mode: estimate.memoryMode,
  optimise: estimate.optimise,
});

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function traversalJson({ traversal }: LayerExplanation): Json {
  if (traversal === undefined) return null;
  const { chosen, partKernel, depthFirst, slower, sentence } = traversal;
  const theory = ({ utilisation, macCycles }: typeof partKernel): Json => ({
    utilisation,
    mac_cycles: macCycles,
  });
  return {
    chosen: TRAVERSAL_NAMES[chosen],
    part_kernel_first: theory(partKernel),
    depth_first: theory(depthFirst),
    slower_one_chosen: slower,
    sentence,
  };
}

function layerJson(explained: LayerExplanation, estimate: Estimate): Json {
  const { layer, account, facts, boundSentence, changes } = explained;
  const detail = layer.detail!;
  const uses = usesOf(facts, unchanged(facts));
  const access = accessCyclesOf(facts, uses);
  const { kernel } = facts.cost;
  return {
    origin: layer.origin,
    original_operator: layer.originalOperator,
    tflite_operator: layer.tfliteOperator,
    operator: layer.operator,
    fused: facts.fused.map(({ operator }) => operator),
    name: layer.name,
    ifm_shapes: detail.ifmShapes,
    ofm_shape: detail.ofmShape,
    kernel: [kernel.height, kernel.width],
    stride: [kernel.strideH, kernel.strideW],
    dilation: [kernel.dilationH, kernel.dilationW],
    cycles: layer.cycles,
    share: ratio(layer.cycles, estimate.cycles),
    npu_cycles: layer.npuCycles,
    macs: layer.macs,
    utilisation: ratio(layer.macs, layer.cycles * estimate.macsPerCycle),
    parts: account.shares.map(({ part, cycles }) => ({ part, cycles })),
    factors: [...account.factors, ...account.waits].map((factor) => ({ ...factor })),
    bound: account.bound,
    bound_sentence: boundSentence,
    fvp:
      explained.fvp === undefined
        ? null
        : {
            cycles: explained.fvp.cycles,
            bound_by: explained.fvp.boundBy,
            sentence: explained.fvpSentence!,
          },
    traversal: traversalJson(explained),
    memories: AREAS.filter((area) => access.has(area)).map((area) => ({
      area,
      access_cycles: access.get(area)!,
      users: uses.filter((use) => use.area === area).map(({ user, bytes }) => ({ user, bytes })),
    })),
    changes: changes.map(({ kind, cyclesSaved, sentence }) => ({
      kind,
      cycles_saved: cyclesSaved,
      sentence,
    })),
  };
}

/** A layer of the CPU. */
export const cpuLayerJson = (layer: Layer): Json => ({
  origin: layer.origin,
  original_operator: layer.originalOperator,
  tflite_operator: layer.tfliteOperator,
  name: layer.name,
  reason: layer.reason ?? null,
});

/** An explanation as data; layers in order of execution. */
export function explanationJson({ estimate, fvp, layers, cpuLayers }: Explanation): {
  readonly [key: string]: Json;
} {
  return {
    schema: EXPLAIN_SCHEMA,
    network: estimate.network,
    traits: traitsJson(estimate.traits),
    ...systemJson(estimate),
    predicted_weights: estimate.predictedWeights,
    cycles: estimate.cycles,
    fvp: fvpJson(fvp, estimate.layers),
    core_clock: estimate.coreClock,
    macs: estimate.macs,
    macs_per_cycle: estimate.macsPerCycle,
    utilisation: ratio(estimate.macs, estimate.cycles * estimate.macsPerCycle),
    operators: operatorsOf(layers).map(({ origin, tfliteOperator, layers: of, cycles, advice }) => ({
      origin,
      tflite_operator: tfliteOperator,
      operations: of.length,
      cycles,
      share: ratio(cycles, estimate.cycles),
      advice: advice ?? null,
    })),
    layers: layers.map((layer) => layerJson(layer, estimate)),
    cpu_operators: estimate.cpuOperators,
    cpu_reasons: cpuJson(cpuGroups(estimate.layers)),
    cpu_layers: cpuLayers.map(cpuLayerJson),
  };
}
