import { LINE_WIDTH, shortened, wrap } from '../../src/report/text.js';
import { ENERGY_NOTE, energyWord } from '../substitute/retained-weights.js';
import type { DesignFigures } from '../evaluate/figures.js';
import { STANDARD } from '../substitute/index.js';
import type { Applied } from '../emit/describe-design.js';
import type { BeforeAfter, ChangedLayer } from '../emit/changed-layers.js';

const GAP = 2;

const grouped = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

const energyText = (value: number): string => (Number.isNaN(value) ? 'unknown' : value.toFixed(4));

/** Lines of cells under each other; the columns in `right` end flush. */
export const aligned = (rows: readonly (readonly string[])[], right: readonly number[]): string[] => {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
};

const channelsText = ({ before, after }: BeforeAfter): string =>
  before === after ? grouped(before) : `${grouped(before)} (now ${grouped(after)})`;

const layerText = ({ kind, kernel, inputChannels, outputChannels }: ChangedLayer): string =>
  [
    kind,
    ...(kernel === undefined ? [] : [kernel.join('x')]),
    `${channelsText(inputChannels)} -> ${channelsText(outputChannels)}`,
  ].join(' ');

const changeText = ({ before, after }: BeforeAfter): string =>
  before === after ? grouped(before) : `${grouped(before)} -> ${grouped(after)}`;

const layerTable = ({ layers, parameters, energy }: Applied): string[] => {
  const rows = layers.map((layer) => [
    String(layer.operator),
    shortened(layerText(layer), 50),
    layer.option === STANDARD ? 'other channels' : layer.option,
    changeText(layer.parameters),
    energyText(layer.energy.before),
    energyText(layer.energy.after),
    energyWord(layer.energy.before),
  ]);
  const whole = [
    '',
    'network',
    '',
    changeText(parameters),
    energyText(energy.before),
    energyText(energy.after),
    energyWord(energy.before),
  ];
  const head = ['', 'layer', 'becomes', 'parameters', 'energy', 'quantised', 'weights'];
  return aligned([head, ...rows, whole], [0, 3, 4, 5]);
};

const FIGURES: readonly (readonly [name: string, value: (figures: DesignFigures) => number])[] = [
  ['cycles', (f) => f.cyclesTotal],
  ['NPU cycles', (f) => f.cyclesNpu],
  ['SRAM bytes moved', (f) => f.sramTotalBytes],
  ['DRAM and flash bytes moved', (f) => f.externalTotalBytes],
  ['SRAM bytes used', (f) => f.sramMemoryUsedBytes],
  ['MACs', (f) => f.macs],
  ['encoded weight bytes', (f) => f.encodedWeightBytes],
  ['operators on the CPU', (f) => f.cpuOps],
];

const percent = (before: number, after: number): string => {
  if (before === after) return '=';
  if (before === 0) return '';
  const change = 100 * (after / before - 1);
  return `${change > 0 ? '+' : ''}${change.toFixed(1)}%`;
};

const systemTables = ({ systems }: Applied): string[] =>
  systems.flatMap(({ system, before, after }) => [
    '',
    `on ${system.accelerator}, ${system.systemConfig}, ${system.memoryMode}:`,
    ...aligned(
      [
        ['', 'original', 'design', 'change'],
        ...FIGURES.map(([name, value]) => [
          name,
          grouped(value(before)),
          grouped(value(after)),
          percent(value(before), value(after)),
        ]),
      ],
      [1, 2, 3],
    ),
  ]);

/** A design's changes for people: a line per layer, what the weights are worth, figures per system. */
export const appliedText = (applied: Applied): string => {
  const { model, design, layers, energyUnknown } = applied;
  const title = wrap(`${model}, design ${shortened(design, LINE_WIDTH)}`);
  if (layers.length === 0) return [`${title}: nothing changes`, ...systemTables(applied)].join('\n');
  return [
    title,
    ...layerTable(applied),
    wrap(ENERGY_NOTE),
    ...(energyUnknown === undefined ? [] : [wrap(`energy is not known: ${energyUnknown}`)]),
    ...systemTables(applied),
  ].join('\n');
};
