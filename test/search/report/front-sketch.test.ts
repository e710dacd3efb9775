import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { frontSketch, type FrontPlot, type Spot } from '../../../search/report/front-sketch.js';
import { fitLines, LINE_WIDTH } from '../../../src/text.js';

afterEach(() => fitLines(LINE_WIDTH));

const PLOT: FrontPlot = {
  axes: ['cycles_total', 'sram_total_bytes'],
  front: [
    [1000, 4096],
    [2000, 2048],
    [3000, 1024],
  ],
  marks: [
    ['B', [3000, 4096]],
    ['K', [2000, 2048]],
  ],
};

const LEFT = 23;
const ROWS = 14;
const linesOf = (plot: FrontPlot, columns = 110): string[] => {
  fitLines(columns);
  return frontSketch(plot).join('\n').split('\n');
};
/** The cells of a sketch, which come before the ruler and the legend. */
const cellsOf = (lines: readonly string[]): string[] =>
  lines.slice(-2 - ROWS, -2).map((line) => line.slice(LEFT));

describe('a sketch of a front', () => {
  test('has the designs where they are, letters for what stands out, and the ends of both ranges', () => {
    const lines = linesOf(PLOT);
    expect(lines[0]).toBe(
      'The front, 3 designs: cycles to the right, SRAM KiB moved upwards; better is left and down',
    );
    const cells = cellsOf(lines);
    expect(cells[0]).toMatch(/^▀ {72}B$/);
    expect(cells.at(-1)).toMatch(/^ {73}▄$/);
    expect(cells.findIndex((row) => /^ {37}K$/.test(row))).toBe(9);
    expect(lines[1]!.slice(0, LEFT).trim()).toBe('4.0');
    expect(lines[ROWS]!.slice(0, LEFT).trim()).toBe('1.0');
    expect(lines.at(-2)).toMatch(/^ +1,000 -{74} 3,000$/);
    expect(lines.at(-1)).toBe('    B unchanged, K knee');
  });

  test('says which mark another one hides, and which way is better', () => {
    const lines = linesOf({
      ...PLOT,
      axes: ['cycles_total', 'retained_energy'],
      marks: [...PLOT.marks, ['P', [2000, 2048]]],
    });
    expect(lines[0]).toMatch(/; better is left and up$/);
    expect(lines.at(-1)).toBe('    B unchanged, K knee (under P), P pick');
  });

  test('says so where nothing has both metrics', () => {
    expect(linesOf({ ...PLOT, axes: ['cycles_total', 'accuracy'], front: [[1, NaN]], marks: [] })).toEqual([
      'No front to sketch: no design has both cycles_total and accuracy.',
    ]);
  });

  test('has a half of a character for each place where there are designs, on every terminal', () => {
    const spot = fc.tuple(fc.integer({ min: 0, max: 1e7 }), fc.integer({ min: 0, max: 1e7 }));
    fc.assert(
      fc.property(
        fc.array(spot, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 60, max: 120 }),
        (front, columns) => {
          const lines = linesOf({ ...PLOT, front, marks: [] }, columns);
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
          const place = (values: readonly number[], value: number, steps: number): number => {
            const [least, most] = [Math.min(...values), Math.max(...values)];
            return least === most ? 0 : Math.round(((value - least) * (steps - 1)) / (most - least));
          };
          const [xs, ys] = [front.map(([x]) => x), front.map(([, y]) => y)];
          const places = new Set(
            front.map(([x, y]: Spot) => `${place(xs, x, columns - 36)} ${place(ys, y, 2 * ROWS)}`),
          );
          const halves = Array.from(cellsOf(lines).join(''), (cell) => ' ▄█'.indexOf(cell.replace('▀', '▄')));
          expect(halves.reduce((sum, n) => sum + n, 0)).toBe(places.size);
        },
      ),
      { seed: 11, numRuns: 200 },
    );
  });
});
