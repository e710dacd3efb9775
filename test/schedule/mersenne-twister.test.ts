import { expect, test } from 'vitest';
import { MersenneTwister } from '../../src/schedule/mersenne-twister.js';

test('the outputs that the C++ standard states for the default seed', () => {
  const random = new MersenneTwister();
  const outputs = Array.from({ length: 10_000 }, () => random.next());
  expect(outputs[0]).toBe(3499211612);
  expect(outputs[9999]).toBe(4123659995);
});

test('every generator begins anew', () => {
  const first = new MersenneTwister().next();
  expect(new MersenneTwister().next()).toBe(first);
});
