import { aligned, grouped, shortened, wrap } from '../../src/text.js';
import { RETAINED_NOTE, retainedMeans } from '../emit/retained-weights.js';
import { FIGURES } from '../evaluate/figures.js';
import { METRICS } from '../metrics.js';
import { changePercent, retainedCell, valueText } from './amounts.js';
import { STANDARD } from '../substitute/index.js';
import type { Applied } from './describe-design.js';
import type { RetainedWeights } from '../substitute/substitution.js';
import type { BeforeAfter, ChangedLayer } from '../emit/changed-layers.js';

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

const retainedCells = ({ before, after }: RetainedWeights): string[] => [
  retainedCell(before),
  retainedCell(after),
  retainedMeans(before),
];

const layerTable = ({ layers, parameters, retained }: Applied): string[] => {
  const rows = layers.map((layer) => [
    String(layer.operator),
    shortened(layerText(layer), 50),
    layer.option === STANDARD ? 'other channels' : layer.option,
    changeText(layer.parameters),
    ...retainedCells(layer.retained),
  ]);
  const whole = ['', 'network', '', changeText(parameters), ...retainedCells(retained)];
  const head = ['', 'layer', 'becomes', 'parameters', 'retained', 'quantised', 'weights'];
  return aligned([head, ...rows, whole], [0, 3, 4, 5]);
};

/** What the estimator says of every design. */
const COMPARED = FIGURES.filter((name) => METRICS[name].unit !== 'flag');

const systemTables = ({ systems }: Applied): string[] =>
  systems.flatMap(({ system, before, after }) => [
    '',
    `on ${system.accelerator}, ${system.systemConfig}, ${system.memoryMode}:`,
    ...aligned(
      [
        ['', 'original', 'design', 'change'],
        ...COMPARED.map((name) => [
          METRICS[name].label,
          valueText(name, before[name]),
          valueText(name, after[name]),
          changePercent(before[name], after[name]),
        ]),
      ],
      [1, 2, 3],
    ),
  ]);

/** A design's changes for people: a line per layer, what the weights are worth, figures per system. */
export const appliedText = (applied: Applied): string => {
  const { model, design, layers, retainedUnknown } = applied;
  const title = wrap(`${model}, design ${design}`);
  if (layers.length === 0) return [`${title}: nothing changes`, ...systemTables(applied)].join('\n');
  return [
    title,
    ...layerTable(applied),
    wrap(RETAINED_NOTE),
    ...(retainedUnknown === undefined ? [] : [wrap(`retained weights are not known: ${retainedUnknown}`)]),
    ...systemTables(applied),
  ].join('\n');
};
