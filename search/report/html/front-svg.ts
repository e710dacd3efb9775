import {
  axisValues,
  canBeRelative,
  columnNamed,
  isUnchanged,
  systemOf,
  unchangedAt,
  type Dataset,
} from '../../../report-html/dataset.js';
import { labelText, tickText } from '../../../report-html/words.js';
import { element, escaped } from './markup.js';

const WIDTH = 640;
const HEIGHT = 400;
/** Edges of the part with the points. */
const EDGE = { left: 80, right: WIDTH - 16, top: 12, bottom: HEIGHT - 52 };
/** Most points that are drawn. */
const MOST_POINTS = 500;
/** Numbers along an axis, about. */
const TICKS = 5;

/** Round numbers within a range: multiples of 1, 2 or 5 times a power of ten. */
export const roundNumbers = (least: number, most: number): number[] => {
  const rough = (most - least) / TICKS;
  if (!(rough > 0) || !Number.isFinite(rough)) return [least];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999)!;
  const first = Math.ceil(least / step);
  return Array.from({ length: Math.floor(most / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
};

interface Axis {
  readonly name: string;
  readonly label: string;
  readonly values: ArrayLike<number>;
  readonly unchanged: (system: number) => number;
}

const axisOf = (data: Dataset, name: string): Axis => {
  const column = columnNamed(data, name);
  const relative = data.model.systems.length > 1 && canBeRelative(data, column);
  return {
    name,
    label: relative ? `${column.label}, × unchanged` : labelText(column),
    values: axisValues(data, name, relative),
    unchanged: (system) => (relative ? 1 : unchangedAt(data, name, system)),
  };
};

/** A function from values to pixels, with some room on both sides. */
const scaleOf = (
  values: readonly number[],
  from: number,
  to: number,
): { at: (value: number) => number; ticks: number[] } => {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = (most - least || Math.abs(most) || 1) * 0.05;
  const [low, high] = [least - room, most + room];
  const at = (value: number): number =>
    Number((from + ((value - low) / (high - low)) * (to - from)).toFixed(1));
  return { at, ticks: roundNumbers(low, high) };
};

/** The fronts of the systems by two of the objectives, as a picture that needs no program. */
export const frontSvg = (data: Dataset): string => {
  const names = data.model.objectives.map(({ column }) => column).filter((name) => data.values.has(name));
  const x = axisOf(data, names[0] ?? 'cycles_total');
  const y = axisOf(data, names[1] ?? 'sram_total_bytes');
  const isKnown = (row: number): boolean => Number.isFinite(x.values[row]) && Number.isFinite(y.values[row]);
  const rows = Array.from({ length: data.count }, (_, row) => row)
    .filter((row) => data.systemRank[row] === 1 && isKnown(row))
    .slice(0, MOST_POINTS);
  const systems = data.model.systems
    .map((_, system) => system)
    .filter((system) => Number.isFinite(x.unchanged(system)) && Number.isFinite(y.unchanged(system)));
  const xs = [...rows.map((row) => x.values[row]!), ...systems.map((system) => x.unchanged(system))];
  const ys = [...rows.map((row) => y.values[row]!), ...systems.map((system) => y.unchanged(system))];
  if (xs.length === 0) return '';
  const across = scaleOf(xs, EDGE.left, EDGE.right);
  const up = scaleOf(ys, EDGE.bottom, EDGE.top);
  const text = (content: string, attributes: Record<string, string | number>): string =>
    element('text', attributes, escaped(content));
  const line = (x1: number, x2: number, y1: number, y2: number): string =>
    element('line', { x1, x2, y1, y2, class: 'grid' });
  const marks = [
    ...across.ticks.flatMap((tick) => [
      line(across.at(tick), across.at(tick), EDGE.top, EDGE.bottom),
      text(tickText(tick), { x: across.at(tick), y: EDGE.bottom + 18, 'text-anchor': 'middle' }),
    ]),
    ...up.ticks.flatMap((tick) => [
      line(EDGE.left, EDGE.right, up.at(tick), up.at(tick)),
      text(tickText(tick), { x: EDGE.left - 8, y: up.at(tick) + 4, 'text-anchor': 'end' }),
    ]),
    text(x.label, { x: (EDGE.left + EDGE.right) / 2, y: HEIGHT - 8, 'text-anchor': 'middle' }),
    text(y.label, {
      x: -(EDGE.bottom + EDGE.top) / 2,
      y: 16,
      'text-anchor': 'middle',
      transform: 'rotate(-90)',
    }),
    ...rows
      .filter((row) => !isUnchanged(data, row))
      .map((row) =>
        element('circle', {
          cx: across.at(x.values[row]!),
          cy: up.at(y.values[row]!),
          r: 4,
          class: `system-${systemOf(data, row) % 8}`,
        }),
      ),
    ...systems.map((system) => {
      const [cx, cy] = [across.at(x.unchanged(system)), up.at(y.unchanged(system))];
      return element('path', { d: `M${cx} ${cy - 7}l7 7l-7 7l-7 -7z`, class: 'unchanged' });
    }),
  ];
  const title = `The fronts by ${x.label} and ${y.label}; a diamond is the unchanged network`;
  return element(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': title, class: 'front' },
    ...marks,
  );
};
