import { displayName } from '../npu/accelerator-names.js';
import { AREAS, type Area, type Estimate } from '../estimate/types.js';
import type { FvpResult } from '../fvp/fvp.js';
import { fvpLines, fvpNotes, fvpText } from './fvp.js';
import { layersTable } from './layers.js';
import { notes } from './notes.js';
import { inferenceSeconds, inferencesPerSecond, teraOperations } from './summary.js';
import { AREA_NAMES } from '../estimate/types.js';

export interface ConsoleOptions {
  /** The per-layer table. */
  readonly performance?: boolean;
  /** Original and encoded size of the weights. */
  readonly weights?: boolean;
  /** Cycle totals, operations and inferences per second. */
  readonly cycles?: boolean;
}

type Line = readonly [label: string, value: string, unit?: string];

const LABEL_WIDTH = 40;
const VALUE_WIDTH = 14;

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(2);
const kibibytes = (bytes: number): string => (bytes / 1024).toFixed(2);
const percent = (part: number, whole: number): string =>
  `(${(whole === 0 ? 0 : (part * 100) / whole).toFixed(1)}%)`;

/**
 * Report of one estimate for a terminal: the reference compiler's figures in its order (docs/model/reports.md#console),
 * FVP-like cycles if given, then notes.
 */
export function consoleReport(estimate: Estimate, options: ConsoleOptions = {}, fvp?: FvpResult): string {
  const touched = AREAS.filter((area) => estimate.traffic[area].total > 0);
  const blocks: readonly (readonly Line[])[] = [
    systemLines(estimate, touched),
    AREAS.filter((area) => estimate.memoryUsed[area] > 0).map((area) => [
      `Total ${AREA_NAMES[area]} used`,
      kibibytes(estimate.memoryUsed[area]),
      'KiB',
    ]),
    operatorLines(estimate),
    ...touched.map((area) => trafficLines(estimate, area)),
    options.weights ? weightLines(estimate) : [],
    [['Neural network macs', String(estimate.macs), 'MACs/batch']],
    options.cycles ? cycleLines(estimate) : totalLines(estimate),
  ];
  const parts = [
    ...(options.performance ? [layersTable(estimate)] : []),
    `Network summary for ${estimate.network}\n${blocks
      .filter((lines) => lines.length > 0)
      .map(block)
      .join('\n\n')}`,
    ...(options.cycles && estimate.cycles > 0 ? [inferenceLine(estimate)] : []),
    ...(fvp === undefined ? [] : [fvpBlock(fvp, estimate)]),
    ...notes(estimate),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The second figure: what the vendor's FVP would count. */
function fvpBlock(fvp: FvpResult, estimate: Estimate): string {
  if ('refused' in fvp) return fvpText(fvp).join('\n');
  return ['FVP-like figures (not the compiler’s)', block(fvpLines(fvp)), ...fvpNotes(fvp, estimate)].join(
    '\n',
  );
}

const block = (lines: readonly Line[]): string =>
  lines
    .map(([label, value, unit]) =>
      `${label.padEnd(LABEL_WIDTH)} ${value.padStart(VALUE_WIDTH)} ${unit ?? ''}`.trimEnd(),
    )
    .join('\n');

const systemLines = (estimate: Estimate, touched: readonly Area[]): readonly Line[] => [
  ['Accelerator configuration', displayName(estimate.accelerator)],
  ['System configuration', estimate.systemConfig],
  ['Memory mode', estimate.memoryMode],
  ['Accelerator clock', String(Math.trunc(estimate.coreClock / 1e6)), 'MHz'],
  ...touched.map((area): Line => [
    `Design peak ${AREA_NAMES[area]} bandwidth`,
    estimate.bandwidths[area].toFixed(2),
    'GB/s',
  ]),
];

function operatorLines({ cpuOperators, npuOperators }: Estimate): readonly Line[] {
  const all = cpuOperators + npuOperators;
  return [
    ['CPU operators', String(cpuOperators), percent(cpuOperators, all)],
    ['NPU operators', String(npuOperators), percent(npuOperators, all)],
  ];
}

function trafficLines(estimate: Estimate, area: Area): readonly Line[] {
  const name = AREA_NAMES[area];
  const { featureMapRead, featureMapWrite, weightRead, weightWrite, total } = estimate.traffic[area];
  const rate = estimate.cycles === 0 ? 0 : inferencesPerSecond(estimate);
  const average = (total * rate) / 1024 / 1024 / 1000;
  return [
    [`Average ${name} bandwidth`, average.toFixed(2), 'GB/s'],
    [`Input ${name} bandwidth`, megabytes(featureMapRead), 'MB/batch'],
    [`Weight ${name} bandwidth`, megabytes(weightRead + weightWrite), 'MB/batch'],
    [`Output ${name} bandwidth`, megabytes(featureMapWrite), 'MB/batch'],
    [`Total ${name} bandwidth`, megabytes(total), 'MB/batch'],
    [`Total ${name} bandwidth per input`, megabytes(total), 'MB/inference'],
  ];
}

const weightLines = (estimate: Estimate): readonly Line[] => [
  ['Original Weights Size', kibibytes(estimate.originalWeightBytes), 'KiB'],
  ['NPU Encoded Weights Size', kibibytes(estimate.encodedWeightBytes), 'KiB'],
];

const milliseconds = (estimate: Estimate): string =>
  String(Number((inferenceSeconds(estimate) * 1000).toPrecision(4)));

/** What most readers look for first. */
const totalLines = (estimate: Estimate): readonly Line[] => [
  ['Total cycles', String(estimate.cycles), 'cycles/batch'],
  ...(estimate.cycles === 0 ? [] : [['Inference time', milliseconds(estimate), 'ms'] as const]),
];

const cycleLines = (estimate: Estimate): readonly Line[] => [
  ...(estimate.cycles === 0
    ? []
    : [['Network Tops/s', teraOperations(estimate).toFixed(2), 'Tops/s'] as const]),
  ['NPU cycles', String(estimate.npuCycles), 'cycles/batch'],
  ...AREAS.map((area): Line => [
    `${AREA_NAMES[area]} Access cycles`,
    String(estimate.accessCycles[area]),
    'cycles/batch',
  ]),
  ['Total cycles', String(estimate.cycles), 'cycles/batch'],
];

const inferenceLine = (estimate: Estimate): string =>
  [
    'Info: cycles are estimates of the NPU alone; work of the CPU is not in them.',
    'Info: a layer takes the greatest of its NPU and access cycles, and layers follow one another.',
    `Batch Inference time  ${(inferenceSeconds(estimate) * 1000).toFixed(2)} ms, ` +
      `${inferencesPerSecond(estimate).toFixed(2)} inferences/s (batch size 1)`,
  ].join('\n');
