import { expect, test } from 'vitest';
import { choiceList, closest, editDistance, suggestion } from '../src/suggest.js';

test.each([
  ['', 'abc', 3],
  ['kitten', 'sitting', 3], // the textbook pair
  ['ab', 'ba', 1],
  ['same', 'same', 0],
])('%s is %s at distance %d', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
});

test('the nearest candidate wins, whatever its case; a distant one is none', () => {
  expect(closest('shared_sam', ['Sram_Only', 'Shared_Sram'])).toBe('Shared_Sram');
  expect(closest('xyz', ['Sram_Only', 'Shared_Sram'])).toBeUndefined();
});

test('without a near candidate all are named', () => {
  expect(suggestion('Sise', ['Performance', 'Size'])).toBe('; did you mean Size?');
  expect(suggestion('x', ['Performance', 'Size'])).toBe('; choose from Performance, Size');
  expect(suggestion('x', [])).toBe('');
});

test('a long list of choices leaves room for the message', () => {
  const many = Array.from({ length: 40 }, (_, i) => `choice_number_${i}`);
  expect(choiceList(['a', 'b'])).toBe('a, b');
  expect(choiceList(many)).toMatch(/^choice_number_0, .* and \d+ more$/);
  expect(choiceList(many).length).toBeLessThan(200);
});
