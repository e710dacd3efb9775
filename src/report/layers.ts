import { AREAS, type Area, type Estimate, type Layer } from '../estimate/types.js';
import { csvField, integerCell, percentCell, textCell, type Cell } from './numbers.js';

const ACCESS_COLUMNS: Readonly<Record<Area, string>> = {
  sram: 'SRAM AC',
  dram: 'DRAM AC',
  on_chip_flash: 'OnFlash AC',
  off_chip_flash: 'OffFlash AC',
};

/** A column of the per-layer report; `width` is that of the console table. */
export interface LayerColumn {
  readonly name: string;
  readonly width: number;
  readonly alignLeft: boolean;
  readonly cell: (layer: Layer, estimate: Estimate) => Cell;
}

const text = (name: string, width: number, value: (layer: Layer) => string): LayerColumn => ({
  name,
  width,
  alignLeft: true,
  cell: (layer) => textCell(value(layer)),
});

const number = (name: string, width: number, cell: LayerColumn['cell']): LayerColumn => ({
  name,
  width,
  alignLeft: false,
  cell,
});

/** Columns of the per-layer report in order (docs/model/reports.md#per-layer-columns). */
export const LAYER_COLUMNS: readonly LayerColumn[] = [
  text('Original Operator', 20, (layer) => layer.originalOperator),
  text('NNG Operator', 20, (layer) => layer.operator),
  text('Target', 6, (layer) => layer.target),
  number('Staging Usage', 13, (layer) => integerCell(layer.stagingUsage)),
  number('Peak% (Staging)', 16, (layer, estimate) =>
    estimate.npuOperators === 0
      ? { text: 'NaN', value: NaN }
      : percentCell(layer.stagingUsage, estimate.stagingMemoryUsed),
  ),
  number('Op Cycles', 10, (layer) => integerCell(layer.cycles)),
  number('Network% (cycles)', 17, (layer, estimate) => percentCell(layer.cycles, estimate.cycles)),
  number('NPU', 10, (layer) => integerCell(layer.npuCycles)),
  ...AREAS.map((area) =>
    number(ACCESS_COLUMNS[area], area === 'off_chip_flash' ? 11 : 10, (layer) =>
      integerCell(layer.accessCycles[area]),
    ),
  ),
  number('MAC Count', 10, (layer) => integerCell(layer.macs)),
  number('Network% (MAC)', 14, (layer, estimate) => percentCell(layer.macs, estimate.macs)),
  number('Util% (MAC)', 12, (layer, estimate) =>
    percentCell(layer.macs, layer.cycles * estimate.macsPerCycle),
  ),
  text('Name', 20, (layer) => layer.name),
];

/** The per-layer file: a header and a row per layer, lines ending in LF. */
export function layersCsv(estimate: Estimate): string {
  const header = LAYER_COLUMNS.map(({ name }) => name).join(',');
  const rows = estimate.layers.map((layer) =>
    LAYER_COLUMNS.map(({ cell }) => csvField(cell(layer, estimate))).join(','),
  );
  return [header, ...rows, ''].join('\n');
}

/** The per-layer table of the console: percentages with two decimals. */
export function layersTable(estimate: Estimate): string {
  const pad = (value: string, { width, alignLeft }: LayerColumn): string =>
    alignLeft ? value.padEnd(width) : value.padStart(width);
  const line = (values: readonly string[]): string =>
    LAYER_COLUMNS.map((column, i) => pad(values[i]!, column))
      .join(' ')
      .trimEnd();
  const shown = ({ name, cell }: LayerColumn, layer: Layer): string => {
    const { text: asText, value } = cell(layer, estimate);
    return name.includes('%') && typeof value === 'number' ? value.toFixed(2) : asText;
  };
  const rule = LAYER_COLUMNS.map(({ width }) => '-'.repeat(width)).join(' ');
  return [
    line(LAYER_COLUMNS.map(({ name }) => name)),
    rule,
    ...estimate.layers.map((layer) => line(LAYER_COLUMNS.map((column) => shown(column, layer)))),
  ].join('\n');
}
