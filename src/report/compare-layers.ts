import { AREA_NAMES } from '../estimate/types.js';
import type { Difference } from '../explain/compare.js';
import type { LayerExplanation } from '../explain/types.js';
import { layerName, operationName } from '../explain/words.js';
import { grouped, lineWidth, plural, shortened, signed, wrap } from '../text.js';
import { reasonTable } from './reason-table.js';

const NAME_WIDTH = 36;
const FIGURE_WIDTH = 11;

/** A name after the number of its operator in the model. */
const numbered = ({ layer: { origin } }: LayerExplanation, name: string): string =>
  origin < 0 ? name : `${origin} ${name}`;

/** A layer with its number in the model. */
export const numberedLayer = (explained: LayerExplanation | undefined): string =>
  explained === undefined ? '' : numbered(explained, layerName(explained));

/** Room for the name of a layer of each network. */
const nameWidth = (): number => Math.min(NAME_WIDTH, Math.floor((lineWidth() - 3 * FIGURE_WIDTH - 2) / 2));

const tableLine = (a: string, b: string, figures: readonly string[]): string =>
  `${[a, b].map((name) => shortened(name, nameWidth()).padEnd(nameWidth())).join(' ')} ${figures
    .map((figure) => figure.padStart(FIGURE_WIDTH))
    .join('')}`.trimEnd();

/** Rows of layers that stand beside each other, and of one operator's differences, that are shown one by one. */
const MOST_ROWS = 60;
const MOST_ALIKE = 6;

/** Why the figures of layers differ, and what bytes they move more or less. */
const reasonText = ({ bytes, reason }: Difference): string =>
  [reason, ...[...bytes].map(([area, n]) => `${AREA_NAMES[area]} ${signed(n)} bytes`)]
    .filter((part) => part !== '')
    .join('; ');

function differenceLines(difference: Difference): readonly string[] {
  const { relation, a, b, cyclesA, cyclesB } = difference;
  const rows = Math.max(a.length, b.length);
  const shown = Math.min(rows, MOST_ROWS);
  const lines = Array.from({ length: shown }, (_, i) => {
    const figure = (layers: readonly LayerExplanation[]): string =>
      layers[i] === undefined ? '' : grouped(layers[i].layer.cycles);
    const last = i === rows - 1;
    return tableLine(numberedLayer(a[i]), numberedLayer(b[i]), [
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
  return [...lines, wrap(reasonText(difference), '    ', '    ')];
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

/** Cycles of several differences, in A and in B. */
const cyclesOf = (differences: readonly Difference[]): readonly [number, number] => [
  differences.reduce((sum, { cyclesA }) => sum + cyclesA, 0),
  differences.reduce((sum, { cyclesB }) => sum + cyclesB, 0),
];

/** A line for differences that are not shown one by one. */
function sumLine(differences: readonly Difference[], text: string): string {
  const [a, b] = cyclesOf(differences);
  return tableLine(text, '', [grouped(a), grouped(b), signed(b - a)]);
}

/** The layers side by side with all reasons; long runs of alike ones, or of one operator, are summed up. */
export const fullTable = (differences: readonly Difference[]): readonly string[] => [
  tableLine('A: operator, OFM', 'B: operator, OFM', ['cycles A', 'cycles B', 'B - A']),
  '-'.repeat(lineWidth()),
  ...runsOf(differences).flatMap((run) => {
    if (run[0]!.relation === 'same' && run.length >= LONG_RUN) {
      return [sumLine(run, `(${grouped(run.length)} layers without a difference)`)];
    }
    if (run.length <= MOST_ALIKE) return run.flatMap(differenceLines);
    const [shown, rest] = [run.slice(0, MOST_ALIKE), run.slice(MOST_ALIKE)];
    return [
      ...shown.flatMap(differenceLines),
      sumLine(rest, `(${grouped(rest.length)} more of these operators)`),
    ];
  }),
];

/** A line of the short table. */
interface Row {
  readonly a: string;
  readonly b: string;
  readonly cycles: readonly [number, number];
  readonly words: readonly string[];
}

/** Layers of one network that stand beside those of the other and are named. */
const NAMED = 3;

/** `1 DepthwiseConv2D 3x3 + 2 Conv2D 1x1`. */
const operationsText = (layers: readonly LayerExplanation[]): string => {
  const names = layers.slice(0, NAMED).map((layer) => numbered(layer, operationName(layer)));
  const rest = layers.length - names.length;
  return [...names, ...(rest > 0 ? [`${grouped(rest)} more`] : [])].join(' + ');
};

const rowOf = (difference: Difference): Row => ({
  a: operationsText(difference.a),
  b: operationsText(difference.b),
  cycles: [difference.cyclesA, difference.cyclesB],
  words: difference.words,
});

const sumRow = (differences: readonly Difference[], a: string, words: string): Row => ({
  a,
  b: '',
  cycles: cyclesOf(differences),
  words: [words],
});

/** A line for each difference, with its reason in few words; what is alike is summed up. */
export const shortTable = (differences: readonly Difference[]): readonly string[] => {
  const rows = runsOf(differences).flatMap((run): readonly Row[] => {
    if (run[0]!.relation === 'same')
      return [sumRow(run, `(${plural(run.length, 'layer')})`, 'no difference')];
    const rest = run.slice(MOST_ALIKE);
    return [
      ...run.slice(0, MOST_ALIKE).map(rowOf),
      ...(rest.length === 0
        ? []
        : [sumRow(rest, `(${grouped(rest.length)} more)`, 'of the operators above')]),
    ];
  });
  return reasonTable(rows, {
    columns: [
      { heading: 'A', cell: ({ a }) => a },
      { heading: 'B', cell: ({ b }) => b },
      { heading: 'cycles A', right: true, cell: ({ cycles: [a] }) => grouped(a) },
      { heading: 'cycles B', right: true, cell: ({ cycles: [, b] }) => grouped(b) },
      { heading: 'B - A', right: true, cell: ({ cycles: [a, b] }) => signed(b - a) },
    ],
    reason: 'why',
    words: ({ words }) => words,
    spare: [
      ['cycles A', 0],
      ['cycles B', 0],
      ['B', 30],
      ['A', 20],
      ['B', 16],
      ['A', 12],
    ],
  });
};

/** What stands on one side of a difference. */
const sideText = (layers: readonly LayerExplanation[]): string =>
  layers.length > 1 ? operationsText(layers) : numberedLayer(layers[0]) || 'nothing';

/** Differences that a short comparison gives in full. */
const IN_FULL = 3;

/** The differences with most cycles in sentences; nothing where no layer differs. */
export const largest = (differences: readonly Difference[], more: string): readonly (readonly string[])[] => {
  const size = ({ cyclesA, cyclesB }: Difference): number => Math.abs(cyclesB - cyclesA);
  const differing = differences.filter(({ relation }) => relation !== 'same');
  const shown = differing.toSorted((x, y) => size(y) - size(x)).slice(0, IN_FULL);
  if (shown.length === 0) return [];
  const text = (difference: Difference): string => {
    const { a, b, cyclesA, cyclesB } = difference;
    const sides = [a, b].map(sideText).join(' -> ');
    const cycles = `${grouped(cyclesA)} -> ${grouped(cyclesB)} cycles (${signed(cyclesB - cyclesA)})`;
    return wrap(`${sides}: ${cycles}; ${reasonText(difference)}`, '  ', '    ');
  };
  const title =
    shown.length < differing.length
      ? `The ${IN_FULL} largest differences in full; ${more}:`
      : 'The differences in full:';
  return [[title, ...shown.map(text)]];
};
