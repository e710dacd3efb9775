import type { Comparison, Difference } from '../explain/compare.js';
import type { LayerExplanation } from '../explain/explain.js';
import { relativeText } from '../explain/reasons.js';
import { kernelText } from '../explain/words.js';
import { AREAS, type Estimate } from '../estimate-types.js';
import { countText, shareText } from '../theory/text.js';
import { AREA_NAMES, inferenceSeconds } from './summary.js';
import { LINE_WIDTH, shapeText, shortened, wrap } from './text.js';

/** How the two networks were named on the command line. */
export interface Names {
  readonly a: string;
  readonly b: string;
}

const NAME_WIDTH = 36;
const FIGURE_WIDTH = 11;

const signed = (n: number): string => (n > 0 ? `+${countText(n)}` : countText(n));

/** A row of the totals. */
export interface Total {
  readonly name: string;
  readonly a: number;
  readonly b: number;
}

/** The totals that are compared, those that are 0 in both left out. */
export function totalsOf(a: Estimate, b: Estimate): readonly Total[] {
  const row = (name: string, value: (estimate: Estimate) => number): Total => ({
    name,
    a: value(a),
    b: value(b),
  });
  return [
    row('cycles', (e) => e.cycles),
    row('NPU cycles', (e) => e.npuCycles),
    row('MACs', (e) => e.macs),
    ...AREAS.map((area) => row(`${AREA_NAMES[area]} bytes moved`, (e) => e.traffic[area].total)),
    ...AREAS.map((area) => row(`${AREA_NAMES[area]} bytes used`, (e) => e.memoryUsed[area])),
    row('encoded weight bytes', (e) => e.encodedWeightBytes),
    row('operators on the CPU', (e) => e.cpuOperators),
  ].filter((total) => total.a !== 0 || total.b !== 0);
}

/** What the totals say, in one sentence. */
export function verdict(a: Estimate, b: Estimate): string {
  const macs = relativeText(a.macs, b.macs, 'fewer MACs', 'more MACs', 'as many MACs');
  const traffic = AREAS.filter((area) => a.traffic[area].total + b.traffic[area].total > 0).map((area) => {
    const [from, to] = [a.traffic[area].total, b.traffic[area].total];
    return `${relativeText(from, to, 'fewer bytes', 'more bytes', 'as many bytes')} through ${AREA_NAMES[area]}`;
  });
  const cycles = relativeText(a.cycles, b.cycles, 'fewer cycles', 'more cycles', '');
  const speed =
    a.cycles === b.cycles
      ? 'is as fast as A'
      : `is ${b.cycles < a.cycles ? 'faster' : 'slower'} than A: ${cycles}`;
  return `B has ${macs}, moves ${traffic.join(' and ')}, and ${speed}.`;
}

function totalLines(a: Estimate, b: Estimate): readonly string[] {
  const line = (name: string, values: readonly string[]): string =>
    `${name.padEnd(30)}${values.map((value) => value.padStart(16)).join('')}`.trimEnd();
  const ratio = (total: Total): string =>
    total.a === 0 || total.a === total.b
      ? ''
      : `${total.b > total.a ? '+' : ''}${((total.b / total.a - 1) * 100).toFixed(2)}%`;
  const milliseconds = (e: Estimate): string => (inferenceSeconds(e) * 1000).toPrecision(4);
  return [
    line('', ['A', 'B', 'B - A', 'change']),
    ...totalsOf(a, b).map((total) =>
      line(total.name, [countText(total.a), countText(total.b), signed(total.b - total.a), ratio(total)]),
    ),
    line('milliseconds', [milliseconds(a), milliseconds(b)]),
    line(
      'MACs of the peak',
      [a, b].map((e) => shareText(e.cycles === 0 ? 0 : e.macs / (e.cycles * e.macsPerCycle))),
    ),
  ];
}

function layerText(explained: LayerExplanation | undefined): string {
  if (explained === undefined) return '';
  const { facts, layer } = explained;
  const origin = layer.origin < 0 ? '' : `${layer.origin} `;
  const kernel = kernelText(facts).replace(' stride ', '/');
  const text = `${origin}${layer.operator}${kernel === '' ? '' : ` ${kernel}`} ${shapeText(layer.detail!.ofmShape)}`;
  return shortened(text, NAME_WIDTH);
}

const tableLine = (a: string, b: string, figures: readonly string[]): string =>
  `${a.padEnd(NAME_WIDTH)} ${b.padEnd(NAME_WIDTH)} ${figures
    .map((figure) => figure.padStart(FIGURE_WIDTH))
    .join('')}`.trimEnd();

function differenceLines({ relation, a, b, cyclesA, cyclesB, bytes, reason }: Difference): readonly string[] {
  const rows = Math.max(a.length, b.length);
  const lines = Array.from({ length: rows }, (_, i) => {
    const figure = (layers: readonly LayerExplanation[]): string =>
      layers[i] === undefined ? '' : countText(layers[i].layer.cycles);
    const last = i === rows - 1;
    return tableLine(layerText(a[i]), layerText(b[i]), [
      figure(a),
      figure(b),
      last ? signed(cyclesB - cyclesA) : '',
    ]);
  });
  if (relation === 'same') return lines;
  const moved = [...bytes].map(([area, n]) => `${AREA_NAMES[area]} ${signed(n)} bytes`);
  const text = [reason, ...moved].filter((part) => part !== '').join('; ');
  return [...lines, wrap(text, '    ', '    ')];
}

/** So many layers in a row without a difference become one line. */
const LONG_RUN = 3;

/** The table's lines; long runs of layers without a difference are counted. */
function tableRows(differences: readonly Difference[]): readonly string[] {
  const lines: string[] = [];
  let run: Difference[] = [];
  const flush = (): void => {
    if (run.length < LONG_RUN) lines.push(...run.flatMap(differenceLines));
    else {
      const cycles = countText(run.reduce((sum, { cyclesA }) => sum + cyclesA, 0));
      const text = `(${run.length} layers without a difference)`;
      lines.push(tableLine(text, '', [cycles, cycles, '0']));
    }
    run = [];
  };
  for (const difference of differences) {
    if (difference.relation === 'same') {
      run.push(difference);
      continue;
    }
    flush();
    lines.push(...differenceLines(difference));
  }
  flush();
  return lines;
}

/** A comparison for people, lines of at most 110 characters. */
export function comparisonText({ a, b, differences, changes }: Comparison, names: Names): string {
  const { estimate } = a;
  const same = differences.filter(({ relation }) => relation === 'same').length;
  const table = [
    tableLine('A: operator, OFM', 'B: operator, OFM', ['cycles A', 'cycles B', 'B - A']),
    '-'.repeat(LINE_WIDTH),
    ...tableRows(differences),
  ];
  const helps = changes.map(({ layer, change }) =>
    wrap(`${layerText(layer)}: ${change.sentence}`, '  ', '    '),
  );
  const paragraphs = [
    [
      shortened(`A: ${names.a}`, LINE_WIDTH),
      shortened(`B: ${names.b}`, LINE_WIDTH),
      `on ${estimate.accelerator}, ${estimate.systemConfig}, ${estimate.memoryMode}, ${estimate.optimise}`,
      wrap(verdict(a.estimate, b.estimate)),
    ].join('\n'),
    totalLines(a.estimate, b.estimate).join('\n'),
    table.join('\n'),
    ...(same === differences.length ? ['No layer differs.'] : []),
    ...(helps.length > 0 ? [['What would help B most where it differs:', ...helps].join('\n')] : []),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}
