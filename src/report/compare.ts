import type { Comparison, Difference } from '../explain/compare.js';
import { cpuGroups } from '../explain/cpu.js';
import type { LayerExplanation } from '../explain/explain.js';
import { relativeText } from '../explain/reasons.js';
import { kernelText } from '../explain/words.js';
import { AREAS, type Estimate } from '../estimate/types.js';
import { grouped, lineWidth, plural, shapeText, shareText, shortened, wrap } from '../text.js';
import { cpuLines } from './cpu.js';
import { fvpVerdictText } from './fvp.js';
import { inferenceSeconds } from './summary.js';
import { AREA_NAMES } from '../estimate/types.js';
import { traitSentences } from './traits.js';

/** How the two networks were named on the command line. */
export interface Names {
  readonly a: string;
  readonly b: string;
}

const NAME_WIDTH = 36;
const FIGURE_WIDTH = 11;

const signed = (n: number): string => (n > 0 ? `+${grouped(n)}` : grouped(n));

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
  const idle = [...(a.npuOperators === 0 ? ['A'] : []), ...(b.npuOperators === 0 ? ['B'] : [])];
  if (idle.length > 0) {
    return `Nothing of ${idle.join(' and ')} runs on the NPU: their cycles cannot be compared.`;
  }
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
  const cpu =
    a.cpuOperators === b.cpuOperators
      ? ''
      : ` On the CPU, whose time is not in the cycles, A has ${plural(a.cpuOperators, 'operator')} and B ${grouped(b.cpuOperators)}.`;
  return `B has ${macs}, moves ${traffic.join(' and ')}, and ${speed}.${cpu}`;
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
      line(total.name, [grouped(total.a), grouped(total.b), signed(total.b - total.a), ratio(total)]),
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

/** Rows of layers that stand beside each other, and of one operator's differences, that are shown one by one. */
const MOST_ROWS = 60;
const MOST_ALIKE = 6;

function differenceLines({ relation, a, b, cyclesA, cyclesB, bytes, reason }: Difference): readonly string[] {
  const rows = Math.max(a.length, b.length);
  const shown = Math.min(rows, MOST_ROWS);
  const lines = Array.from({ length: shown }, (_, i) => {
    const figure = (layers: readonly LayerExplanation[]): string =>
      layers[i] === undefined ? '' : grouped(layers[i].layer.cycles);
    const last = i === rows - 1;
    return tableLine(layerText(a[i]), layerText(b[i]), [
      figure(a),
      figure(b),
      last ? signed(cyclesB - cyclesA) : '',
    ]);
  });
  if (shown < rows) {
    const hidden = (layers: readonly LayerExplanation[]): string =>
      grouped(layers.slice(shown).reduce((sum, { layer }) => sum + layer.cycles, 0));
    const text = `(${grouped(rows - shown)} more rows)`;
    lines.push(tableLine(text, '', [hidden(a), hidden(b), signed(cyclesB - cyclesA)]));
  }
  if (relation === 'same') return lines;
  const moved = [...bytes].map(([area, n]) => `${AREA_NAMES[area]} ${signed(n)} bytes`);
  const text = [reason, ...moved].filter((part) => part !== '').join('; ');
  return [...lines, wrap(text, '    ', '    ')];
}

/** So many layers in a row without a difference become one line. */
const LONG_RUN = 3;

/** Differences one after another between the operations of one operator of A and of one of B. */
function runsOf(differences: readonly Difference[]): readonly (readonly Difference[])[] {
  const runs: Difference[][] = [];
  let key = '';
  for (const difference of differences) {
    const { relation, a, b } = difference;
    const next =
      relation === 'same' ? 'same' : `${a[0]?.layer.origin ?? 'none'} ${b[0]?.layer.origin ?? 'none'}`;
    if (next === key) runs.at(-1)!.push(difference);
    else runs.push([difference]);
    key = next;
  }
  return runs;
}

/** A line for differences that are not shown one by one. */
function sumLine(differences: readonly Difference[], text: string): string {
  const sum = (cycles: (difference: Difference) => number): number =>
    differences.reduce((total, difference) => total + cycles(difference), 0);
  const [a, b] = [sum(({ cyclesA }) => cyclesA), sum(({ cyclesB }) => cyclesB)];
  return tableLine(text, '', [grouped(a), grouped(b), signed(b - a)]);
}

/** The table's lines; long runs of layers without a difference, or of one operator, are summed up. */
const tableRows = (differences: readonly Difference[]): readonly string[] =>
  runsOf(differences).flatMap((run) => {
    if (run[0]!.relation === 'same' && run.length >= LONG_RUN) {
      return [sumLine(run, `(${grouped(run.length)} layers without a difference)`)];
    }
    if (run.length <= MOST_ALIKE) return run.flatMap(differenceLines);
    const [shown, rest] = [run.slice(0, MOST_ALIKE), run.slice(MOST_ALIKE)];
    return [
      ...shown.flatMap(differenceLines),
      sumLine(rest, `(${grouped(rest.length)} more of these operators)`),
    ];
  });

/** What each network is and runs on the CPU; said once where it is the same. */
function besides(a: Estimate, b: Estimate): readonly string[] {
  const of = ({ traits, layers, npuOperators }: Estimate): string =>
    [
      ...traitSentences(traits).map((sentence) => wrap(`Note: ${sentence}.`)),
      ...cpuLines(cpuGroups(layers), npuOperators, traits),
    ].join('\n');
  const [first, second] = [of(a), of(b)];
  if (first === second) return first === '' ? [] : [`A and B:\n${first}`];
  return [first === '' ? [] : [`A:\n${first}`], second === '' ? [] : [`B:\n${second}`]].flat();
}

/** A comparison for people, lines of at most 110 characters. */
export function comparisonText({ a, b, differences, changes }: Comparison, names: Names): string {
  const { estimate } = a;
  const same = differences.filter(({ relation }) => relation === 'same').length;
  const table = [
    tableLine('A: operator, OFM', 'B: operator, OFM', ['cycles A', 'cycles B', 'B - A']),
    '-'.repeat(lineWidth()),
    ...tableRows(differences),
  ];
  const helps = changes.map(({ layer, change }) =>
    wrap(`${layerText(layer)}: ${change.sentence}`, '  ', '    '),
  );
  const paragraphs = [
    [
      shortened(`A: ${names.a}`, lineWidth()),
      shortened(`B: ${names.b}`, lineWidth()),
      wrap(
        `on ${estimate.accelerator}, ${estimate.systemConfig}, ${estimate.memoryMode}, ${estimate.optimise}`,
      ),
      wrap(verdict(a.estimate, b.estimate)),
      wrap(fvpVerdictText(a.fvp, b.fvp)),
    ].join('\n'),
    totalLines(a.estimate, b.estimate).join('\n'),
    table.join('\n'),
    ...(same === differences.length ? ['No layer differs.'] : []),
    ...besides(a.estimate, b.estimate),
    ...(helps.length > 0 ? [['What would help B most where it differs:', ...helps].join('\n')] : []),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}
