import { expect, test } from 'vitest';
import { explanationText } from '../../src/report/explain.js';
import { shapeText, shortened, wrap } from '../../src/text.js';
import { explained, networkOf } from './fixture.js';

const text = explanationText(
  explained(
    networkOf(
      [1, 16, 16, 8],
      [
        'type: conv2d, name: a, filters: 8, kernel: [3, 3], activation: RELU',
        'type: conv2d, name: b, filters: 8, kernel: [3, 3], activation: RELU',
        'type: conv2d, name: c, filters: 8, kernel: [3, 3], activation: RELU',
        'type: average_pool_2d, name: d, kernel: [16, 16]',
        'type: softmax, name: e',
      ],
    ),
  ),
);

test('layers of which the same is said share a block', () => {
  expect(text).toMatch(/\noperators 1, 2: Conv2D \+ Relu, 3x3, 16x16x8 -> 16x16x8 int8 {2}\(2 layers alike/);
});

test('steps of a softmax are not told to fuse a ReLU', () => {
  const steps = text.split('\n\n').filter((block) => /^operator 4, SOFTMAX: /.test(block));
  expect(steps.length).toBeGreaterThan(0);
  for (const step of steps) expect(step).not.toMatch(/ReLU|change:/);
});

test('operators of several operations are summed and named', () => {
  expect(text).toMatch(
    /\noperator 4, SOFTMAX, is 27 operations here: [\d,]+ cycles, \d+\.\d% of the network\n/,
  );
  expect(text).toMatch(/\n {2}of its cycles: .*ReduceSum/);
});

test('small operators are counted, but never most of the cycles', () => {
  const layers = (count: number, large: string): string =>
    explanationText(
      explained(
        networkOf(
          [1, 16, 16, 8],
          [
            large,
            ...Array.from(
              { length: count },
              (_, i) => `type: conv2d, name: c${i}, filters: ${(i % 50) + 1}, kernel: [1, 1]`,
            ),
          ],
        ),
      ),
    );
  const small = layers(3, 'type: conv2d, name: a, filters: 64, kernel: [64, 64]');
  expect(small).toMatch(/\n\d operators? of less than 0\.5% each, \d\.\d% together, not shown: operators \d/);
  const hidden = /(\d+\.\d)% together, not shown/.exec(
    layers(110, 'type: conv2d, name: a, filters: 8, kernel: [1, 1]'),
  );
  expect(Number(hidden?.[1] ?? 0)).toBeLessThanOrEqual(10);
});

test('a stride above 3 is named as the cause', () => {
  const strided = explanationText(
    explained(
      networkOf(
        [1, 32, 32, 8],
        ['type: conv2d, name: a, filters: 8, kernel: [4, 4], stride: [4, 4], padding: VALID'],
      ),
    ),
  );
  expect(strided).toMatch(
    /\noperator 0, CONV_2D, is 64 operations here: [\d,]+ cycles, 100\.0% of the network\n/,
  );
  expect(strided).toMatch(/\n {2}its stride of 4x4 is why: /);
});

test('lines are broken at spaces and overlong words are cut', () => {
  const lines = wrap(`${'word '.repeat(50)}${'x'.repeat(300)}`, '  ', '    ').split('\n');
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(110);
  expect(lines.at(-1)).toMatch(/^ {4}x+…$/);
  expect(shortened('abc', 3)).toBe('abc');
  expect(shortened('abcd', 3)).toBe('ab…');
  expect(shapeText([1, 2, 3, 4])).toBe('2x3x4');
});
