import type { Estimate, Layer } from '../estimate/types.js';
import { grouped, plural } from '../text.js';
import type { Json } from './json-value.js';
import { LAYER_COLUMNS } from './layers.js';
import type { Cell } from './numbers.js';
import { SUMMARY_COLUMNS } from './summary.js';
import type { Fields, VelaReports } from './vela-reports.js';

/** One figure of both. */
export interface ComparedFigure {
  readonly name: string;
  readonly ours: string;
  /** Undefined where the compiler has none. */
  readonly vela: string | undefined;
  readonly equal: boolean;
}

/** The first layer in which the two differ. */
export interface DifferingLayer {
  readonly index: number;
  readonly operator: string;
  readonly name: string;
  /** What differs; empty where only one of the two has such a layer. */
  readonly figures: readonly ComparedFigure[];
  /** Who has it. */
  readonly only: 'ours' | 'vela' | undefined;
}

/** How the figures of an estimate compare with the compiler's. */
export interface Verification {
  readonly equal: boolean;
  readonly figures: readonly ComparedFigure[];
  readonly layers: number;
  readonly differingLayers: number;
  readonly firstLayer: DifferingLayer | undefined;
}

/** A number as either writes it; undefined for what is none. */
const numberOf = (text: string): number | undefined => {
  const word = text.trim().toLowerCase();
  if (word === 'nan') return NaN;
  if (word === 'inf') return Infinity;
  const number = word === '' ? NaN : Number(word);
  return Number.isNaN(number) ? undefined : number;
};

const isEqual = ({ text, value }: Cell, vela: string): boolean => {
  if (typeof value === 'string') return value.trim() === vela;
  const number = numberOf(vela);
  return number !== undefined && Object.is(numberOf(text), number);
};

const compared = (name: string, cell: Cell, fields: Fields): ComparedFigure => {
  const vela = fields.get(name);
  return { name, ours: cell.text, vela, equal: vela !== undefined && isEqual(cell, vela) };
};

/** Compares every column of both files; what the compiler has besides is ignored. */
export function verify(estimate: Estimate, { summary, layers }: VelaReports): Verification {
  const figures = SUMMARY_COLUMNS.map(([name, cell]) => compared(name, cell(estimate), summary));
  const differing: DifferingLayer[] = [];
  const describe = (index: number, layer: Layer | undefined, fields: Fields | undefined): DifferingLayer => ({
    index,
    operator: layer?.originalOperator ?? fields?.get('Original Operator') ?? '',
    name: layer?.name ?? fields?.get('Name') ?? '',
    figures:
      layer === undefined || fields === undefined
        ? []
        : LAYER_COLUMNS.map(({ name, cell }) => compared(name, cell(layer, estimate), fields)).filter(
            ({ equal }) => !equal,
          ),
    only: fields === undefined ? 'ours' : layer === undefined ? 'vela' : undefined,
  });
  const count = Math.max(estimate.layers.length, layers.length);
  for (let i = 0; i < count; i++) {
    const layer = describe(i, estimate.layers[i], layers[i]);
    if (layer.only !== undefined || layer.figures.length > 0) differing.push(layer);
  }
  return {
    equal: differing.length === 0 && figures.every(({ equal }) => equal),
    figures,
    layers: count,
    differingLayers: differing.length,
    firstLayer: differing[0],
  };
}

/** Figures that are shown even where they are equal. */
const SHOWN: ReadonlySet<string> = new Set([
  'cycles_total',
  'cycles_npu',
  'sram_memory_used',
  'sram_total_bytes',
  'dram_total_bytes',
  'off_chip_flash_total_bytes',
  'total_npu_encoded_weights',
  'nn_macs',
]);

const figureText = ({ name, ours, vela }: ComparedFigure): string =>
  `${name} ${ours} here, ${vela ?? 'nothing'} by Vela`;

const layerText = ({ index, operator, name, figures, only }: DifferingLayer): string => {
  const what = `${index}, ${operator} ${name}`.trim();
  if (only !== undefined) return `${what}: only ${only === 'ours' ? 'here' : 'Vela has it'}`;
  return `${what}: ${figures.map(figureText).join('; ')}`;
};

/** The comparison for people: the main figures, all that differ, and the first layer that does. */
export function verificationLines({ figures, layers, differingLayers, firstLayer }: Verification): string[] {
  const shown = figures.filter(({ name, equal }) => !equal || SHOWN.has(name));
  const rows = [
    ['', 'here', 'Vela', ''],
    ...shown.map(({ name, ours, vela, equal }) => [name, ours, vela ?? '', equal ? 'equal' : 'different']),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(([name, ours, vela, verdict]) =>
    `  ${name!.padEnd(widths[0]!)}  ${ours!.padStart(widths[1]!)}  ${vela!.padStart(widths[2]!)}  ${verdict!}`.trimEnd(),
  );
  const equal = figures.filter((figure) => figure.equal).length;
  return [
    ...lines,
    `  ${grouped(equal)} of ${plural(figures.length, 'figure')} equal`,
    differingLayers === 0
      ? `  ${plural(layers, 'layer')}, all equal`
      : `  ${grouped(layers - differingLayers)} of ${plural(layers, 'layer')} equal`,
    ...(firstLayer === undefined ? [] : [`  first layer that differs: ${layerText(firstLayer)}`]),
  ];
}

const figureJson = ({ name, ours, vela, equal }: ComparedFigure): Json => ({
  name,
  ours,
  vela: vela ?? null,
  equal,
});

/** The comparison as data. */
export function verificationJson({ equal, figures, layers, differingLayers, firstLayer }: Verification): {
  readonly [key: string]: Json;
} {
  return {
    equal,
    figures: figures.map(figureJson),
    layers,
    differing_layers: differingLayers,
    first_differing_layer:
      firstLayer === undefined
        ? null
        : {
            index: firstLayer.index,
            operator: firstLayer.operator,
            name: firstLayer.name,
            figures: firstLayer.figures.map(figureJson),
            only: firstLayer.only ?? null,
          },
  };
}
