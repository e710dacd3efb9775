import { expect, test } from 'vitest';
import { displayName, parseAccelerator, parseAcceleratorList } from '../../src/npu/accelerator-names.js';

test('a list keeps its order, expands groups and drops repetitions', () => {
  expect(parseAcceleratorList('ethos-u65-256, u55')).toEqual([
    'ethos-u65-256',
    'ethos-u55-32',
    'ethos-u55-64',
    'ethos-u55-128',
    'ethos-u55-256',
  ]);
  expect(parseAcceleratorList('u65,ethos-u65-256')).toEqual(['ethos-u65-256', 'ethos-u65-512']);
  expect(parseAcceleratorList('all')).toEqual(expect.arrayContaining(['ethos-u55-32', 'ethos-u65-512']));
});

test.each([
  ['u99', 'ethos-u55-128'],
  ['u55-127', 'ethos-u55-128'],
  ['Ethos_U65_512', 'ethos-u65-512'],
  ['ethos-u65-128', 'ethos-u65-256'],
])('%s is answered with %s', (word, meant) => {
  expect(() => parseAccelerator(word)).toThrow(`accelerator "${word}" is not known; did you mean ${meant}?`);
});

test('a word without any likeness is answered with the choices, as a usage error', () => {
  expect(() => parseAcceleratorList('gpu')).toThrow(
    /"gpu" is not known; choose from ethos-u55-32, .* groups all/,
  );
  expect(() => parseAcceleratorList('gpu')).toThrow(expect.objectContaining({ exitCode: 2 }));
  expect(() => parseAcceleratorList(' , ')).toThrow(/is empty/);
});

test('reports print the name with underscores', () => {
  expect(displayName('ethos-u55-128')).toBe('Ethos_U55_128');
});
