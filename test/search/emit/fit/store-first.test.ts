import { describe, expect, it } from 'vitest';
import { channelsOf, productForm } from '../../../../search/emit/fit/factors.js';
import { storeFirst } from '../../../../search/emit/fit/store-first.js';
import { findSubstitution } from '../../../../search/substitute/index.js';
import { randomLevels, randomNumbers, targetOf, USUAL } from '../../substitute/targets.js';
import { randomMatrix } from './random.js';

const shape = { ...USUAL, kernel: [3, 2] as const, inputs: 4, outputs: 6 };
const LENGTH = 24;
const next = randomNumbers(3);
// Entries of very different sizes, so that channels have very different ranges.
const patches = Int16Array.from({ length: 200 * LENGTH }, (_, i) =>
  Math.floor(255 * next() * 0.8 ** (i % LENGTH)),
);

describe.each([
  ['separable*2', true],
  ['lowrank*3:out', true],
  ['lowrank*3', false],
] as const)('the first layer of %s', (name, shiftable) => {
  const form = productForm(findSubstitution(name)!.factors(targetOf(shape, randomLevels(1, 100))), 6);
  const channels = channelsOf(form);
  const inputScale = 0.02;
  const first = storeFirst(form, {
    filters: randomMatrix(channels, form.entries, 5),
    activation: 'none',
    shiftable,
    scaling: 'per-row',
    type: 'int8',
    inputScale,
    patches,
  });

  it('uses most of the range in every channel, and leaves it in none', () => {
    const [step, zero] = [first.output.scales[0]!, first.output.zeroPoints[0]!];
    for (let ch = 0; ch < channels; ch++) {
      let [low, high] = [Infinity, -Infinity];
      for (let from = 0; from < patches.length; from += LENGTH) {
        for (let s = 0; s < form.shifts; s++) {
          let sum = first.bias[ch]!;
          for (let f = 0; f < form.entries; f++) {
            const column = form.columns[(s * form.blocks + (ch % form.blocks)) * form.entries + f]!;
            sum += first.rows.levels[ch * form.entries + f]! * patches[from + column]!;
          }
          const level = Math.round((sum * inputScale * first.rows.scales[ch]!) / step) + zero;
          [low, high] = [Math.min(low, level), Math.max(high, level)];
        }
      }
      expect(low).toBeGreaterThanOrEqual(-128);
      expect(high).toBeLessThanOrEqual(127);
      expect(high - low).toBeGreaterThan(shiftable ? 235 : 80);
    }
  });

  it('shifts only what the second layer takes back', () => {
    expect(first.bias.some((bias) => bias !== 0)).toBe(shiftable);
  });
});
