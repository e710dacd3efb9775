import { grouped, kibibytes, lineWidth } from '../../src/text.js';
import type { Curve, Point } from '../cliffs/curve.js';

const BARS = '▁▂▃▄▅▆▇█';

/** A line of block characters, one per value or, where there are too many, one for the largest of a few. */
export const sketch = (values: readonly number[], columns: number): string => {
  const each = Math.max(1, Math.ceil(values.length / columns));
  const cells = Array.from({ length: Math.ceil(values.length / each) }, (_, i) =>
    Math.max(...values.slice(i * each, (i + 1) * each)),
  );
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const heightOf = (value: number): number =>
    most === least ? 0 : Math.round(((value - least) / (most - least)) * (BARS.length - 1));
  return cells.map((value) => BARS[heightOf(value)]).join('');
};

/** Characters beside the sketch. */
const BESIDE = 36;

/** A curve as lines of block characters: cycles, SRAM, and where today's number of channels is. */
export const sketchLines = ({ points, channels }: Curve): string[] => {
  const columns = lineWidth() - BESIDE;
  const each = Math.max(1, Math.ceil(points.length / columns));
  const cells = Math.ceil(points.length / each);
  const row = (label: string, value: (point: Point) => number, text: (n: number) => string): string => {
    const values = points.map(value);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const line = sketch(values, columns);
    return `  ${label.padEnd(8)} ${text(least).padStart(11)} ${line} ${text(most)}`;
  };
  const at = Math.floor(points.findIndex((point) => point.channels === channels) / each);
  const mark = `^${channels}`;
  const ruler = (at + mark.length <= cells ? ' '.repeat(at) + mark : `${channels}^`.padStart(at + 1)).padEnd(
    cells,
  );
  const [first, last] = [points[0]!.channels, points.at(-1)!.channels];
  return [
    row('cycles', ({ cycles }) => cycles, grouped),
    row('SRAM KiB', ({ sramUsed }) => sramUsed, kibibytes),
    `  ${'channels'.padEnd(8)} ${String(first).padStart(11)} ${ruler} ${last}`,
  ];
};
