import { displayName } from '../npu/accelerator-names.js';
import { AREA_NAMES, AREAS, type Area, type Estimate } from '../estimate/types.js';
import { csvField, floatCell, integerCell, textCell, type Cell } from './numbers.js';

/** Seconds of one inference. */
export const inferenceSeconds = (estimate: Estimate): number => estimate.cycles / estimate.coreClock;

/** Inferences per second; NaN if an inference takes no cycles. */
export const inferencesPerSecond = (estimate: Estimate): number =>
  estimate.cycles === 0 ? NaN : 1 / inferenceSeconds(estimate);

/** 10¹² operations per second, a MAC being two (docs/model/reports.md#totals). */
export const teraOperations = (estimate: Estimate): number =>
  (estimate.macs * 2 * inferencesPerSecond(estimate)) / 1e12;

type Column<T> = readonly [name: string, cell: (row: T) => Cell];

const perArea = (
  suffix: string,
  cell: (estimate: Estimate, area: Area) => Cell,
): readonly Column<Estimate>[] =>
  AREAS.map((area) => [`${area}_${suffix}`, (estimate: Estimate) => cell(estimate, area)] as const);

/** Columns of the summary file in order (docs/model/reports.md#totals). */
export const SUMMARY_COLUMNS: readonly Column<Estimate>[] = [
  ['experiment', () => textCell('default')],
  ['network', (e) => textCell(e.network)],
  ['accelerator_configuration', (e) => textCell(displayName(e.accelerator))],
  ['system_config', (e) => textCell(e.systemConfig)],
  ['memory_mode', (e) => textCell(e.memoryMode)],
  ['core_clock', (e) => floatCell(e.coreClock)],
  ['arena_cache_size', (e) => floatCell(e.arenaCacheSize / 1024)],
  ...perArea('bandwidth', (e, area) => floatCell(e.bandwidths[area])),
  ['weights_storage_area', (e) => textCell(AREA_NAMES[e.weightsArea])],
  ['feature_map_storage_area', (e) => textCell(AREA_NAMES[e.featureMapArea])],
  ['inferences_per_second', (e) => floatCell(inferencesPerSecond(e))],
  ['batch_size', () => integerCell(1)],
  ['inference_time', (e) => floatCell(inferenceSeconds(e))],
  ['passes_before_fusing', (e) => integerCell(e.passesBeforeFusing)],
  ['passes_after_fusing', (e) => integerCell(e.passesAfterFusing)],
  ...perArea('memory_used', (e, area) => floatCell(e.memoryUsed[area] / 1024)),
  ['total_original_weights', (e) => integerCell(e.originalWeightBytes)],
  ['total_npu_encoded_weights', (e) => integerCell(e.encodedWeightBytes)],
  ...AREAS.flatMap((area): readonly Column<Estimate>[] => [
    [`${area}_feature_map_read_bytes`, (e) => integerCell(e.traffic[area].featureMapRead)],
    [`${area}_feature_map_write_bytes`, (e) => integerCell(e.traffic[area].featureMapWrite)],
    [`${area}_weight_read_bytes`, (e) => integerCell(e.traffic[area].weightRead)],
    [`${area}_weight_write_bytes`, (e) => integerCell(e.traffic[area].weightWrite)],
    [`${area}_total_bytes`, (e) => integerCell(e.traffic[area].total)],
  ]),
  ['nn_macs', (e) => integerCell(e.macs)],
  ['nn_tops', (e) => floatCell(teraOperations(e))],
  ['cycles_npu', (e) => integerCell(e.npuCycles)],
  ...AREAS.map((area): Column<Estimate> => [
    `cycles_${area}_access`,
    (e) => integerCell(e.accessCycles[area]),
  ]),
  ['cycles_total', (e) => integerCell(e.cycles)],
];

/** The summary file: a header and one row, lines ending in CR LF. */
export function summaryCsv(estimate: Estimate): string {
  const header = SUMMARY_COLUMNS.map(([name]) => name).join(',');
  const row = SUMMARY_COLUMNS.map(([, cell]) => csvField(cell(estimate))).join(',');
  return `${header}\r\n${row}\r\n`;
}
