/*
 * Products with real numbers in integers, as the reference kernels of TFLite compute them: a factor is
 * `multiplier` · 2^(shift − 31) with a multiplier of 31 bits.
 */

/** A real factor in integers. */
export interface Multiplier {
  readonly multiplier: number;
  readonly shift: number;
}

const ONE = 2 ** 31;

/** The nearest integer, halves away from zero. */
export const roundAway = (value: number): number => (value < 0 ? -Math.round(-value) : Math.round(value));

/** A real factor of zero or more as an integer of 31 bits and a shift. */
export const multiplierOf = (real: number): Multiplier => {
  if (real === 0) return { multiplier: 0, shift: 0 };
  let shift = Math.floor(Math.log2(real)) + 1;
  // The logarithm is rounded.
  while (real >= 2 ** shift) shift++;
  while (real < 2 ** (shift - 1)) shift--;
  let multiplier = roundAway((real / 2 ** shift) * ONE);
  if (multiplier === ONE) {
    multiplier /= 2;
    shift++;
  }
  return shift < -31 ? { multiplier: 0, shift: 0 } : { multiplier, shift };
};

/**
 * a · b / 2^31 of two integers of 32 bits, the nearest integer, halves upwards.
 *
 * The product has up to 62 bits: b is taken in two parts, of which each gives an exact product.
 */
export const doublingHighMultiply = (a: number, b: number): number => {
  const high = a * Math.floor(b / 32_768);
  const low = a * (b & 32_767);
  const whole = Math.floor(high / 65_536);
  return whole + Math.floor(((high - whole * 65_536) * 32_768 + low + 2 ** 30) / ONE);
};

/** value / 2^exponent, the nearest integer, halves away from zero. */
export const divideByPower = (value: number, exponent: number): number => {
  const mask = exponent === 0 ? 0 : 2 ** exponent - 1;
  const remainder = value & mask;
  const threshold = (mask >> 1) + (value < 0 ? 1 : 0);
  return exponent > 31 ? 0 : (value >> exponent) + (remainder > threshold ? 1 : 0);
};

/** value · factor, rounded twice: once after the product, once after the shift. */
export const multiplyBy = (value: number, { multiplier, shift }: Multiplier): number =>
  divideByPower(
    doublingHighMultiply(shift > 0 ? (value << shift) | 0 : value, multiplier),
    shift > 0 ? 0 : -shift,
  );
