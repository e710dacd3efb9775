import { expect, test } from 'vitest';
import { explanationText } from '../../src/report/explain.js';
import { shapeText, shortened, wrap } from '../../src/report/text.js';
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
  const steps = text.split('\n\n').filter((block) => block.startsWith('operator 4:'));
  expect(steps.length).toBeGreaterThan(0);
  for (const step of steps) expect(step).not.toMatch(/ReLU|change:/);
});

test('small layers are counted', () => {
  expect(text).toMatch(/\n\d+ layers of less than 0\.5% each, \d+\.\d% together, not shown; ask for/);
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
