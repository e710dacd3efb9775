import type { Comparison } from '../explain/compare.js';
import { cpuGroups } from '../explain/cpu.js';
import { relativeText } from '../explain/reasons.js';
import { AREAS, type Estimate } from '../estimate/types.js';
import { aligned, grouped, lineWidth, plural, shareText, shortened, signed, wrap } from '../text.js';
import { fullTable, largest, numberedLayer, shortTable } from './compare-layers.js';
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

/** Narrower terminals do without the differences of the totals. */
const WIDE = 80;

function totalLines(a: Estimate, b: Estimate): readonly string[] {
  const ratio = (total: Total): string =>
    total.a === 0 || total.a === total.b
      ? ''
      : `${total.b > total.a ? '+' : ''}${((total.b / total.a - 1) * 100).toFixed(2)}%`;
  const milliseconds = (e: Estimate): string => (inferenceSeconds(e) * 1000).toPrecision(4);
  const peak = (e: Estimate): string => shareText(e.cycles === 0 ? 0 : e.macs / (e.cycles * e.macsPerCycle));
  const rows = [
    ['', 'A', 'B', 'B - A', 'change'],
    ...totalsOf(a, b).map((total) => [
      total.name,
      grouped(total.a),
      grouped(total.b),
      signed(total.b - total.a),
      ratio(total),
    ]),
    ['milliseconds', milliseconds(a), milliseconds(b), '', ''],
    ['MACs of the peak', peak(a), peak(b), '', ''],
  ];
  return aligned(lineWidth() < WIDE ? rows.map((row) => row.toSpliced(3, 1)) : rows, [1, 2, 3, 4]);
}

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

/**
 * A comparison for people, as wide as the terminal.
 * @param more how to get everything: only the largest differences are then told in sentences, and all in a table
 */
export function comparisonText(
  { a, b, differences, changes }: Comparison,
  names: Names,
  { more }: { readonly more?: string } = {},
): string {
  const { estimate } = a;
  const same = differences.every(({ relation }) => relation === 'same');
  const helps = changes.map(({ layer, change }) =>
    wrap(`${numberedLayer(layer)}: ${change.sentence}`, '  ', '    '),
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
    ...(more === undefined
      ? [fullTable(differences)]
      : [shortTable(differences), ...largest(differences, more)]
    ).map((lines) => lines.join('\n')),
    ...(same ? ['No layer differs.'] : []),
    ...besides(a.estimate, b.estimate),
    ...(helps.length > 0 ? [['What would help B most where it differs:', ...helps].join('\n')] : []),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}
