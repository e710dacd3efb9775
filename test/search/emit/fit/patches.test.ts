import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choosePlaces, columnMeans, patchesAt } from '../../../../search/emit/fit/patches.js';
import { patchLength, positionsOf, windowOf } from '../../../../search/emit/fit/window.js';
import { convolutions, fullyConnected, randomLevels, targetOf } from '../../substitute/targets.js';
import { convolve } from '../../substitute/run-float.js';
import { realWeights } from '../../../../search/substitute/real-weights.js';
import { randomNumbers } from '../../substitute/targets.js';

describe('patches', () => {
  it('times the weights are what the convolution gives', () => {
    fc.assert(
      fc.property(convolutions, fc.nat(1000), (shape, seed) => {
        const target = targetOf({ ...shape, activation: 'NONE', biased: false }, randomLevels(seed, 100));
        const { operator, ifm, ofm, weights } = target;
        const next = randomNumbers(seed);
        const [samples, lowest] = [2, ifm.type === 'int8' ? -128 : 0];
        const size = ifm.shape!.reduce((n, d) => n * d, 1);
        const levels = Array.from({ length: samples * size }, () => lowest + Math.floor(256 * next()));
        const stored = ifm.type === 'int8' ? Int8Array.from(levels) : Uint8Array.from(levels);
        const window = windowOf(operator, ifm, ofm, weights)!;
        const places = choosePlaces(positionsOf(window), samples, Infinity, 1);
        const zeroPoint = ifm.quantisation!.zeroPoints[0]!;
        const patches = patchesAt(stored, window, zeroPoint, places);
        const length = patchLength(window);
        const rows = realWeights(weights)!;
        const outputs = weights.shape![0]!;
        const scale = ifm.quantisation!.scales[0]!;
        for (let s = 0; s < samples; s++) {
          const values = Float64Array.from(
            stored.subarray(s * size, (s + 1) * size),
            (v) => scale * (v - zeroPoint),
          );
          const input = { shape: ifm.shape as [number, number, number, number], values };
          const expected = convolve(operator, input, [ifm, weights, undefined, ofm]).values;
          const positions = positionsOf(window);
          for (let p = 0; p < positions; p++) {
            for (let o = 0; o < outputs; o++) {
              let sum = 0;
              for (let i = 0; i < length; i++)
                sum += scale * patches[(s * positions + p) * length + i]! * rows[o * length + i]!;
              expect(Math.abs(sum - expected[p * outputs + o]!)).toBeLessThan(1e-9);
            }
          }
        }
      }),
      { seed: 21, numRuns: 40 },
    );
  });

  it('of a fully connected layer are its rows', () => {
    const { operator, ifm, ofm, weights } = fullyConnected({ inputs: 5, outputs: 3 }, randomLevels(1, 100));
    const window = windowOf(operator, ifm, ofm, weights)!;
    expect([positionsOf(window), patchLength(window)]).toEqual([1, 5]);
    const values = Int8Array.from({ length: 15 }, (_, i) => i);
    expect([...patchesAt(values, window, 2, Int32Array.of(2))]).toEqual([8, 9, 10, 11, 12]);
    expect([...columnMeans(patchesAt(values, window, 0, Int32Array.of(0, 2)), 5)]).toEqual([5, 6, 7, 8, 9]);
  });

  it('are looked at in each sample, the same ones for the same seed', () => {
    const places = choosePlaces(50, 7, 100, 3);
    expect([...places]).toEqual([...new Set(places)].sort((a, b) => a - b));
    expect(places).toHaveLength(100);
    for (let s = 0; s < 7; s++) {
      const own = places.filter((place) => Math.floor(place / 50) === s).length;
      expect([14, 15]).toContain(own);
    }
    expect(choosePlaces(50, 7, 100, 3)).toEqual(places);
    expect(choosePlaces(50, 7, 100, 4)).not.toEqual(places);
    expect(choosePlaces(50, 7, 1000, 3)).toHaveLength(350);
  });
});
