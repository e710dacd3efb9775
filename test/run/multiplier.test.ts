import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divideByPower, doublingHighMultiply, multiplierOf, multiplyBy } from '../../src/run/multiplier.js';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const multiplier = fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 });
const SEED = { seed: 12 };

test('a factor is a multiplier of 31 bits and a shift', () => {
  // 0.5 = 2^30 · 2^-31, 1 = 2^30 · 2^(1 - 31), 0.75 = 1,610,612,736 · 2^-31, 0.1 = 0.8 · 2^-3.
  expect(multiplierOf(0.5)).toEqual({ multiplier: 1_073_741_824, shift: 0 });
  expect(multiplierOf(1)).toEqual({ multiplier: 1_073_741_824, shift: 1 });
  expect(multiplierOf(0.75)).toEqual({ multiplier: 1_610_612_736, shift: 0 });
  expect(multiplierOf(0.1)).toEqual({ multiplier: 1_717_986_918, shift: -3 });
  expect(multiplierOf(3)).toEqual({ multiplier: 1_610_612_736, shift: 2 });
  expect(multiplierOf(0)).toEqual({ multiplier: 0, shift: 0 });
  // Rounds up to a power of two, and vanishes below 2^-32.
  expect(multiplierOf(1 - 2 ** -40)).toEqual({ multiplier: 1_073_741_824, shift: 1 });
  expect(multiplierOf(2 ** -33)).toEqual({ multiplier: 0, shift: 0 });
});

test('a product is rounded after 31 bits, halves upwards', () => {
  const half = 2 ** 30;
  expect([3, 5, -3, -5, 4, -4].map((a) => doublingHighMultiply(a, half))).toEqual([2, 3, -1, -2, 2, -2]);
  expect(doublingHighMultiply(2 ** 31 - 1, 2 ** 31 - 1)).toBe(2 ** 31 - 2);
});

test('a shift is rounded, halves away from zero', () => {
  expect([6, 5, 4, 2, 1, -1, -2, -5, -6].map((value) => divideByPower(value, 2))).toEqual([
    2, 1, 1, 1, 0, 0, -1, -1, -2,
  ]);
  expect(divideByPower(-7, 0)).toBe(-7);
});

test('a value times a factor is rounded twice', () => {
  // 0.75 · 5 = 3.75 → 4. 0.375 · 5 = 1.875: first 4, then half of it. 0.1875 · 3 = 0.5625: first 2, then a quarter of
  // it, 0.5, becomes 1. 1.5 · 3 = 4.5 → 5, 1.5 · −3 = −4.5 → −4.
  expect(multiplyBy(5, multiplierOf(0.75))).toBe(4);
  expect(multiplyBy(5, multiplierOf(0.375))).toBe(2);
  expect(multiplyBy(3, multiplierOf(0.1875))).toBe(1);
  expect(multiplyBy(3, multiplierOf(1.5))).toBe(5);
  expect(multiplyBy(-3, multiplierOf(1.5))).toBe(-4);
});

test('products are exact for all numbers of 32 bits', () => {
  fc.assert(
    fc.property(int32, multiplier, (a, b) => {
      const exact = (BigInt(a) * BigInt(b) + (1n << 30n)) >> 31n;
      expect(doublingHighMultiply(a, b)).toBe(Number(exact));
    }),
    SEED,
  );
});

test('shifts are exact for all numbers of 32 bits', () => {
  fc.assert(
    fc.property(int32, fc.integer({ min: 1, max: 31 }), (value, exponent) => {
      const magnitude = (BigInt(Math.abs(value)) + (1n << BigInt(exponent - 1))) >> BigInt(exponent);
      expect(divideByPower(value, exponent) + 0).toBe(Number(value < 0 ? -magnitude : magnitude) + 0);
    }),
    SEED,
  );
});
