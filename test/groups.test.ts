import { expect, test } from 'vitest';
import { addTo, groupBy, sumBy } from '../src/groups.js';

test('items are grouped and added up by their keys, which keep their order', () => {
  const words = ['one', 'three', 'two', 'seven', 'five'];
  const byLength = groupBy(words, ({ length }) => length);
  expect([...byLength]).toEqual([
    [3, ['one', 'two']],
    [5, ['three', 'seven']],
    [4, ['five']],
  ]);
  addTo(byLength, 4, 'four');
  addTo(byLength, 6, 'eleven');
  expect([byLength.get(4), byLength.get(6)]).toEqual([['five', 'four'], ['eleven']]);
  const lengths = sumBy(
    words,
    (word) => word[0],
    ({ length }) => length,
  );
  expect(Object.fromEntries(lengths)).toEqual({ o: 3, t: 8, s: 5, f: 4 });
});
