import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { realWeights } from '../../../search/substitute/real-weights.js';
import { separable } from '../../../search/substitute/separable.js';
import { runReplacement, runTarget } from './run-float.js';
import {
  convolutions,
  outputError,
  randomInput,
  randomLevels,
  relativeError,
  roundingBound,
  targetOf,
  tensorNamed,
  USUAL,
  withoutValues,
  type Levels,
} from './targets.js';

const seed = 11;

/** Weights that are a sum of `terms` depthwise-separable products. */
const products = (terms: number, of: number): Levels => {
  const limit = Math.floor(Math.sqrt(120 / terms));
  const filter = randomLevels(of, limit);
  const row = randomLevels(of + 1000, limit);
  return (o, y, x, i) =>
    Array.from({ length: terms }, (_, t) => filter(t, y, x, i) * row(t, o, i)).reduce((a, b) => a + b, 0);
};

describe('separable weights', () => {
  it.each([1, 2, 3, 4])('of a sum of %d products are found, and compute the same', (terms) => {
    fc.assert(
      fc.property(convolutions, fc.nat(1000), (shape, of) => {
        const target = targetOf(shape, products(terms, of));
        const option = separable(terms, 'none');
        fc.pre(option.illegal(target) === undefined);
        expect(option.retained(target)).toBeCloseTo(1, 6);
        const replacement = option.rewrite(target, 'known');
        expect(replacement.retained!.before).toBeCloseTo(1, 6);
        expect(replacement.retained!.after).toBeGreaterThan(0.9998);
        expect(outputError(target, replacement, false)).toBeLessThan(0.03);
        expect(outputError(target, replacement, true)).toBeLessThan(0.06);
      }),
      { seed, numRuns: 40 },
    );
  });

  it('of no product are not kept whole', () => {
    fc.assert(
      fc.property(convolutions, fc.nat(1000), (shape, of) => {
        const target = targetOf({ ...shape, outputs: 10 }, randomLevels(of, 120));
        const replacement = separable(1, 'none').rewrite(target, 'known');
        expect(replacement.retained!.before).toBeLessThan(0.9);
        expect(replacement.retained!.before).toBeGreaterThan(0.1);
        expect(outputError(target, replacement, false)).toBeGreaterThan(0.1);
      }),
      { seed, numRuns: 40 },
    );
  });

  it('keep more retained the more terms there are, and all of it with as many as positions or outputs', () => {
    fc.assert(
      fc.property(convolutions, fc.nat(1000), (shape, of) => {
        const target = targetOf(shape, randomLevels(of, 120));
        const full = Math.min(shape.kernel[0] * shape.kernel[1], shape.outputs);
        let last = 0;
        for (let terms = 1; terms <= full; terms++) {
          const retained = separable(terms, 'none').retained(target);
          expect(retained).toBeGreaterThanOrEqual(last);
          last = retained;
        }
        expect(last).toBeCloseTo(1, 9);
        expect(separable(full + 1, 'none').illegal(target)).toMatch(/has at most \d+ terms/);
        const whole = separable(full, 'none').rewrite(target, 'known');
        expect(whole.retained!.after).toBeGreaterThan(0.9998);
        expect(outputError(target, whole, false)).toBeLessThan(0.03);
      }),
      { seed, numRuns: 25 },
    );
  });

  it('lose little when they are quantised again', () => {
    fc.assert(
      fc.property(convolutions, fc.nat(1000), fc.integer({ min: 1, max: 4 }), (shape, of, terms) => {
        const { before, after } = separable(terms, 'none').rewrite(
          targetOf(shape, randomLevels(of, 120)),
          'known',
        ).retained!;
        expect(Math.abs(before - after)).toBeLessThan(2e-4);
      }),
      { seed, numRuns: 60 },
    );
  });
});

describe('the intermediate feature map', () => {
  it.each(['none', 'shifted-relu'] as const)('never saturates: %s', (activation) => {
    fc.assert(
      fc.property(convolutions, fc.nat(1000), fc.integer({ min: 1, max: 3 }), (shape, of, terms) => {
        const target = targetOf(shape, products(2, of));
        const replacement = separable(terms, activation).rewrite(target, 'known');
        const input = randomInput(target, 5);
        const [exact, stored] = [false, true].map((s) => runReplacement(target, replacement, input, s));
        const bound = roundingBound(target, replacement);
        exact!.forEach((value, i) => expect(Math.abs(value - stored![i]!)).toBeLessThanOrEqual(bound));
      }),
      { seed, numRuns: 40 },
    );
  });

  it('does not saturate at inputs that reach the bound', () => {
    fc.assert(
      fc.property(convolutions, fc.nat(1000), (shape, of) => {
        const target = targetOf({ ...shape, inputs: 1, activation: 'NONE' }, products(1, of));
        for (const activation of ['none', 'shifted-relu'] as const) {
          const replacement = separable(1, activation).rewrite(target, 'known');
          const { scales, zeroPoints } = target.ifm.quantisation!;
          const low = target.ifm.type === 'uint8' ? 0 : -128;
          const random = randomInput(target, 9);
          const extreme = random.values.map((v) => scales[0]! * ((v > 0 ? low + 255 : low) - zeroPoints[0]!));
          // A wide output, so that only the intermediate could saturate.
          const wide = { ...target.ofm, quantisation: { scales: [1], zeroPoints: [low + 128], axis: 0 } };
          const wideTarget = { ...target, ofm: wide };
          const input = { ...random, values: extreme };
          const [exact, stored] = [false, true].map((s) => runReplacement(wideTarget, replacement, input, s));
          const bound = roundingBound(wideTarget, replacement);
          exact!.forEach((value, i) => {
            if (Math.abs(value) < 120) expect(Math.abs(value - stored![i]!)).toBeLessThanOrEqual(bound);
          });
        }
      }),
      { seed, numRuns: 40 },
    );
  });

  it('is the same for a shifted ReLU as for none', () => {
    fc.assert(
      fc.property(convolutions, fc.nat(1000), fc.integer({ min: 1, max: 4 }), (shape, of, terms) => {
        const target = targetOf(shape, randomLevels(of, 120));
        const [linear, shifted] = (['none', 'shifted-relu'] as const).map((activation) =>
          separable(terms, activation).rewrite(target, 'known'),
        );
        expect(shifted!.retained!.before).toBe(linear!.retained!.before);
        expect(Math.abs(shifted!.retained!.after - linear!.retained!.after)).toBeLessThan(1e-9);
        const input = randomInput(target, 3);
        const [a, b] = [linear!, shifted!].map((r) => runReplacement(target, r, input, false));
        // What differs is the rounding of the last bias.
        expect(relativeError(b!, a!)).toBeLessThan(1e-3);
        for (const op of shifted!.operators.filter((o) => o.kind === 'DEPTHWISE_CONV_2D')) {
          expect(op.options['fused_activation_function']).toBe('RELU');
        }
      }),
      { seed, numRuns: 40 },
    );
  });

  it('has one quantisation for all terms, with the zero point at the end before a ReLU', () => {
    for (const type of ['int8', 'uint8'] as const) {
      const target = targetOf({ ...USUAL, type }, randomLevels(3, 120));
      for (const activation of ['none', 'relu', 'shifted-relu'] as const) {
        const { tensors } = separable(3, activation).rewrite(target, 'known');
        const maps = tensors.filter((t) => t.constant === undefined);
        expect(maps.map((t) => t.name)).toEqual([
          'y/depthwise1',
          'y/depthwise2',
          'y/depthwise3',
          'y/depthwise',
        ]);
        for (const map of maps) expect(map.quantisation).toEqual(maps[0]!.quantisation);
        const [zero] = maps[0]!.quantisation!.zeroPoints;
        if (activation !== 'none') expect(zero).toBe(type === 'int8' ? -128 : 0);
      }
    }
  });

  it('after a ReLU starts from the weights of the linear form, with unknown retained', () => {
    const target = targetOf(USUAL, randomLevels(3, 120));
    const [linear, relu] = (['none', 'relu'] as const).map((a) => separable(2, a).rewrite(target, 'known'));
    expect(relu!.retained).toEqual({ before: NaN, after: NaN });
    expect(separable(2, 'relu').retained(target)).toBeNaN();
    for (const name of ['y/depthwise1/weights', 'y/depthwise2/weights', 'y/pointwise/weights']) {
      expect(tensorNamed(relu!, name).constant).toEqual(tensorNamed(linear!, name).constant);
    }
  });
});

describe('separable layers', () => {
  it('of several terms are joined over their channels before one 1x1', () => {
    const target = targetOf({ ...USUAL, stride: [2, 1], dilation: [1, 2] }, randomLevels(1, 120));
    const { operators, tensors } = separable(2, 'none').rewrite(target, 'known');
    expect(operators.map((op) => op.kind)).toEqual([
      'DEPTHWISE_CONV_2D',
      'DEPTHWISE_CONV_2D',
      'CONCATENATION',
      'CONV_2D',
    ]);
    expect(operators.every((op) => op.origin === 7)).toBe(true);
    expect(operators[0]!.options).toMatchObject({ stride_h: 2, dilation_w_factor: 2, padding: 'SAME' });
    expect(operators[2]!.options).toEqual({ axis: 3, fused_activation_function: 'NONE' });
    expect(operators[3]!.options).toMatchObject({ stride_h: 1, dilation_w_factor: 1, padding: 'VALID' });
    expect(tensorNamed({ operators, tensors }, 'y/pointwise/weights').shape).toEqual([12, 1, 1, 10]);
    expect(tensorNamed({ operators, tensors }, 'y/depthwise2/weights').shape).toEqual([1, 3, 3, 5]);
    expect(new Set(tensors.map((t) => t.name)).size).toBe(tensors.length);
  });

  it('of several terms of a single input channel are one depthwise with a multiplier', () => {
    const target = targetOf({ ...USUAL, inputs: 1 }, products(3, 4));
    const replacement = separable(3, 'none').rewrite(target, 'known');
    expect(replacement.operators.map((op) => op.kind)).toEqual(['DEPTHWISE_CONV_2D', 'CONV_2D']);
    expect(replacement.operators[0]!.options['depth_multiplier']).toBe(3);
    expect(tensorNamed(replacement, 'y/depthwise/weights').shape).toEqual([1, 3, 3, 3]);
    expect(outputError(target, replacement, true)).toBeLessThan(0.05);
  });

  it('have the form of their known values where values are not asked for, without looking at the weights', () => {
    fc.assert(
      fc.property(convolutions, fc.integer({ min: 1, max: 4 }), fc.nat(2), (shape, terms, a) => {
        const option = separable(terms, (['none', 'relu', 'shifted-relu'] as const)[a]!);
        const target = targetOf(shape, randomLevels(1, 120));
        const known = option.rewrite(target, 'known');
        const blind: typeof target = {
          ...target,
          weights: {
            ...target.weights,
            constant: {
              get bytes(): Uint8Array {
                throw new Error('looked at the weights');
              },
            },
          },
        };
        const unknown = option.rewrite(blind, 'unknown');
        expect(unknown.retained).toBeUndefined();
        expect(unknown.operators).toEqual(known.operators);
        expect(unknown.tensors.map(withoutValues)).toEqual(known.tensors.map(withoutValues));
        for (const { constant } of unknown.tensors) expect(constant?.bytes).toBeUndefined();
        for (const { constant, type, shape: dims } of known.tensors) {
          if (constant === undefined) continue;
          const elements = dims!.reduce((n, d) => n * d, 1);
          expect(constant.bytes!.byteLength).toBe(elements * (type === 'int32' ? 4 : 1));
        }
      }),
      { seed, numRuns: 30 },
    );
  });

  it('have no values and no known retained where the convolution has no values', () => {
    const target = targetOf(USUAL, randomLevels(1, 120));
    const unknown = { ...target, weights: { ...target.weights, constant: {} } };
    const { tensors, retained } = separable(2, 'none').rewrite(unknown, 'known');
    expect(retained).toEqual({ before: NaN, after: NaN });
    expect(separable(2, 'none').retained(unknown)).toBeNaN();
    for (const { constant } of tensors) expect(constant ?? {}).toEqual({});
  });

  it('of weights that are all zero keep them', () => {
    for (const type of ['int8', 'uint8'] as const) {
      const target = targetOf({ ...USUAL, type }, () => 0);
      for (const activation of ['none', 'shifted-relu'] as const) {
        const replacement = separable(2, activation).rewrite(target, 'known');
        expect(replacement.retained).toEqual({ before: 1, after: 1 });
        expect(outputError(target, replacement, false)).toBeLessThan(1e-3);
      }
    }
  });

  it('have a coarser scale where a bias would not fit', () => {
    const target = targetOf(USUAL, (o, y, x, i) => (o === 0 ? 0 : 1 + ((y + x + i) % 3)));
    const bytes = target.bias!.constant!.bytes!.slice();
    new DataView(bytes.buffer).setInt32(0, 2 ** 31 - 1, true);
    new DataView(bytes.buffer).setInt32(4, -(2 ** 31), true);
    const large = { ...target, bias: { ...target.bias!, constant: { bytes } } };
    const replacement = separable(1, 'shifted-relu').rewrite(large, 'known');
    const input = randomInput(target, 1);
    const [before, after] = [
      runTarget(large, input, false),
      runReplacement(large, replacement, input, false),
    ];
    for (let i = 0; i < before.length; i += 12) {
      expect(after[i]! / before[i]!).toBeCloseTo(1, 6);
      expect(after[i + 1]! / before[i + 1]!).toBeCloseTo(1, 4);
    }
  });

  it('use float32 scales', () => {
    const { tensors } = separable(2, 'shifted-relu').rewrite(targetOf(USUAL, randomLevels(1, 120)), 'known');
    for (const { quantisation } of tensors) {
      for (const scale of quantisation!.scales) expect(Math.fround(scale)).toBe(scale);
    }
  });

  it('follow from a worked example', () => {
    // A filter (1 2 1; 2 4 2; 1 2 1)/16 for the first channel, a corner for the second; rows (1, -1) and (2, 3).
    const filters = [
      [
        [1, 2, 1],
        [2, 4, 2],
        [1, 2, 1],
      ],
      [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 9],
      ],
    ];
    const rows = [
      [1, -1],
      [2, 3],
    ];
    const target = targetOf(
      { ...USUAL, inputs: 2, outputs: 2 },
      (o, y, x, i) => filters[i]![y]![x]! * rows[i]![o]!,
    );
    const replacement = separable(1, 'none').rewrite(target, 'known');
    const taps = realWeights(tensorNamed(replacement, 'y/depthwise/weights'))!;
    // Channels are innermost; magnitudes of each channel's taps add up to 1.
    filters[0]!.flat().forEach((tap, k) => expect(taps[2 * k]).toBeCloseTo(tap / 16, 2));
    expect(taps[17]).toBeCloseTo(1, 6);
    const row = realWeights(tensorNamed(replacement, 'y/pointwise/weights'))!;
    const scales = target.weights.quantisation!.scales;
    [16 * 1, 18, -16, 27].forEach((level, i) => {
      const scale = scales[Math.floor(i / 2)]!;
      expect(row[i]! / scale).toBeCloseTo(level, 0);
    });
  });
});
