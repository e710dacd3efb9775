import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stringify } from 'csv-stringify/sync';
import { parseCsv } from '../src/csv.js';

it('reads quoted and plain fields, either end of line, and quotes within a field', () => {
  expect(parseCsv('a,b\r\n"x, ""y""",2\n\nc"d,e')).toEqual([
    ['a', 'b'],
    ['x, "y"', '2'],
    ['c"d', 'e'],
  ]);
  expect(parseCsv('')).toEqual([]);
});

it('reads what is written', () => {
  const field = fc.string({ maxLength: 8 }).map((text) => `f${text.trim().replaceAll('\u0000', '')}f`);
  const table = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, record_delimiter) => {
      expect(parseCsv(stringify(rows, { record_delimiter }))).toEqual(rows);
    }),
    { seed: 1 },
  );
});

it('ends for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a') }), (text) => {
      expect(parseCsv(text).every((row) => row.length > 0)).toBe(true);
    }),
    { seed: 1 },
  );
});
