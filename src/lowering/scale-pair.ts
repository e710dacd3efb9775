/** A positive number as mantissa · 2^exponent with 0.5 ≤ mantissa < 1; 0 has exponent 0. */
export function split(value: number): { readonly mantissa: number; readonly exponent: number } {
  if (value === 0 || !Number.isFinite(value)) return { mantissa: value, exponent: 0 };
  let exponent = Math.floor(Math.log2(Math.abs(value))) + 1;
  let mantissa = value / 2 ** exponent;
  if (Math.abs(mantissa) >= 1) {
    mantissa /= 2;
    exponent++;
  } else if (Math.abs(mantissa) < 0.5) {
    mantissa *= 2;
    exponent--;
  }
  return { mantissa, exponent };
}

/** A scale as integer · 2^−shift (docs/model/lowering.md#scales). */
export interface ScalePair {
  readonly multiplier: number;
  readonly shift: number;
}

const MANTISSA_BITS = 31;
const LARGEST_SHIFT = 63;

/** The pair of integers that stands for a scale; `bits` of them in the multiplier. */
export function scalePair(scale: number, bits = MANTISSA_BITS): ScalePair {
  const { mantissa, exponent } = split(scale);
  let multiplier = Math.round(mantissa * 2 ** bits);
  let shift = bits - exponent;
  if (shift > LARGEST_SHIFT) {
    const excess = shift - LARGEST_SHIFT;
    if (multiplier <= 2 ** excess) return { multiplier: 0, shift: 0 };
    multiplier = Math.floor(multiplier / 2 ** excess);
    shift = LARGEST_SHIFT;
  } else if (shift < 0 && multiplier < 2 ** (shift + bits + 1)) {
    multiplier *= 2 ** -shift;
    shift = 0;
  }
  return { multiplier, shift };
}
