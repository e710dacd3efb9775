import { join } from 'node:path';
import { AREAS, type Area, type Estimate, type Layer } from '../src/estimate/types.js';
import { createEstimator, type Estimator } from '../src/estimate/estimate.js';
import { loadNetwork } from '../src/graph/load.js';
import type { Network } from '../src/graph/network.js';
import { resolveSystem } from '../src/npu/resolve.js';
import type { System } from '../src/npu/system.js';
import type { Golden, Row, Run } from './goldens.js';

/** Columns of the per-layer report that are not derived from others. */
const LAYER_COLUMNS: Readonly<Record<string, (layer: Layer) => string | number>> = {
  'Original Operator': (l) => l.originalOperator,
  'NNG Operator': (l) => l.operator,
  Target: (l) => l.target,
  'Staging Usage': (l) => l.stagingUsage,
  'Op Cycles': (l) => l.cycles,
  NPU: (l) => l.npuCycles,
  'SRAM AC': (l) => l.accessCycles.sram,
  'DRAM AC': (l) => l.accessCycles.dram,
  'OnFlash AC': (l) => l.accessCycles.on_chip_flash,
  'OffFlash AC': (l) => l.accessCycles.off_chip_flash,
  'MAC Count': (l) => l.macs,
};

const areaColumns = (estimate: Estimate, area: Area): Record<string, number> => {
  const traffic = estimate.traffic[area];
  return {
    [`${area}_memory_used`]: estimate.memoryUsed[area] / 1024,
    [`${area}_feature_map_read_bytes`]: traffic.featureMapRead,
    [`${area}_feature_map_write_bytes`]: traffic.featureMapWrite,
    [`${area}_weight_read_bytes`]: traffic.weightRead,
    [`${area}_weight_write_bytes`]: traffic.weightWrite,
    [`${area}_total_bytes`]: traffic.total,
    [`cycles_${area}_access`]: estimate.accessCycles[area],
  };
};

const summaryColumns = (estimate: Estimate): Record<string, number> => ({
  passes_before_fusing: estimate.passesBeforeFusing,
  passes_after_fusing: estimate.passesAfterFusing,
  total_original_weights: estimate.originalWeightBytes,
  total_npu_encoded_weights: estimate.encodedWeightBytes,
  nn_macs: estimate.macs,
  cycles_npu: estimate.npuCycles,
  cycles_total: estimate.cycles,
  ...AREAS.reduce((columns, area) => ({ ...columns, ...areaColumns(estimate, area) }), {}),
});

/** Names that the reference makes up for tensors without one of their own are not reproduced. */
const madeUp = (column: string, value: string | number | undefined): boolean =>
  column === 'Name' && /#\d+$/.test(String(value));

/** Every column in which an estimate differs from the reference's figures. */
export function differences(golden: Golden, estimate: Estimate): string[] {
  const found: string[] = [];
  const rows = golden.layers.flatMap((row) =>
    new Array<Row>((row['repeat'] as number | undefined) ?? 1).fill(row),
  );
  if (rows.length !== estimate.layers.length) {
    found.push(`${estimate.layers.length} layers, expected ${rows.length}`);
  }
  estimate.layers.forEach((layer, i) => {
    const row = rows[i];
    if (row === undefined) return;
    const columns = { ...LAYER_COLUMNS, Name: (l: Layer) => l.name };
    for (const [column, value] of Object.entries(columns)) {
      if (value(layer) === row[column] || madeUp(column, row[column])) continue;
      found.push(
        `layer ${i} ${layer.operator} ${column}: ${value(layer)}, expected ${row[column] ?? 'none'}`,
      );
    }
  });
  for (const [column, value] of Object.entries(summaryColumns(estimate))) {
    if (value !== golden.summary[column]) {
      found.push(`${column}: ${value}, expected ${golden.summary[column] ?? 'none'}`);
    }
  }
  return found;
}

/** Estimates runs with one estimator; reads every model and system once. */
export class Runs {
  readonly estimator: Estimator = createEstimator();
  private readonly networks = new Map<string, Network>();
  private readonly systems = new Map<string, System>();

  constructor(
    private readonly folder: string,
    private readonly load = (path: string): Network => loadNetwork(path).network,
  ) {}

  estimate(run: Run): Estimate {
    const { model, accelerator, system_config, memory_mode, arena_cache_size, optimise } = run;
    const path = join(this.folder, model);
    const network = this.networks.get(path) ?? this.load(path);
    this.networks.set(path, network);
    const key = [accelerator, system_config, memory_mode, arena_cache_size].join();
    const system =
      this.systems.get(key) ??
      resolveSystem({
        accelerator,
        systemConfig: system_config,
        memoryMode: memory_mode,
        arenaCacheSize: arena_cache_size,
      });
    this.systems.set(key, system);
    return this.estimator.estimate(network, system, { optimise });
  }
}

/** One line that tells a run from all others. */
export const runName = (run: Run): string =>
  [
    run.model.replace('.tflite', ''),
    run.accelerator,
    run.system_config,
    run.memory_mode,
    run.optimise,
    run.arena_cache_size,
  ]
    .filter((part) => part !== undefined)
    .join(' ');

/** A difference that is understood but not mended. */
export interface KnownDifference {
  readonly model: string;
  /** Only on accelerators of that name. */
  readonly accelerator?: RegExp;
  /** What is found where the model is estimated. */
  readonly difference: RegExp;
  readonly cause: string;
}

/** Differences of all runs but the known ones. */
export function compareAll(
  runs: Runs,
  goldens: readonly Golden[],
  known: readonly KnownDifference[] = [],
): string[] {
  return goldens.flatMap((golden) => {
    let found: string[];
    try {
      found = differences(golden, runs.estimate(golden));
    } catch (error) {
      found = [`threw ${String(error)}`];
    }
    return found
      .filter(
        (text) =>
          !known.some(
            (k) =>
              k.model === golden.model &&
              (k.accelerator?.test(golden.accelerator) ?? true) &&
              k.difference.test(text),
          ),
      )
      .map((text) => `${runName(golden)}: ${text}`);
  });
}
