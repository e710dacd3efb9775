import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvField, floatText, integerCell, percentCell, textCell } from '../../src/report/numbers.js';

test.each([
  // Origin: repr() of Python 3 for the same doubles.
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [500e6, '500000000.0'],
  [21.671875, '21.671875'],
  [0.000179416, '0.000179416'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1.5e-5, '1.5e-05'],
  [123456789012345680, '1.2345678901234568e+17'],
  [1e15, '1000000000000000.0'],
  [1e16, '1e+16'],
  [1e22, '1e+22'],
  [1e100, '1e+100'],
  [5e-324, '5e-324'],
  [-0.1, '-0.1'],
  [-2.5e-7, '-2.5e-07'],
  [NaN, 'nan'],
  [Infinity, 'inf'],
  [-Infinity, '-inf'],
])('%d is written %s', (x, text) => {
  expect(floatText(x)).toBe(text);
});

test('every double reads back from its text', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      const text = floatText(x);
      expect(Number(text)).toBe(x);
      expect(text).toMatch(/^-?(\d+\.\d+|\d(\.\d+)?e[+-]\d{2,})$/);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test('a percentage of nothing is the integer 100', () => {
  expect(percentCell(0, 0).text).toBe('100');
  expect(percentCell(5, 5).text).toBe('100.0');
  expect(percentCell(1, 3).text).toBe('33.333333333333336');
});

test('fields are quoted only if they need it', () => {
  expect(csvField(textCell('a;b'))).toBe('a;b');
  expect(csvField(textCell('a,"b"'))).toBe('"a,""b"""');
  expect(csvField(textCell('a\nb'))).toBe('"a\nb"');
});

test('text is never a formula, numbers and ordinary names stay as they are', () => {
  for (const text of ['=1+1', '+a', '-a', '@a']) expect(csvField(textCell(text))).toBe(`'${text}`);
  expect(csvField(textCell('=a,b'))).toBe(`"'=a,b"`);
  expect(csvField(textCell('a=b'))).toBe('a=b');
  expect(csvField(integerCell(-299037312))).toBe('-299037312');
});
