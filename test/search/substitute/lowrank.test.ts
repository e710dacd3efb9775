import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOWRANK, lowrank } from '../../../search/substitute/lowrank.js';
import { runReplacement } from './run-float.js';
import {
  convolutions,
  outputError,
  randomInput,
  randomLevels,
  roundingBound,
  targetOf,
  tensorNamed,
  USUAL,
  withoutValues,
  type ConvolutionShape,
  type Levels,
} from './targets.js';

const seed = 12;

type Division = Parameters<typeof lowrank>[1];

/** Weights of a given rank: through input channels, the sides of the kernel, or output channels. */
const products = (rank: number, division: Division, of: number): Levels => {
  const limit = Math.floor(Math.sqrt(120 / rank));
  const first = randomLevels(of, limit);
  const second = randomLevels(of + 1000, limit);
  const term = {
    channels: (r: number, o: number, y: number, x: number, i: number) => first(r, i) * second(r, y, x, o),
    spatial: (r: number, o: number, y: number, x: number, i: number) => first(r, y, i) * second(r, x, o),
    outputs: (r: number, o: number, y: number, x: number, i: number) => first(r, y, x, i) * second(r, o),
  }[division];
  return (o, y, x, i) =>
    Array.from({ length: rank }, (_, r) => term(r, o, y, x, i)).reduce((a, b) => a + b, 0);
};

const fullRank = (
  { inputs, outputs, kernel: [height, width] }: ConvolutionShape,
  division: Division,
): number =>
  ({
    channels: Math.min(inputs, height * width * outputs),
    spatial: Math.min(height * inputs, width * outputs),
    outputs: Math.min(height * width * inputs, outputs),
  })[division];

const divisible = (
  { kernel: [height, width], stride: [down, right] }: ConvolutionShape,
  division: Division,
): boolean =>
  ({ channels: true, spatial: height > 1 && width > 1, outputs: height * width * down * right > 1 })[
    division
  ];

describe.each(['channels', 'spatial', 'outputs'] as const)('low rank, division: %s', (division) => {
  it('finds weights of that rank, and computes the same', () => {
    fc.assert(
      fc.property(convolutions, fc.nat(1000), fc.integer({ min: 1, max: 3 }), (drawn, of, rank) => {
        // A ReLU may leave so little of few channels that an error is large beside it.
        const shape = division === 'outputs' ? { ...drawn, activation: 'NONE' as const } : drawn;
        const target = targetOf(shape, products(rank, division, of));
        const option = lowrank(rank, division);
        fc.pre(option.illegal(target) === undefined);
        expect(option.retained(target)).toBeCloseTo(1, 6);
        const replacement = option.rewrite(target, 'known');
        expect(replacement.retained!.before).toBeCloseTo(1, 6);
        expect(replacement.retained!.after).toBeGreaterThan(0.9997);
        expect(outputError(target, replacement, false)).toBeLessThan(0.03);
        expect(outputError(target, replacement, true)).toBeLessThan(0.08);
      }),
      { seed, numRuns: 60 },
    );
  });

  it('keeps more retained the higher the rank, almost all just below the full rank, all at it', () => {
    fc.assert(
      fc.property(convolutions, fc.nat(1000), (shape, of) => {
        fc.pre(divisible(shape, division));
        const target = targetOf(shape, randomLevels(of, 120));
        const full = fullRank(shape, division);
        const shares = Array.from({ length: full }, (_, r) => lowrank(r + 1, division).retained(target));
        shares.forEach((retained, r) => expect(retained).toBeGreaterThanOrEqual(shares[r - 1] ?? 0));
        expect(shares.at(-1)).toBeCloseTo(1, 9);
        if (full > 1) {
          expect(shares.at(-2)).toBeLessThan(1);
          // The smallest of as many squares is at most their mean.
          expect(shares.at(-2)).toBeGreaterThanOrEqual(1 - 1 / full);
          expect(lowrank(full - 1, division).illegal(target)).toBeUndefined();
        }
        expect(lowrank(full, division).illegal(target)).toMatch(/at most rank/);
        const whole = lowrank(full, division).rewrite(target, 'known');
        expect(whole.retained!.after).toBeGreaterThan(0.9997);
        expect(outputError(target, whole, false)).toBeLessThan(0.03);
      }),
      { seed, numRuns: 25 },
    );
  });

  it('never saturates between its layers', () => {
    fc.assert(
      fc.property(convolutions, fc.nat(1000), fc.integer({ min: 1, max: 3 }), (shape, of, rank) => {
        fc.pre(divisible(shape, division));
        const target = targetOf(shape, products(2, division, of));
        const replacement = lowrank(rank, division).rewrite(target, 'known');
        const input = randomInput(target, 5);
        const [exact, stored] = [false, true].map((s) => runReplacement(target, replacement, input, s));
        const bound = roundingBound(target, replacement);
        exact!.forEach((value, i) => expect(Math.abs(value - stored![i]!)).toBeLessThanOrEqual(bound));
      }),
      { seed, numRuns: 40 },
    );
  });

  it('has the form of its known values where values are not asked for', () => {
    fc.assert(
      fc.property(convolutions, fc.integer({ min: 1, max: 9 }), (shape, rank) => {
        fc.pre(divisible(shape, division));
        const target = targetOf(shape, randomLevels(1, 120));
        // Ranks above the full one occur where a design has fewer channels.
        const known = lowrank(rank, division).rewrite(target, 'known');
        const unknown = lowrank(rank, division).rewrite(target, 'unknown');
        expect(unknown.retained).toBeUndefined();
        expect(unknown.operators).toEqual(known.operators);
        expect(unknown.tensors.map(withoutValues)).toEqual(known.tensors.map(withoutValues));
        for (const { constant } of unknown.tensors) expect(constant?.bytes).toBeUndefined();
        if (rank >= fullRank(shape, division)) expect(known.retained!.before).toBeCloseTo(1, 9);
      }),
      { seed, numRuns: 40 },
    );
  });
});

describe('low-rank layers', () => {
  const shape: ConvolutionShape = {
    ...USUAL,
    inputs: 8,
    kernel: [3, 5],
    stride: [2, 1],
    dilation: [1, 2],
    activation: 'RELU',
  };
  const target = targetOf(shape, randomLevels(1, 120));

  it('are a 1x1 and the kernel with all that the convolution had', () => {
    const replacement = lowrank(4, 'channels').rewrite(target, 'known');
    const [first, second] = replacement.operators;
    expect(first!.options).toEqual({
      padding: 'VALID',
      stride_h: 1,
      stride_w: 1,
      dilation_h_factor: 1,
      dilation_w_factor: 1,
      fused_activation_function: 'NONE',
    });
    expect(second!.options).toEqual(target.operator.options);
    expect(tensorNamed(replacement, 'y/lowrank/first/weights').shape).toEqual([4, 1, 1, 8]);
    expect(tensorNamed(replacement, 'y/lowrank/second/weights').shape).toEqual([12, 3, 5, 4]);
    expect(tensorNamed(replacement, 'y/lowrank/first').shape).toEqual([1, 9, 8, 4]);
  });

  it('of the spatial form divide kernel, stride and dilation', () => {
    const replacement = lowrank(4, 'spatial').rewrite(target, 'known');
    const [first, second] = replacement.operators;
    expect(first!.options).toMatchObject({
      padding: 'SAME',
      stride_h: 2,
      stride_w: 1,
      dilation_h_factor: 1,
      dilation_w_factor: 1,
      fused_activation_function: 'NONE',
    });
    expect(second!.options).toMatchObject({
      padding: 'SAME',
      stride_h: 1,
      stride_w: 1,
      dilation_h_factor: 1,
      dilation_w_factor: 2,
      fused_activation_function: 'RELU',
    });
    expect(tensorNamed(replacement, 'y/lowrank/first/weights').shape).toEqual([4, 3, 1, 8]);
    expect(tensorNamed(replacement, 'y/lowrank/second/weights').shape).toEqual([12, 1, 5, 4]);
    expect(tensorNamed(replacement, 'y/lowrank/first').shape).toEqual([1, 5, 8, 4]);
  });

  it('of the form through output channels are the kernel and a 1x1', () => {
    const replacement = lowrank(4, 'outputs').rewrite(target, 'known');
    const [first, second] = replacement.operators;
    expect(first!.options).toEqual({ ...target.operator.options, fused_activation_function: 'NONE' });
    expect(second!.options).toMatchObject({
      padding: 'VALID',
      stride_h: 1,
      stride_w: 1,
      dilation_h_factor: 1,
      dilation_w_factor: 1,
      fused_activation_function: 'RELU',
    });
    expect(tensorNamed(replacement, 'y/lowrank/first/weights').shape).toEqual([4, 3, 5, 8]);
    expect(tensorNamed(replacement, 'y/lowrank/second/weights').shape).toEqual([12, 1, 1, 4]);
    expect(tensorNamed(replacement, 'y/lowrank/first').shape).toEqual([...target.ofm.shape!.slice(0, 3), 4]);
  });

  it('of the form through output channels need a kernel or a stride', () => {
    const pointwise = { ...USUAL, kernel: [1, 1] as const };
    const illegal = (shape: ConvolutionShape): string | undefined =>
      lowrank(2, 'outputs').illegal(targetOf(shape, randomLevels(1, 120)));
    expect(illegal(pointwise)).toBe('it has no kernel and no stride, so lowrank*2 is the same');
    expect(illegal({ ...pointwise, stride: [2, 2] })).toBeUndefined();
  });

  it('of the spatial form need a kernel with two sides', () => {
    const flat = targetOf({ ...USUAL, kernel: [1, 4] }, randomLevels(1, 120));
    expect(lowrank(2, 'spatial').illegal(flat)).toMatch(/1x4 kernel cannot be divided/);
    expect(lowrank(2, 'channels').illegal(flat)).toBeUndefined();
  });

  it('are written with their rank', () => {
    expect(LOWRANK.find('lowrank*16')).toMatchObject({ name: 'lowrank*16', code: 'l16' });
    expect(LOWRANK.find('k3')).toMatchObject({ name: 'lowrank*3:spatial', code: 'k3' });
    expect(LOWRANK.find('lowrank*5:out')).toMatchObject({ name: 'lowrank*5:out', code: 'o5' });
    for (const text of [
      'lowrank',
      'lowrank*2:in',
      'w2',
      'lowrank*0',
      'lowrank*01',
      'lowrank*-1',
      'lowrank*2:relu',
      'l',
      'l0',
    ]) {
      expect(LOWRANK.find(text)).toBeUndefined();
    }
  });

  it.each([
    [64, [16, 32], [4, 8]],
    [40, [8, 24], [4, 8]],
    [16, [4, 8], [4, 8]],
    [3, [1, 2], [4, 8]],
    [2, [1], [4, 8]],
    [1, [], [4, 8]],
  ])('of %d input channels are tried with about a quarter and a half of them', (inputs, ranks, out) => {
    expect(LOWRANK.usual(targetOf({ ...USUAL, inputs, outputs: 16 }, () => 1))).toEqual([
      ...ranks.map((rank) => `lowrank*${rank}`),
      ...out.map((rank) => `lowrank*${rank}:out`),
    ]);
  });
});
