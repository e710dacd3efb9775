import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { reasonTable, type ReasonTable } from '../../src/report/reason-table.js';
import { fitLines, LINE_WIDTH } from '../../src/text.js';

afterEach(() => fitLines(LINE_WIDTH));

interface Row {
  readonly id: string;
  readonly layer: string;
  readonly cycles: string;
  readonly words: readonly string[];
}

const TABLE: ReasonTable<Row> = {
  columns: [
    { heading: 'id', cell: ({ id }) => id },
    { heading: 'layer', cell: ({ layer }) => layer },
    { heading: 'cycles', right: true, cell: ({ cycles }) => cycles },
  ],
  reason: 'why',
  words: ({ words }) => words,
  spare: [
    ['layer', 12],
    ['cycles', 0],
    ['layer', 0],
  ],
};

const ROW: Row = {
  id: '8s.9h@u55-128',
  layer: 'DepthwiseConv2D 3x3 24x24x16',
  cycles: '12,345',
  words: ['MACs', 'IFM depth 12.5%', 'kernel 75%', 'OFM width 50%'],
};

describe('a table with reasons', () => {
  test('gives as many words as there is room for', () => {
    fitLines(110);
    expect(reasonTable([ROW], TABLE)).toEqual([
      'id             layer                         cycles  why',
      '8s.9h@u55-128  DepthwiseConv2D 3x3 24x24x16  12,345  MACs, IFM depth 12.5%, kernel 75%, OFM width 50%',
    ]);
    fitLines(90);
    expect(reasonTable([ROW], TABLE)[1]).toMatch(/ {2}MACs, IFM depth 12\.5%, kernel 75%$/);
  });

  test('cuts and leaves out what is spare where the terminal is narrow', () => {
    fitLines(70);
    expect(reasonTable([ROW], TABLE)[1]).toBe(
      '8s.9h@u55-128  DepthwiseCo…  12,345  MACs, IFM depth 12.5%, kernel 75%',
    );
    fitLines(60);
    expect(reasonTable([{ ...ROW, id: `${ROW.id}-and-more` }], TABLE)).toEqual([
      'id                      why',
      '8s.9h@u55-128-and-more  MACs, IFM depth 12.5%, kernel 75%',
    ]);
  });

  test('leaves out columns without a cell', () => {
    expect(reasonTable([{ ...ROW, cycles: '' }], TABLE)[0]).toMatch(/^id +layer +why$/);
  });

  test('fits every terminal, and never cuts what is not spare', () => {
    const row = fc.record({
      id: fc.stringMatching(/^[a-z0-9.]{1,30}$/),
      layer: fc.stringMatching(/^[A-Za-z0-9]{1,40}$/),
      cycles: fc.nat(1e9).map(String),
      words: fc.array(fc.stringMatching(/^[a-z0-9]{1,40}$/), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 60, max: 120 }),
        (rows, columns) => {
          fitLines(columns);
          const [, ...lines] = reasonTable(rows, TABLE);
          expect(lines.length).toBe(rows.length);
          lines.forEach((line, i) => {
            expect(line.length).toBeLessThanOrEqual(columns);
            expect(line.startsWith(rows[i]!.id)).toBe(true);
          });
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });
});
