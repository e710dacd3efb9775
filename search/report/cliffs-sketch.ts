import { grouped, kibibytes } from '../../src/text.js';
import type { Curve, Point } from '../explore/cliffs/curve.js';
import { sketchColumns, sketchRow, stepOf } from './sketch.js';

const BARS = '▁▂▃▄▅▆▇█';

/** A line of block characters, one per value or, where there are too many, one for the largest of a few. */
export const sketch = (values: readonly number[], columns: number): string => {
  const each = Math.max(1, Math.ceil(values.length / columns));
  const cells = Array.from({ length: Math.ceil(values.length / each) }, (_, i) =>
    Math.max(...values.slice(i * each, (i + 1) * each)),
  );
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return cells.map((value) => BARS[stepOf(value, least, most, BARS.length)]).join('');
};

/** A curve as lines of block characters: cycles, SRAM, and where today's number of channels is. */
export const sketchLines = ({ points, channels }: Curve): string[] => {
  const columns = sketchColumns();
  const each = Math.max(1, Math.ceil(points.length / columns));
  const cells = Math.ceil(points.length / each);
  const row = (label: string, value: (point: Point) => number, text: (n: number) => string): string => {
    const values = points.map(value);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return sketchRow(label, text(least), sketch(values, columns), text(most));
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
    sketchRow('channels', String(first), ruler, String(last)),
  ];
};
