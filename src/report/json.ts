import type { Estimate, Layer } from '../estimate/types.js';
import type { FvpResult } from '../fvp/fvp.js';
import { cpuGroups } from '../explain/cpu.js';
import { cpuJson } from './cpu.js';
import { fvpJson } from './fvp.js';
import { LAYER_COLUMNS } from './layers.js';
import { arenaExcess } from './notes.js';
import { traitsJson } from './traits.js';
import type { Json } from './json-value.js';
import type { Cell } from './numbers.js';
import { SUMMARY_COLUMNS } from './summary.js';

/** Version of the shape that {@link estimateJson} returns. */
export const ESTIMATE_SCHEMA = 'paretou/estimate@1';

const cellJson = ({ value }: Cell): Json =>
  typeof value === 'number' && !Number.isFinite(value) ? null : value;

/**
 * An estimate as data: `summary` and the rows of `layers` have the keys of the CSV files, with numbers for numbers and
 * null where there is none; a layer also has its `reason`, `origin` and `detail`. FVP-like cycles, if given, are `fvp`.
 */
export function estimateJson(estimate: Estimate, fvp?: FvpResult): { readonly [key: string]: Json } {
  return {
    schema: ESTIMATE_SCHEMA,
    network: estimate.network,
    traits: traitsJson(estimate.traits),
    accelerator: estimate.accelerator,
    system_config: estimate.systemConfig,
    memory_mode: estimate.memoryMode,
    optimise: estimate.optimise,
    predicted_weights: estimate.predictedWeights,
    arena_excess_bytes: arenaExcess(estimate),
    refused: estimate.refused,
    ...(estimate.peak === undefined ? {} : { peak: snakeCase(estimate.peak) }),
    operators: {
      npu: estimate.npuOperators,
      cpu: estimate.cpuOperators,
      cpu_reasons: cpuJson(cpuGroups(estimate.layers)),
    },
    summary: Object.fromEntries(SUMMARY_COLUMNS.map(([name, cell]) => [name, cellJson(cell(estimate))])),
    layers: estimate.layers.map((layer) => layerJson(layer, estimate)),
    ...(fvp === undefined ? {} : { fvp: fvpJson(fvp, estimate.layers) }),
  };
}

function layerJson(layer: Layer, estimate: Estimate): Json {
  return {
    ...Object.fromEntries(LAYER_COLUMNS.map(({ name, cell }) => [name, cellJson(cell(layer, estimate))])),
    ...(layer.reason === undefined ? {} : { reason: layer.reason }),
    origin: layer.origin,
    tflite_operator: layer.tfliteOperator,
    fused: layer.fused,
    ...(layer.detail === undefined ? {} : { detail: snakeCase(layer.detail) }),
  };
}

/** The same data with keys in snake case. */
function snakeCase(value: unknown): Json {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, v]) => v !== undefined)
        .map(([key, v]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snakeCase(v)]),
    );
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}
