import { plural, wrap } from '../../src/text.js';
import { METRICS, type MetricName } from '../metrics.js';
import { shortLabel, shortText } from './amounts.js';
import { sketchColumns, sketchRow, stepOf } from './sketch.js';

/** The two metrics of a sketch: from left to right, and upwards. */
export type Axes = readonly [x: MetricName, y: MetricName];

/** A design by the two metrics. */
export type Spot = readonly [x: number, y: number];

/** What stands out in a sketch, by its letter. */
const MARKS = { B: 'unchanged', K: 'knee', P: 'pick' } as const;
export type MarkLetter = keyof typeof MARKS;

/** A front to be sketched. */
export interface FrontPlot {
  readonly axes: Axes;
  readonly front: readonly Spot[];
  /** Of two in one place the later one is seen. */
  readonly marks: readonly (readonly [letter: MarkLetter, at: Spot])[];
}

const ROWS = 14;
/** Designs in the upper half of a character, in the lower one, or in both. */
const HALVES = [' ', '▀', '▄', '█'];

const isKnown = ([x, y]: Spot): boolean => Number.isFinite(x) && Number.isFinite(y);

const rangeOf = (values: readonly number[]): readonly [number, number] => [
  values.reduce((a, b) => Math.min(a, b)),
  values.reduce((a, b) => Math.max(a, b)),
];

const betterText = ([x, y]: Axes): string =>
  `better is ${METRICS[x].direction === 'min' ? 'left' : 'right'} and ${METRICS[y].direction === 'min' ? 'down' : 'up'}`;

/** The letters that are seen, and those that others hide, with what they stand for. */
const legend = (marks: readonly (readonly [MarkLetter, string])[]): string[] => {
  const seen = new Map(marks.map(([letter, cell]) => [cell, letter]));
  return (Object.keys(MARKS) as MarkLetter[]).flatMap((letter) => {
    const cells = marks.filter((mark) => mark[0] === letter).map(([, cell]) => cell);
    if (cells.length === 0) return [];
    const shown = cells.some((cell) => seen.get(cell) === letter);
    return [`${letter} ${MARKS[letter]}${shown ? '' : ` (under ${seen.get(cells[0]!)!})`}`];
  });
};

/** A front as lines of characters: a half of one is a place where there are designs. */
export const frontSketch = (plot: FrontPlot): string[] => {
  const { axes } = plot;
  const front = plot.front.filter(isKnown);
  const marks = plot.marks.filter(([, at]) => isKnown(at));
  const spots = [...front, ...marks.map(([, at]) => at)];
  const what = `${shortLabel(axes[0])} to the right, ${shortLabel(axes[1])} upwards`;
  if (spots.length === 0) return [wrap(`No front to sketch: no design has both ${axes.join(' and ')}.`)];
  const columns = sketchColumns();
  const [xs, ys] = [rangeOf(spots.map(([x]) => x)), rangeOf(spots.map(([, y]) => y))];
  const columnOf = ([x]: Spot): number => stepOf(x, ...xs, columns);
  const halfOf = ([, y]: Spot): number => 2 * ROWS - 1 - stepOf(y, ...ys, 2 * ROWS);
  const halves = Array.from({ length: ROWS }, () => new Uint8Array(columns));
  for (const spot of front) halves[halfOf(spot) >> 1]![columnOf(spot)]! |= 1 << (halfOf(spot) & 1);
  const cells = halves.map((row) => Array.from(row, (half) => HALVES[half]!));
  for (const [letter, at] of marks) cells[halfOf(at) >> 1]![columnOf(at)] = letter;
  const placed = marks.map(([letter, at]) => [letter, `${halfOf(at) >> 1} ${columnOf(at)}`] as const);
  const left = (row: number): string =>
    row === 0 ? shortText(axes[1], ys[1]) : row === ROWS - 1 ? shortText(axes[1], ys[0]) : '';
  return [
    wrap(`The front, ${plural(front.length, 'design')}: ${what}; ${betterText(axes)}`),
    ...cells.map((row, i) => sketchRow('', left(i), row.join(''))),
    sketchRow('', shortText(axes[0], xs[0]), '-'.repeat(columns), shortText(axes[0], xs[1])),
    wrap(legend(placed).join(', '), ' '.repeat(4)),
  ];
};
