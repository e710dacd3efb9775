import fc from 'fast-check';
import { expect, test } from 'vitest';
import { align, alike, segments, type Segment, type Shape } from '../../src/explain/align.js';

const shape = (operator: string, kernel = 1, depth = 16, origin = 0): Shape => ({
  operator,
  kernel: [kernel, kernel, 1, 1, 1, 1],
  ofm: [1, 8, 8, depth],
  ifmDepth: 16,
  name: '',
  origin,
});

const sideBySide = (a: readonly Shape[], b: readonly Shape[]): readonly Segment[] =>
  segments(align(a, b), (i, j) => alike(a[i]!, b[j]!));

test('what replaces a convolution stands beside it', () => {
  const a = [shape('Conv2D', 5), shape('Conv2D', 3), shape('Conv2D', 3), shape('Add')];
  const b = [
    shape('Conv2D', 5),
    shape('DepthwiseConv2D', 3),
    shape('Conv2D'),
    shape('DepthwiseConv2D', 3),
    shape('Conv2D'),
    shape('Add'),
  ];
  expect(sideBySide(a, b)).toMatchObject([
    { a: [0], b: [0] },
    { a: [1], b: [1, 2] },
    { a: [2], b: [3, 4] },
    { a: [3], b: [5] },
  ]);
});

test('an extra operator stands alone', () => {
  const a = [shape('Conv2D', 3), shape('Conv2D', 1)];
  const b = [shape('Conv2D', 3), shape('Add'), shape('Conv2D', 1)];
  expect(sideBySide(a, b)).toMatchObject([
    { a: [0], b: [0] },
    { a: [], b: [1] },
    { a: [1], b: [2] },
  ]);
});

test('layers of another width are paired', () => {
  const a = [shape('Conv2D', 3, 16), shape('Conv2D', 1, 32), shape('MaxPool', 2, 32)];
  const b = [shape('Conv2D', 3, 8), shape('Conv2D', 1, 24), shape('MaxPool', 2, 24)];
  expect(sideBySide(a, b)).toMatchObject([
    { a: [0], b: [0] },
    { a: [1], b: [1] },
    { a: [2], b: [2] },
  ]);
});

const layers = fc.array(
  fc
    .record({
      operator: fc.constantFrom('Conv2D', 'DepthwiseConv2D', 'Add'),
      kernel: fc.constantFrom(1, 3),
      depth: fc.constantFrom(8, 16),
    })
    .map(({ operator, kernel, depth }) => shape(operator, kernel, depth)),
  { maxLength: 12 },
);

test('every layer appears once and in order, and pairs are of one operator', () => {
  fc.assert(
    fc.property(layers, layers, (a, b) => {
      const columns = align(a, b);
      expect(columns.flatMap((column) => column.a ?? [])).toEqual(a.map((_, i) => i));
      expect(columns.flatMap((column) => column.b ?? [])).toEqual(b.map((_, j) => j));
      for (const { a: i, b: j } of columns) {
        if (i !== undefined && j !== undefined) expect(a[i]!.operator).toBe(b[j]!.operator);
      }
      const parts = sideBySide(a, b);
      expect(parts.flatMap((part) => part.a)).toEqual(a.map((_, i) => i));
      expect(parts.flatMap((part) => part.b)).toEqual(b.map((_, j) => j));
    }),
    { seed: 4, numRuns: 200 },
  );
});

test('a network is paired with itself layer by layer', () => {
  fc.assert(
    fc.property(layers, (a) => {
      expect(align(a, a)).toEqual(a.map((_, i) => ({ a: i, b: i })));
    }),
    { seed: 5, numRuns: 100 },
  );
});

test('networks of very many layers are paired operator by operator', () => {
  const many = Array.from({ length: 5000 }, () => shape('MaxPool', 1, 16, 1));
  const a = [shape('Conv2D', 3), ...many, shape('Add', 1, 16, 2)];
  const b = [shape('Conv2D', 3), ...many.slice(10), shape('Mul', 1, 16, 2), shape('Add', 1, 16, 3)];
  const columns = align(a, b);
  expect(columns.flatMap((column) => column.a ?? [])).toEqual(a.map((_, i) => i));
  expect(columns.flatMap((column) => column.b ?? [])).toEqual(b.map((_, j) => j));
  expect(columns.filter(({ a: i, b: j }) => i !== undefined && j !== undefined)).toHaveLength(4992);
  expect(columns.at(-1)).toEqual({ a: 5001, b: 4992 });
});
