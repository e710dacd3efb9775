import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AREAS, type Area, type Estimate, type Layer, type PerArea } from '../../src/estimate/types.js';
import { LAYER_COLUMNS } from '../../src/report/layers.js';
import { SUMMARY_COLUMNS } from '../../src/report/summary.js';
import { AREA_NAMES } from '../../src/estimate/types.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import { sharedDir } from '../shared.js';

type Row = Readonly<Record<string, string | number>>;
interface Golden {
  readonly model: string;
  readonly accelerator: string;
  readonly system_config: string;
  readonly memory_mode: string;
  readonly arena_cache_size?: number;
  readonly summary: Row;
  readonly layers: readonly Row[];
}

const each = <T>(of: (area: Area) => T): PerArea<T> =>
  Object.fromEntries(AREAS.map((area) => [area, of(area)])) as unknown as PerArea<T>;

/** The estimate that a golden describes, from its integer columns only; the rest is for the report to derive. */
function estimateOf(golden: Golden): Estimate {
  const { summary, accelerator } = golden;
  const n = (key: string): number => summary[key] as number;
  const system = resolveSystem({
    accelerator,
    systemConfig: golden.system_config,
    memoryMode: golden.memory_mode,
    arenaCacheSize: golden.arena_cache_size,
  });
  const areaOf = (name: string | number): Area => AREAS.find((area) => AREA_NAMES[area] === name)!;
  const memoryUsed = each((area) => n(`${area}_memory_used`) * 1024);
  const { bandwidths } = system;
  return {
    network: golden.model.replace('.tflite', ''),
    traits: { kind: 'quantised', integerWeights: false, dynamicBatch: false },
    accelerator,
    systemConfig: golden.system_config,
    memoryMode: golden.memory_mode,
    optimise: 'Performance',
    coreClock: system.coreClock,
    macsPerCycle: Number(accelerator.split('-')[2]),
    arenaCacheSize: system.arenaCacheSize,
    bandwidths: {
      sram: bandwidths.Sram,
      dram: bandwidths.Dram,
      on_chip_flash: bandwidths.OnChipFlash,
      off_chip_flash: bandwidths.OffChipFlash,
    },
    weightsArea: areaOf(summary['weights_storage_area']!),
    featureMapArea: areaOf(summary['feature_map_storage_area']!),
    layers: golden.layers.map(layerOf),
    passesBeforeFusing: n('passes_before_fusing'),
    passesAfterFusing: n('passes_after_fusing'),
    memoryUsed,
    stagingMemoryUsed: memoryUsed.sram + (golden.memory_mode === 'Sram_Only' ? memoryUsed.on_chip_flash : 0),
    originalWeightBytes: n('total_original_weights'),
    encodedWeightBytes: n('total_npu_encoded_weights'),
    traffic: each((area) => ({
      featureMapRead: n(`${area}_feature_map_read_bytes`),
      featureMapWrite: n(`${area}_feature_map_write_bytes`),
      weightRead: n(`${area}_weight_read_bytes`),
      weightWrite: n(`${area}_weight_write_bytes`),
      total: n(`${area}_total_bytes`),
    })),
    macs: n('nn_macs'),
    npuCycles: n('cycles_npu'),
    accessCycles: each((area) => n(`cycles_${area}_access`)),
    cycles: n('cycles_total'),
    cpuOperators: golden.layers.filter((row) => row['Target'] === 'CPU').length,
    npuOperators: golden.layers.filter((row) => row['Target'] === 'NPU').length,
    predictedWeights: false,
    refused: false,
  };
}

const layerOf = (row: Row): Layer => ({
  originalOperator: row['Original Operator'] as string,
  operator: row['NNG Operator'] as Layer['operator'],
  target: row['Target'] as Layer['target'],
  origin: -1,
  fused: false,
  tfliteOperator: '',
  name: row['Name'] as string,
  stagingUsage: row['Staging Usage'] as number,
  cycles: row['Op Cycles'] as number,
  npuCycles: row['NPU'] as number,
  accessCycles: {
    sram: row['SRAM AC'] as number,
    dram: row['DRAM AC'] as number,
    on_chip_flash: row['OnFlash AC'] as number,
    off_chip_flash: row['OffFlash AC'] as number,
  },
  macs: row['MAC Count'] as number,
});

function goldenFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

test.skipIf(sharedDir === undefined).each(['goldens', 'goldens-arena', 'ops/goldens'])(
  'every column of %s comes out as the same double',
  (set) => {
    const differences: string[] = [];
    for (const [index, file] of goldenFiles(join(sharedDir!, set)).entries()) {
      if (set.startsWith('ops') && index % 7 !== 0) continue;
      const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
      const estimate = estimateOf(golden);
      const compare = (where: string, got: unknown, want: unknown): void => {
        const same = typeof want === 'string' && /^nan$/i.test(want) ? Number.isNaN(got) : got === want;
        if (!same) differences.push(`${file} ${where}: ${String(got)}, expected ${String(want)}`);
      };
      expect(SUMMARY_COLUMNS.map(([name]) => name)).toEqual(Object.keys(golden.summary));
      for (const [name, cell] of SUMMARY_COLUMNS) compare(name, cell(estimate).value, golden.summary[name]);
      for (const [i, layer] of estimate.layers.entries()) {
        for (const { name, cell } of LAYER_COLUMNS) {
          compare(`layer ${i} ${name}`, cell(layer, estimate).value, golden.layers[i]![name]);
        }
      }
    }
    expect(differences.slice(0, 10)).toEqual([]);
  },
);
